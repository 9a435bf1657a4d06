/**
 * Doubt yourself first: rounds of canaries that certify this probe's failures (VERDICTS section 2).
 * A certificate comes from a round that started after the failure ended; failures that end while
 * a round runs share the next one, so a storm of failures costs a few rounds, not one each.
 */
import type { Clock } from "../shared/clock.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Certificate } from "../shared/outcome.ts";
import type { Canary, CanaryAnswer } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { Dialer } from "./canary.ts";

/** Shortest time between the starts of two rounds; longer delays certificates, shorter costs. */
export const ROUND_GAP_MS = 100;

/** What one round of canaries gave. */
export interface CanaryRound {
  answers: CanaryAnswer[];
  /** Ids of the canaries that count; the others are on trial, and only told of. */
  counted: ReadonlySet<string>;
  /** True when the must-fail canary failed as it must, or none is known. */
  mustFailHeld: boolean;
}

/** What a self-check needs. */
export interface SelfCheckDeps {
  clock: Clock;
  dialer: Dialer;
  /** Name that every resolver can resolve; asked of the resolver that failed. Null: none named. */
  knownGoodName: string | null;
  /** host:port that nothing may answer, said by the operator; null: what the aggregator sends. */
  mustFailAddress: string | null;
  /** Runs a callback after the present one. Default setImmediate; a simulation has its own. */
  soon?: (callback: () => void) => void;
}

/** Tells whether this probe is well. */
export interface SelfCheck {
  /**
   * Replaces the canaries and what the aggregator says of the must-fail canary. Those of
   * `trialIds` are dialled and told of, and certify nothing.
   */
  setCanaries(
    canaries: readonly Canary[],
    mustFailAddress: string,
    trialIds?: readonly string[],
  ): void;
  /** Certifies a failure that has ended; `resolver` is set for a failure of class dns. */
  certify(resolver: string | null, done: (certificate: Certificate) => void): void;
  /** A fresh round, with the must-fail canary, for a heartbeat. */
  round(done: (round: CanaryRound) => void): void;
  /** Answers everybody who waits that nothing is known, and runs no more rounds. */
  stop(): void;
}

/** One who waits for a round: a failure (`resolver` null or asked) or a heartbeat. */
interface Waiter {
  resolver: string | null;
  heartbeat: boolean;
  done: (round: RoundResult) => void;
}

interface RoundResult extends CanaryRound {
  /** Resolvers that answered for the known-good name; null when no name is known. */
  resolvers: ReadonlySet<string> | null;
}

interface SelfCheckState {
  deps: SelfCheckDeps;
  canaries: readonly Canary[];
  counted: ReadonlySet<string>;
  mustFailAddress: string;
  waiting: Waiter[];
  /** Those whose round is running; empty when none runs. */
  served: Waiter[];
  running: boolean;
  armed: boolean;
  lastStartMs: number;
  stopped: boolean;
}

/** Creates a self-check that knows no canary yet. */
export function createSelfCheck(deps: SelfCheckDeps): SelfCheck {
  const state: SelfCheckState = {
    deps,
    canaries: [],
    counted: new Set(),
    mustFailAddress: deps.mustFailAddress ?? "",
    waiting: [],
    served: [],
    running: false,
    armed: false,
    lastStartMs: -ROUND_GAP_MS,
    stopped: false,
  };
  return {
    setCanaries(canaries, mustFailAddress, trialIds = []) {
      state.canaries = canaries.slice(0, LIMITS.canariesMax);
      const ids = state.canaries.map(({ id }) => id);
      state.counted = new Set(ids.filter((id) => !trialIds.includes(id)));
      state.mustFailAddress = deps.mustFailAddress ?? mustFailAddress;
    },
    certify(resolver, done) {
      const full = state.waiting.length >= LIMITS.certificatesWaitingMax;
      if (state.stopped || full) return done("none");
      wait(state, {
        resolver,
        heartbeat: false,
        done: (round) => done(certificateOf(round, resolver)),
      });
    },
    round: (done) => wait(state, { resolver: null, heartbeat: true, done }),
    stop() {
      state.stopped = true;
      const left = [...state.served, ...state.waiting];
      state.served = [];
      state.waiting = [];
      for (const waiter of left) waiter.done(NOTHING_KNOWN);
    },
  };
}

const NOTHING_KNOWN: RoundResult = {
  answers: [],
  counted: new Set(),
  mustFailHeld: true,
  resolvers: null,
};

const PASSED = { reason: "", detail: "" };
const NO_ANSWER = { reason: "no_reply", detail: "It did not answer." };

/** A majority of those that count must have passed; for dns the resolver knows a good name. */
function certificateOf(round: RoundResult, resolver: string | null): Certificate {
  const counted = round.answers.filter(({ id }) => round.counted.has(id));
  const passed = counted.filter((answer) => answer.ok).length;
  if (counted.length === 0) return "none";
  if (passed * 2 <= counted.length) return "failed";
  if (resolver !== null && round.resolvers !== null && !round.resolvers.has(resolver)) {
    return "failed";
  }
  return "ok";
}

function wait(state: SelfCheckState, waiter: Waiter): void {
  if (state.stopped) return waiter.done(NOTHING_KNOWN);
  state.waiting.push(waiter);
  arm(state);
}

function arm(state: SelfCheckState): void {
  if (state.running || state.armed || state.stopped || state.waiting.length === 0) return;
  const { clock } = state.deps;
  const waitMs = state.lastStartMs + ROUND_GAP_MS - clock.monoMs();
  if (waitMs <= 0) return runRound(state);
  state.armed = true;
  clock.after(waitMs, () => {
    state.armed = false;
    if (!state.running && !state.stopped && state.waiting.length > 0) runRound(state);
  });
}

function runRound(state: SelfCheckState): void {
  const { clock, dialer, knownGoodName, soon = setImmediate } = state.deps;
  state.running = true;
  state.lastStartMs = clock.monoMs();
  state.served = state.waiting;
  state.waiting = [];
  const answers: CanaryAnswer[] = [];
  const resolvers = new Set<string>();
  const result = {
    answers,
    counted: state.counted,
    mustFailHeld: true,
    resolvers: knownGoodName === null ? null : resolvers,
  };

  // One for this function itself, so that a round without canaries ends too.
  let pending = 1;
  const ended = (): void => {
    pending -= 1;
    if (pending === 0) endRound(state, result);
  };
  for (const { id, url } of state.canaries) {
    pending += 1;
    dialer.dial(url, ({ ok, latencyUs, failure }) => {
      const { reason, detail } = ok ? PASSED : (failure ?? NO_ANSWER);
      answers.push({ id, ok, latencyUs, reason, detail });
      ended();
    });
  }
  if (state.mustFailAddress !== "" && state.served.some((waiter) => waiter.heartbeat)) {
    pending += 1;
    dialer.dial(`tcp://${state.mustFailAddress}`, ({ ok }) => {
      result.mustFailHeld = !ok;
      ended();
    });
  }
  if (knownGoodName !== null) {
    for (const resolver of askedResolvers(state.served)) {
      pending += 1;
      dialer.resolve(resolver, knownGoodName, (ok) => {
        if (ok) resolvers.add(resolver);
        ended();
      });
    }
  }
  soon(ended);
}

/** Resolvers to ask in a round; beyond the bound a failure stays uncertified. */
function askedResolvers(served: readonly Waiter[]): Set<string> {
  const asked = new Set<string>();
  for (const { resolver } of served) {
    if (resolver !== null && asked.size < LIMITS.canariesMax) asked.add(resolver);
  }
  return asked;
}

function endRound(state: SelfCheckState, result: RoundResult): void {
  const served = state.served;
  state.served = [];
  state.running = false;
  for (const waiter of served) waiter.done(result);
  arm(state);
}
