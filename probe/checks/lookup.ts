/**
 * Lookups through the system (getaddrinfo), bounded: each holds one of libuv's few threads, and
 * nothing can stop it, so one dead resolver could take every thread for as long as it likes.
 *
 * Questions alike share one lookup; no more run than libuv would run, so that the queue is ours and
 * a question that nobody waits for any more leaves it; and names that were slow the last time have
 * half of the places, so that those that answer quickly keep the other half.
 */
import { lookup } from "node:dns";
import type { Clock } from "../../shared/clock.ts";
import { threadPoolSize } from "../../shared/config.ts";
import { LIMITS } from "../../shared/limits.ts";

/** A lookup that takes longer counts as slow. Shorter calls distant resolvers slow. */
const SLOW_MS = 1_000;

/** What is asked. */
export interface LookupQuestion {
  host: string;
  /** 0: any. */
  family: 0 | 4 | 6;
  /** Flags of dns.lookup. Default 0. */
  hints?: number;
}

/** Takes the first address of an answer; `error` null: there is one. */
export type LookupAnswered = (error: unknown, address: string | undefined) => void;

/** A question under way. */
export interface Asked {
  /** Whether the system was asked, or it still waits for a place. */
  begun(): boolean;
  /** The answer is not wanted any more; it will not be given. */
  withdraw(): void;
}

/** Lookups that share the places. */
export interface Lookups {
  /** Asks; `answered` is called once, never synchronously, unless the question is withdrawn. */
  ask(question: LookupQuestion, clock: Clock, answered: LookupAnswered): Asked;
}

/** What lookups need; a test gives its own. */
export interface LookupsDeps {
  /** Asks the system. */
  lookup: (question: LookupQuestion, answered: LookupAnswered) => void;
  /** Lookups at the same time, at least 1. */
  runningMax: number;
}

interface Flight {
  question: LookupQuestion;
  clock: Clock;
  waiters: Set<LookupAnswered>;
  /** Null while it waits for a place. */
  startMonoMs: number | null;
  slow: boolean;
}

interface LookupsState {
  deps: LookupsDeps;
  /** By question, in the order of asking; those that run among them. */
  flights: Map<string, Flight>;
  /** Names whose last lookup was slow. */
  slowHosts: Set<string>;
  running: number;
  slowRunning: number;
}

/** Creates lookups; nothing is asked yet. */
export function createLookups(deps: LookupsDeps): Lookups {
  const state: LookupsState = {
    deps,
    flights: new Map(),
    slowHosts: new Set(),
    running: 0,
    slowRunning: 0,
  };
  return {
    ask(question, clock, answered) {
      const { host, family, hints = 0 } = question;
      const key = `${family} ${hints} ${host}`;
      const known = state.flights.get(key);
      const fresh = { question, clock, waiters: new Set<LookupAnswered>() };
      const flight: Flight = known ?? { ...fresh, startMonoMs: null, slow: false };
      // A wrapper of its own: the same function may wait twice.
      const waiter: LookupAnswered = (error, address) => answered(error, address);
      flight.waiters.add(waiter);
      state.flights.set(key, flight);
      startWaiting(state);
      return {
        begun: () => flight.startMonoMs !== null,
        withdraw() {
          flight.waiters.delete(waiter);
          const abandoned = flight.waiters.size === 0 && flight.startMonoMs === null;
          if (abandoned && state.flights.get(key) === flight) state.flights.delete(key);
        },
      };
    },
  };
}

/** Starts what has a place, oldest question first. */
function startWaiting(state: LookupsState): void {
  const { runningMax } = state.deps;
  const slowMax = Math.max(1, Math.floor(runningMax / 2));
  for (const [key, flight] of state.flights) {
    if (state.running >= runningMax) return;
    if (flight.startMonoMs !== null) continue;
    const slow = state.slowHosts.has(flight.question.host);
    if (!slow || state.slowRunning < slowMax) start(state, key, Object.assign(flight, { slow }));
  }
}

function start(state: LookupsState, key: string, flight: Flight): void {
  const startMonoMs = flight.clock.monoMs();
  flight.startMonoMs = startMonoMs;
  state.running += 1;
  if (flight.slow) state.slowRunning += 1;
  state.deps.lookup(flight.question, (error, address) => {
    state.running -= 1;
    if (flight.slow) state.slowRunning -= 1;
    state.flights.delete(key);
    remember(state, flight.question.host, flight.clock.monoMs() - startMonoMs > SLOW_MS);
    for (const waiter of flight.waiters) waiter(error, address);
    startWaiting(state);
  });
}

function remember({ slowHosts }: LookupsState, host: string, slow: boolean): void {
  slowHosts.delete(host);
  if (!slow) return;
  slowHosts.add(host);
  const [oldest] = slowHosts;
  if (slowHosts.size > LIMITS.slowNamesMax && oldest !== undefined) slowHosts.delete(oldest);
}

/**
 * The lookups of this process. libuv runs getaddrinfo on half of its threads at most, rounded up:
 * https://github.com/libuv/libuv/blob/v1.x/src/threadpool.c (slow_work_thread_threshold).
 */
export const SYSTEM_LOOKUPS: Lookups = createLookups({
  lookup: ({ host, family, hints = 0 }, answered) => {
    lookup(host, { family, hints, verbatim: true }, (error, address) => answered(error, address));
  },
  runningMax: Math.ceil(threadPoolSize() / 2),
});
