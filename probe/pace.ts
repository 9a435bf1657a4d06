/**
 * How many checks may start in one tick. A probe that is asked for more than it can must not begin
 * everything: all would wait for each other inside the process, and the wait would be counted as
 * the targets' latency. So starts are held back as soon as ticks come late, and what cannot start
 * in time is void. The bound is found as TCP finds its window: down by a share, up by steps.
 */

/** Lateness of a tick beyond which the process has more to do than it can. */
export const LAG_MS_MAX = 40;

/** Starts that a tick always has; fewer would keep a loaded probe from learning that it is well. */
const STARTS_MIN = 4;

/** Share of the starts of the late tick that remains, at least and at most. */
const SHARE_MIN = 0.5;
const SHARE_MAX = 0.9;

/** Late ticks in a row before the bound is lowered: one alone is a pause, such as a collection. */
const LATE_TICKS_MIN = 2;

/** Growth of the bound in a tick that came in time, and in one before which there was rest. */
const GROWTH = 1.05;
const GROWTH_RESTED = 1.25;

/** Idle time since the last tick that shows that the process could have done more. */
const REST_MS_MIN = 2;

/** The pace of a runner. */
export interface Pace {
  /**
   * A tick came this late; its starts begin to count. `idleMs` is the time for which the process
   * had nothing to do since the last tick: one that rested was late for another reason.
   */
  tick(lagMs: number, idleMs: number): void;
  /** Whether one more check may start in this tick. */
  mayStart(): boolean;
  /** A check was started. */
  started(): void;
}

/** Creates a pace that holds nothing back until a tick comes late. */
export function createPace(): Pace {
  let allowed = Infinity;
  let started = 0;
  let lateTicks = 0;
  return {
    tick(lagMs, idleMs) {
      lateTicks = lagMs > LAG_MS_MAX && idleMs < REST_MS_MIN ? lateTicks + 1 : 0;
      if (idleMs >= REST_MS_MIN) {
        allowed = allowed * GROWTH_RESTED + 1;
      } else if (lateTicks >= LATE_TICKS_MIN) {
        const share = Math.min(Math.max(LAG_MS_MAX / lagMs, SHARE_MIN), SHARE_MAX);
        allowed = Math.max(STARTS_MIN, Math.min(allowed, started) * share);
      } else {
        allowed = allowed * GROWTH + 1;
      }
      started = 0;
    },
    mayStart: () => started < allowed,
    started: () => void (started += 1),
  };
}
