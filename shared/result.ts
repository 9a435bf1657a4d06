/** A check result: an outcome with who saw it, when, and whether the witness was well. */
import type { Certificate, CheckOutcome, Phases } from "./outcome.ts";

/** One result as the probe's runner makes it, before it goes into columns. */
export interface CheckResult {
  handle: number;
  revision: number;
  /** When the check was due, milliseconds of the probe's monotonic clock, integer. */
  slotMonoMs: number;
  startMonoMs: number;
  endMonoMs: number;
  /** 0 for a scheduled check, 1.. for attempts of a burst. */
  attempt: number;
  outcome: CheckOutcome;
  /** Only for failures: what the canaries said after it. `none` for ok and void. */
  certificate: Certificate;
  /** The last time anchor that had reached the probe before the check ended; null if none. */
  anchor: TimeAnchor | null;
}

/** A point where log time and the probe's monotonic time met. */
export interface TimeAnchor {
  atMs: number;
  monoMs: number;
}

/** One result as history keeps it and the API shows it. */
export interface HistoryResult {
  probeId: string;
  /** Log time at which the aggregator received it. */
  receivedAtMs: number;
  /** Best estimate of when the check ended, log time. */
  atMs: number;
  class: "ok" | "sub" | "dead" | "dns" | "void";
  reason: string;
  detail: string;
  certificate: Certificate;
  attempt: number;
  latencyUs: number;
  /** Null: none was reached, or they were let go when the log was packed, after some minutes. */
  phases: Phases | null;
  /** True when it came too late to be evidence. */
  late: boolean;
}
