/** The delivery worker's time. */
import type { Clock } from "../../shared/clock.ts";

/** Time in milliseconds since the Unix epoch that never stands still and never goes back. */
export interface SteadyTime {
  nowMs(): number;
  /** From now on it is at least `atMs`. */
  atLeast(atMs: number): void;
}

/**
 * Follows the wall clock, but not back: when an operator sets the clock back by an hour, what was
 * due stays due. It goes on by the monotonic clock until the wall clock has caught up.
 */
export function createSteadyTime(clock: Clock): SteadyTime {
  let lastMs = clock.wallMs();
  let lastMonoMs = clock.monoMs();
  function nowMs(): number {
    const monoMs = clock.monoMs();
    lastMs = Math.max(lastMs + (monoMs - lastMonoMs), clock.wallMs());
    lastMonoMs = monoMs;
    return Math.floor(lastMs);
  }
  return {
    nowMs,
    atLeast: (atMs) => {
      lastMs = Math.max(nowMs(), atMs);
    },
  };
}
