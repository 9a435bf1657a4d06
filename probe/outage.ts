/**
 * While there is no session: was the aggregator lost, or the whole network? The canaries that the
 * aggregator named before tell the one from the other, and the log says it at once; the aggregator
 * is told when there is a session again.
 */
import type { Clock, Timer } from "../shared/clock.ts";
import { AGGREGATOR_CANARY } from "../shared/canary.ts";
import type { Log } from "../shared/log.ts";
import { outageSentence } from "../shared/outage.ts";
import type { OutageFacts } from "../shared/outage.ts";
import type { Outage } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { CanaryRound, SelfCheck } from "./self-check.ts";

/** Time between two looks while there is no session. */
export const OUTAGE_LOOK_MS = 5_000;

/** What the watch needs. */
export interface OutageWatchDeps {
  clock: Clock;
  log: Log;
  selfCheck: Pick<SelfCheck, "round">;
}

/** Watches over the times without a session. */
export interface OutageWatch {
  /** The session is lost; `why` is a sentence. */
  lost(why: string): void;
  /** There is a session again. */
  restored(): void;
  /** The last outage that is over, as a heartbeat tells it; undefined: there was none. */
  last(): Outage | undefined;
  /** Looks no more. */
  stop(): void;
}

/** What a round says of the network: undefined when no canary but the aggregator is known. */
type Look = "well" | "down" | undefined;

interface Running {
  why: string;
  sinceMonoMs: number;
  rounds: number;
  wellRounds: number;
  said: Look | "nothing";
  timer: Timer;
}

const SENTENCES = {
  well:
    "The aggregator cannot be reached, but other canaries can: it is the aggregator or the way " +
    "to it, not this probe's network. Checks go on; results wait in the spool.",
  down:
    "Neither the aggregator nor the other canaries can be reached: this probe's own network is " +
    "down. What it sees fail accuses nobody.",
  unknown:
    "The aggregator cannot be reached, and no other canary is known: whether this probe's " +
    "network is down cannot be told. Name canaries with --canary at the aggregator.",
} as const;

/** Creates a watch that sees no outage. */
export function createOutageWatch({ clock, log, selfCheck }: OutageWatchDeps): OutageWatch {
  let running: Running | null = null;
  let over: { facts: OutageFacts; endedMonoMs: number } | null = null;

  function look(outage: Running): void {
    selfCheck.round((round) => {
      if (running !== outage) return;
      const seen = lookOf(round);
      if (seen !== undefined) outage.rounds += 1;
      if (seen === "well") outage.wellRounds += 1;
      if (seen === outage.said) return;
      outage.said = seen;
      const failing = round.answers.filter(({ ok }) => !ok).map(({ id }) => id);
      log.warn({ failing }, SENTENCES[seen ?? "unknown"]);
    });
  }

  function end(): Running | null {
    const ended = running;
    ended?.timer.cancel();
    running = null;
    return ended;
  }

  return {
    lost(why) {
      if (running !== null) return;
      const outage: Running = {
        why,
        sinceMonoMs: clock.monoMs(),
        rounds: 0,
        wellRounds: 0,
        said: "nothing",
        timer: clock.every(OUTAGE_LOOK_MS, () => look(outage)),
      };
      running = outage;
      look(outage);
    },
    restored() {
      const ended = end();
      if (ended === null) return;
      const { why, sinceMonoMs, rounds, wellRounds } = ended;
      const endedMonoMs = clock.monoMs();
      const lastedMs = Math.round(endedMonoMs - sinceMonoMs);
      over = { facts: { lastedMs, why, rounds, wellRounds }, endedMonoMs };
      log.info({ lastedMs, why }, `The session is back. ${outageSentence(over.facts)}`);
    },
    last() {
      if (over === null) return undefined;
      return { ...over.facts, endedAgoMs: Math.round(clock.monoMs() - over.endedMonoMs) };
    },
    stop: () => void end(),
  };
}

function lookOf({ answers, counted }: CanaryRound): Look {
  const trusted = answers.filter(({ id }) => id !== AGGREGATOR_CANARY && counted.has(id));
  if (trusted.length === 0) return undefined;
  const passed = trusted.filter(({ ok }) => ok).length;
  return 2 * passed > trusted.length ? "well" : "down";
}
