/** One result as history keeps it: everything that a later replay under another policy needs. */
import { classNumber, classOfNumber } from "../../shared/outcome.ts";
import type { Certificate, Phases } from "../../shared/outcome.ts";
import type { Failure, ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { ResultsReceived } from "../../shared/proto/gen/quorate/v1/log.ts";
import type { HistoryResult } from "../../shared/result.ts";
import { estimatedEndMs, isLate, resultBounds } from "../../shared/timing.ts";
import type { BatchTiming, ResultBounds } from "../../shared/timing.ts";

/** One result of one target at one vantage. */
export interface StoredResult extends ResultBounds {
  receivedAtMs: number;
  boot: number;
  revision: number;
  /** When the check was due, on the probe's monotonic clock. */
  slotMonoMs: number;
  attempt: number;
  /** An OutcomeClass of mesh.proto. */
  outcome: number;
  /** A Certificate of mesh.proto. */
  certificate: number;
  late: boolean;
  replayed: boolean;
  latencyUs: number;
  /** Null in blocks, which do not keep them: they would take more room than all else. */
  phases: Phases | null;
  /** A code of shared/reason.ts; `ok` when the class is ok. */
  reason: string;
  detail: string;
  resolver: string;
}

/** A decoded batch and what stands around it in the log. */
export interface ResultsRow {
  batch: ResultBatch;
  boot: number;
  timing: BatchTiming;
  /** Failure of each row that has one. */
  failures: Map<number, Failure>;
}

/** The number of the class ok. */
export const OUTCOME_OK = classNumber("ok");

/**
 * Stamps beyond this many milliseconds (4,000 years) come from no clock and are cut, so that
 * differences of stamps keep within exact integers.
 */
const MONO_MS_MAX = 2 ** 47;
/** Values of the column phase_us for each row. */
const PHASES_PER_ROW = 4;
const LATENCY_US_MAX = 2 ** 32 - 1;
const CERTIFICATES: readonly Certificate[] = ["none", "ok", "failed", "none"];

/** A log row of kind results whose batch was decoded. */
export function resultsRow(
  receivedAtMs: number,
  envelope: ResultsReceived,
  batch: ResultBatch,
): ResultsRow {
  const timing: BatchTiming = {
    receivedAtMs,
    sentMonoMs: envelope.sentMonoMs,
    anchorAtMs: batch.anchorAtMs,
    anchorMonoMs: batch.anchorMonoMs,
    replayed: envelope.replayed,
  };
  const failures = new Map<number, Failure>();
  for (const failure of batch.failures) failures.set(failure.row, failure);
  return { batch, boot: envelope.boot, timing, failures };
}

/** Result `index` of a batch; `intervalMs` is that of the revision that was checked. */
export function storedResult(row: ResultsRow, index: number, intervalMs: number): StoredResult {
  const { batch, timing } = row;
  const startMonoMs = batch.baseMonoMs + (batch.startMs[index] ?? 0);
  const latencyUs = Math.min(batch.latencyUs[index] ?? 0, LATENCY_US_MAX);
  const outcome = classNumber(classOfNumber(batch.outcome[index] ?? 0));
  const failure = outcome === OUTCOME_OK ? undefined : row.failures.get(index);
  const bounds = { loMs: 0, hiMs: 0, anchored: false };
  resultBounds(timing, startMonoMs + latencyUs / 1_000, bounds);
  const slotMonoMs = startMonoMs - (batch.lateMs[index] ?? 0);
  // Written out, as spreading the bounds costs 9 µs a result.
  return {
    loMs: bounds.loMs,
    hiMs: bounds.hiMs,
    anchored: bounds.anchored,
    receivedAtMs: timing.receivedAtMs,
    boot: row.boot,
    revision: batch.revision[index] ?? 0,
    slotMonoMs: Math.min(Math.max(slotMonoMs, 0), MONO_MS_MAX),
    attempt: batch.attempt[index] ?? 0,
    outcome,
    certificate: (failure?.certificate ?? 0) & 3,
    late: isLate(bounds, timing.replayed, intervalMs),
    replayed: timing.replayed,
    latencyUs,
    phases: phasesOf(batch, index),
    reason: outcome === OUTCOME_OK ? "ok" : (failure?.reason ?? "internal"),
    detail: failure?.detail ?? "",
    resolver: failure?.resolver ?? "",
  };
}

function phasesOf({ phaseUs }: ResultBatch, index: number): Phases | null {
  if (phaseUs.length === 0) return null;
  const [dnsUs = 0, connectUs = 0, tlsUs = 0, firstByteUs = 0] = phaseUs.slice(
    index * PHASES_PER_ROW,
    (index + 1) * PHASES_PER_ROW,
  );
  return { dnsUs, connectUs, tlsUs, firstByteUs };
}

/** The best estimate of when a stored result's check ended; history is sorted by it. */
export function endedAtMs(result: StoredResult): number {
  return estimatedEndMs(result, result.replayed);
}

/** A stored result as the API shows it. */
export function historyResult(probeId: string, result: StoredResult): HistoryResult {
  return {
    probeId,
    receivedAtMs: result.receivedAtMs,
    atMs: endedAtMs(result),
    class: classOfNumber(result.outcome),
    reason: result.reason,
    detail: result.detail,
    certificate: CERTIFICATES[result.certificate] ?? "none",
    attempt: result.attempt,
    latencyUs: result.latencyUs,
    phases: result.phases,
    late: result.late,
  };
}
