/**
 * When a channel takes messages: its rate, its receiver's wish to wait, and a circuit breaker.
 * Nothing here is durable: after a restart every gate is open, and a dead receiver closes it again.
 */
import { LIMITS } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";
import type { SendOutcome } from "../ports.ts";

/** The gates of all channels. */
export interface Gates {
  /** Whether the channel takes one message now; if so, it counts as begun. */
  begin(channelId: string, perMinute: number | null, nowMs: number): boolean;
  /** Tells how a message ended, null when it was aborted. True: the receiver is back. */
  end(channelId: string, outcome: SendOutcome | null, nowMs: number): boolean;
  /** Ids of the channels that take nothing now. */
  closed(nowMs: number): string[];
  /** When the next of them opens by itself; null when none does. */
  nextOpenMs(nowMs: number): number | null;
  /** Failures in a row of a channel's receiver. */
  failures(channelId: string): number;
}

/**
 * A gate is `shut` until `opensAtMs`. After BREAKER_FAILURES failures in a row it lets one message
 * through at a time, a trial; a success opens it wide.
 */
interface Gate {
  opensAtMs: number;
  failures: number;
  /** The one message that is under way while the breaker is tripped. */
  trial: boolean;
  /** Messages that may leave at once, refilled by the rate. */
  tokens: number;
  filledAtMs: number;
}

/** Failures in a row, of whatever messages, that trip the breaker. */
export const BREAKER_FAILURES = 5;

/** Wait before the first trial, and the longest before a later one; drawn from the half up. */
const TRIAL_MS = { first: 5_000, longest: 300_000 };

const MINUTE_MS = 60_000;

/** Creates the gates; all are open. */
export function createGates(random: Random): Gates {
  const gates = new Map<string, Gate>();

  function gateOf(channelId: string, nowMs: number): Gate {
    const known = gates.get(channelId);
    if (known) return known;
    // Deleted channels are not told of; dropping all now and then keeps the map bounded.
    if (gates.size >= LIMITS.channelsMax) gates.clear();
    const gate = { opensAtMs: 0, failures: 0, trial: false, tokens: Infinity, filledAtMs: nowMs };
    gates.set(channelId, gate);
    return gate;
  }

  const isTripped = ({ failures }: Gate): boolean => failures >= BREAKER_FAILURES;

  return {
    begin(channelId, perMinute, nowMs) {
      const gate = gateOf(channelId, nowMs);
      if (nowMs < gate.opensAtMs || gate.trial) return false;
      if (!takeToken(gate, perMinute, nowMs)) return false;
      gate.trial = isTripped(gate);
      return true;
    },
    end(channelId, outcome, nowMs) {
      const gate = gateOf(channelId, nowMs);
      gate.trial = false;
      if (outcome === null) return false;
      // A refusal of one message is an answer: the receiver is there.
      if (outcome.ok || !outcome.retry) {
        const isBack = isTripped(gate);
        gate.failures = 0;
        if (isBack) gate.opensAtMs = nowMs;
        return isBack;
      }
      gate.failures += 1;
      const askedMs = Math.min(outcome.retryAfterMs ?? 0, LIMITS.retryAfterMsMax);
      const waitMs = isTripped(gate) ? trialWaitMs(gate.failures, random) : 0;
      gate.opensAtMs = Math.max(gate.opensAtMs, nowMs + Math.max(askedMs, waitMs));
      return false;
    },
    closed: (nowMs) =>
      [...gates].flatMap(([channelId, gate]) =>
        nowMs < gate.opensAtMs || gate.trial ? [channelId] : [],
      ),
    nextOpenMs(nowMs) {
      const times = [...gates.values()].map(({ opensAtMs }) => opensAtMs);
      const later = times.filter((atMs) => atMs > nowMs);
      return later.length === 0 ? null : Math.min(...later);
    },
    failures: (channelId) => gates.get(channelId)?.failures ?? 0,
  };
}

/** Takes one of the messages that the rate allows; without one, shuts the gate until there is. */
function takeToken(gate: Gate, perMinute: number | null, nowMs: number): boolean {
  if (perMinute === null) return true;
  const burst = Math.max(1, Math.ceil(perMinute / 60));
  const refilled = ((nowMs - gate.filledAtMs) * perMinute) / MINUTE_MS;
  const tokens = Math.min(burst, gate.tokens + Math.max(0, refilled));
  gate.filledAtMs = nowMs;
  gate.tokens = tokens;
  if (tokens < 1) {
    gate.opensAtMs = nowMs + Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute);
    return false;
  }
  gate.tokens = tokens - 1;
  return true;
}

/** Never at the same moment as other channels of the same receiver. */
function trialWaitMs(failures: number, random: Random): number {
  const doubled = TRIAL_MS.first * 2 ** (failures - BREAKER_FAILURES);
  const ceilingMs = Math.min(doubled, TRIAL_MS.longest);
  return Math.ceil((ceilingMs * (1 + random.float())) / 2);
}
