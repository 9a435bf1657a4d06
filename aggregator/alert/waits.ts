/** Waits that can all be ended early. */
import type { Clock } from "../../shared/clock.ts";

/** Waits that end together when their owner stops. */
export interface Waits {
  /** Resolves with true after `delayMs`, or with false as soon as all waits were ended. */
  wait(delayMs: number): Promise<boolean>;
  /** Ends all waits, and every later one at once. */
  endAll(): void;
  /** Resolves when `work` does, or after `deadlineMs`, whichever comes first; 0: at once. */
  atMost(work: Promise<void>, deadlineMs: number): Promise<void>;
}

/** Creates waits on a clock. */
export function createWaits(clock: Clock): Waits {
  const ends = new Set<() => void>();
  let ended = false;
  return {
    wait(delayMs) {
      if (ended) return Promise.resolve(false);
      return new Promise((resolve) => {
        const finish = (full: boolean): void => {
          timer.cancel();
          ends.delete(end);
          resolve(full);
        };
        const end = (): void => finish(false);
        const timer = clock.after(delayMs, () => finish(true));
        ends.add(end);
      });
    },
    endAll() {
      ended = true;
      for (const end of ends) end();
    },
    atMost(work, deadlineMs) {
      if (deadlineMs <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = clock.after(deadlineMs, resolve);
        void work.finally(() => {
          timer.cancel();
          resolve();
        });
      });
    },
  };
}
