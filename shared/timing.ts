/**
 * When a check truly ended, without trust in the probe's clock (VERDICTS section 3). A probe's
 * stamps are monotonic and mean nothing outside its boot; log time is the aggregator's own.
 */

/** What bounds the results of one batch in log time. */
export interface BatchTiming {
  /** Log time at which the batch was received, integer. */
  receivedAtMs: number;
  /** Stamp of the sending, on the probe's monotonic clock. */
  sentMonoMs: number;
  /** The last anchor that had reached the probe; `anchorAtMs` 0 when there was none. */
  anchorAtMs: number;
  anchorMonoMs: number;
  /** True: sent again by a later boot, so `sentMonoMs` is of another clock. */
  replayed: boolean;
}

/** Integer log times between which a check ended; `anchored` false: `loMs` is not known. */
export interface ResultBounds {
  loMs: number;
  hiMs: number;
  anchored: boolean;
}

/**
 * Writes the bounds of a check that ended at `endMonoMs` into `into`, and returns it: one object
 * can serve a whole batch. `hi` is rounded up and `lo` down, so that rounding leans against DOWN
 * as the bounds do. Whatever a probe sends, 0 <= lo <= hi <= received, all integers.
 *
 *     hi = receivedAt - (sentMono - endMono)    a success ages from here
 *     lo = anchorAt + (endMono - anchorMono)    a failure ages from here
 */
export function resultBounds(
  timing: BatchTiming,
  endMonoMs: number,
  into: ResultBounds,
): ResultBounds {
  const received = timing.receivedAtMs;
  const hi = timing.replayed ? received : Math.ceil(received - (timing.sentMonoMs - endMonoMs));
  into.hiMs = hi <= received ? Math.max(hi, 0) : received;
  const lo = Math.floor(timing.anchorAtMs + (endMonoMs - timing.anchorMonoMs));
  into.anchored = timing.anchorAtMs > 0 && Number.isFinite(lo);
  into.loMs = into.anchored ? Math.min(Math.max(lo, 0), into.hiMs) : 0;
  return into;
}

/** Whether a result is kept for history only: replayed, not anchored, or known too vaguely. */
export function isLate(bounds: ResultBounds, replayed: boolean, intervalMs: number): boolean {
  return replayed || !bounds.anchored || bounds.hiMs - bounds.loMs > intervalMs;
}

/**
 * The best estimate of when a check ended: the middle of the bounds, as the two errors are the
 * two directions of one network path; for a replayed batch `hi` is only the time of the replay.
 */
export function estimatedEndMs(bounds: ResultBounds, replayed: boolean): number {
  if (!bounds.anchored) return bounds.hiMs;
  return replayed ? bounds.loMs : Math.floor((bounds.loMs + bounds.hiMs) / 2);
}
