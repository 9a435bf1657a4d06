/** Log time: the only clock of verdicts (VERDICTS section 3). */
import type { Clock } from "../../shared/clock.ts";

/** Log time of one aggregator since its takeover. */
export interface LogTime {
  /** Integer milliseconds; never decreases, whatever the wall clock does. */
  nowMs(): number;
}

/**
 * Based on the later of the last stamp of the log and the wall clock, and from then on driven by
 * the monotonic clock. A jump forward between two takeovers expires evidence; nothing goes back.
 */
export function createLogTime(clock: Clock, lastAtMs: number): LogTime {
  const baseMs = Math.max(lastAtMs, clock.wallMs());
  const baseMonoMs = clock.monoMs();
  return { nowMs: () => baseMs + Math.floor(clock.monoMs() - baseMonoMs) };
}
