/** A batch of results from outside: read, checked and cut before anyone counts on it. */
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Failure, Results } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { OutcomeClass, ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";

/** Longest code of a reason; longer is cut, and then reads as `internal`. */
const REASON_CHARS_MAX = 64;
/** Longest identity of a resolver; longer is cut. */
const RESOLVER_CHARS_MAX = 255;
/** Values of the phase column for each row. */
const PHASES_PER_ROW = 4;
/** How far the end of a check may lie after the sending; rounding explains a few milliseconds. */
const END_SLACK_MS = 1_000;
/** Encoded size that honest columns never pass: 7 columns and 4 phases of at most 5 bytes a row. */
const ROW_BYTES_MAX = 60;
/** The same for a failure's fields beside its texts, and for the head of a batch. */
const HEAD_BYTES_MAX = 64;

/** A batch that may be submitted, or the sentence that ends the session. */
export type CheckedBatch =
  | { ok: true; batch: ResultBatch; bytes: Uint8Array }
  | { ok: false; sentence: string };

const flaw = (sentence: string): CheckedBatch => ({ ok: false, sentence });

/** What is wrong with the lengths of the columns; null when nothing is. */
function lengthFlaw(batch: ResultBatch): string | null {
  const rows = batch.handle.length;
  if (rows > LIMITS.batchResultsMax) {
    return `it has ${rows} results, and at most ${LIMITS.batchResultsMax} are taken`;
  }
  const columns = {
    revision: batch.revision,
    start_ms: batch.startMs,
    late_ms: batch.lateMs,
    attempt: batch.attempt,
    outcome: batch.outcome,
    latency_us: batch.latencyUs,
  };
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== rows) {
      return `column ${name} has ${column.length} values, and column handle has ${rows}`;
    }
  }
  const phases = batch.phaseUs.length;
  if (phases !== 0 && phases !== rows * PHASES_PER_ROW) {
    return `column phase_us has ${phases} values, and 0 or ${rows * PHASES_PER_ROW} are expected`;
  }
  return null;
}

/** What is wrong with the rows of the failures; null when nothing is. */
function failureFlaw(batch: ResultBatch): string | null {
  let previous = -1;
  for (const { row } of batch.failures) {
    if (row >= batch.handle.length) {
      return `a failure names row ${row}, and there are ${batch.handle.length} rows`;
    }
    if (row <= previous) return `failures stand in row order, and row ${row} follows ${previous}`;
    if (batch.outcome[row] === OutcomeClass.OUTCOME_CLASS_OK) {
      return `a failure names row ${row}, whose outcome is ok`;
    }
    previous = row;
  }
  return null;
}

/** The time a batch was sent, on the clock of the boot that made it; null for an earlier boot. */
export type SentMonoMs = number | null;

/** What is wrong with the times of the rows; null when nothing is. */
function timeFlaw(batch: ResultBatch, sentMonoMs: SentMonoMs): string | null {
  if (!Number.isFinite(batch.anchorMonoMs) || batch.anchorMonoMs < 0) {
    return `anchor_mono_ms is ${batch.anchorMonoMs}, and a time of 0 or more is expected`;
  }
  if (batch.anchorAtMs < 0) return `anchor_at_ms is ${batch.anchorAtMs}, before all log time`;
  if (sentMonoMs === null) return null;
  const latestMs = sentMonoMs + END_SLACK_MS;
  for (let row = 0; row < batch.handle.length; row += 1) {
    const endMs =
      batch.baseMonoMs + (batch.startMs[row] ?? 0) + (batch.latencyUs[row] ?? 0) / 1_000;
    if (endMs > latestMs) {
      const [ended, sent] = [Math.round(endMs), Math.round(sentMonoMs)];
      return `row ${row} ended at ${ended} ms, after the batch was sent at ${sent} ms`;
    }
  }
  return null;
}

/** What is wrong with the outcomes; an unknown number reads as void, but none at all is wrong. */
function outcomeFlaw(batch: ResultBatch): string | null {
  const row = batch.outcome.indexOf(OutcomeClass.OUTCOME_CLASS_UNSPECIFIED);
  return row === -1 ? null : `row ${row} has no outcome`;
}

/** A text cut to `max` characters, with an ellipsis in the place of the last. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Cuts the texts of a failure in place; true when one was too long. */
function cutFailure(failure: Failure): boolean {
  const reason = cut(failure.reason, REASON_CHARS_MAX);
  const detail = cut(failure.detail, LIMITS.detailCharsMax);
  const resolver = cut(failure.resolver, RESOLVER_CHARS_MAX);
  const isSame =
    reason === failure.reason && detail === failure.detail && resolver === failure.resolver;
  Object.assign(failure, { reason, detail, resolver });
  return !isSame;
}

/** Most bytes that the fields of this batch can take; more means fields this version lacks. */
function honestBytes(batch: ResultBatch): number {
  let bytes = HEAD_BYTES_MAX + batch.handle.length * ROW_BYTES_MAX;
  for (const { reason, detail, resolver } of batch.failures) {
    bytes += HEAD_BYTES_MAX + 3 * (reason.length + detail.length + resolver.length);
  }
  return bytes;
}

/**
 * Reads the batch of a Results message. Rows of unknown targets are no flaw: the engine counts
 * and drops them. `bytes` are the batch as it came, or encoded anew when texts were cut or fields
 * of no meaning took room, because the log keeps them for ever.
 */
export function checkBatch(results: Results, isReplay: boolean): CheckedBatch {
  const { sentMonoMs } = results;
  if (!Number.isFinite(sentMonoMs) || sentMonoMs < 0) {
    return flaw(`sent_mono_ms is ${sentMonoMs}, and a time of 0 or more is expected`);
  }
  let batch: ResultBatch;
  try {
    batch = ResultBatch.decode(results.batch);
  } catch (error) {
    return flaw(`its bytes cannot be read as a ResultBatch: ${messageOf(error)}`);
  }
  const sentence =
    lengthFlaw(batch) ??
    outcomeFlaw(batch) ??
    failureFlaw(batch) ??
    timeFlaw(batch, isReplay ? null : sentMonoMs);
  if (sentence !== null) return flaw(sentence);
  let wasCut = false;
  for (const failure of batch.failures) wasCut = cutFailure(failure) || wasCut;
  const isHonest = !wasCut && results.batch.length <= honestBytes(batch);
  return { ok: true, batch, bytes: isHonest ? results.batch : ResultBatch.encode(batch).finish() };
}
