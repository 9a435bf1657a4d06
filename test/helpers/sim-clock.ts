/** A clock whose time stands still until the test moves it. */
import type { Clock, Timer } from "../../shared/clock.ts";

/** A simulated clock: timers fire in order of their due time, then of their making. */
export interface SimClock extends Clock {
  /** Moves time by `byMs` and fires every timer on the way, synchronously, each at its due time. */
  advance(byMs: number): void;
  /** As `advance`, but lets promises and immediates run after every timer that fired. */
  run(byMs: number): Promise<void>;
  /** Moves time by `byMs` at once, as a suspended process sees it: due timers fire late, once. */
  suspend(byMs: number): void;
  /** Moves only the wall clock, as an operator or NTP does. */
  stepWall(byMs: number): void;
  /** Timers that are waiting. */
  pending(): number;
}

/** Where a simulated clock starts. */
export interface SimClockOptions {
  /** Default 2026-01-01T00:00:00Z. */
  wallMs?: number;
  /** Default 1000. */
  monoMs?: number;
}

interface Waiting {
  dueMs: number;
  order: number;
  periodMs: number | null;
  callback: () => void;
}

const EPOCH_2026_MS = 1_767_225_600_000;

/** Timers in waiting; `next` is the one that fires first among those due by `untilMs`. */
function timerQueue() {
  const waiting = new Set<Waiting>();
  let made = 0;
  return {
    size: () => waiting.size,
    add(dueMs: number, periodMs: number | null, callback: () => void): Timer {
      made += 1;
      const timer = { dueMs, order: made, periodMs, callback };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
    next(untilMs: number): Waiting | null {
      let next: Waiting | null = null;
      for (const timer of waiting) {
        if (timer.dueMs > untilMs) continue;
        const earlier = next === null || timer.dueMs < next.dueMs;
        if (earlier || (next?.dueMs === timer.dueMs && timer.order < next.order)) next = timer;
      }
      return next;
    },
    /** Takes a timer that fires at `nowMs` out, or puts a periodic one behind its next period. */
    rearm(timer: Waiting, nowMs: number): void {
      if (timer.periodMs === null) {
        waiting.delete(timer);
        return;
      }
      made += 1;
      timer.order = made;
      timer.dueMs = nowMs + Math.max(1, timer.periodMs);
    },
  };
}

/** Creates a simulated clock. */
export function simClock(options: SimClockOptions = {}): SimClock {
  let monoMs = options.monoMs ?? 1_000;
  let wallOffsetMs = (options.wallMs ?? EPOCH_2026_MS) - monoMs;
  const queue = timerQueue();

  function fireOne(untilMs: number): boolean {
    const timer = queue.next(untilMs);
    if (timer === null) return false;
    monoMs = Math.max(monoMs, timer.dueMs);
    queue.rearm(timer, monoMs);
    timer.callback();
    return true;
  }

  function advance(byMs: number): void {
    const untilMs = monoMs + byMs;
    while (fireOne(untilMs));
    monoMs = Math.max(monoMs, untilMs);
  }

  return {
    wallMs: () => Math.floor(monoMs + wallOffsetMs),
    monoMs: () => monoMs,
    after: (delayMs, callback) => queue.add(monoMs + Math.max(0, delayMs), null, callback),
    every: (periodMs, callback) => queue.add(monoMs + periodMs, periodMs, callback),
    advance,
    async run(byMs) {
      const untilMs = monoMs + byMs;
      do await settle();
      while (fireOne(untilMs));
      monoMs = Math.max(monoMs, untilMs);
      await settle();
    },
    suspend(byMs) {
      monoMs += byMs;
      advance(0);
    },
    stepWall: (byMs) => void (wallOffsetMs += byMs),
    pending: () => queue.size(),
  };
}

/** Lets every promise and immediate that is ready run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
