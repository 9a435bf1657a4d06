/** Columns: results on their way to the aggregator, many in one message. On the hot path. */
import type { Clock, Timer } from "../shared/clock.ts";
import { LIMITS } from "../shared/limits.ts";
import { classNumber } from "../shared/outcome.ts";
import type { Certificate, Phases } from "../shared/outcome.ts";
import {
  Certificate as WireCertificate,
  ResultBatch,
} from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { CheckResult, TimeAnchor } from "../shared/result.ts";

/** Rows of one batch at most; half of what the aggregator takes. */
export const BATCH_ROWS_MAX = 1_000;

/** Bytes of failure details in one batch at most, so that a message stays below its bound. */
const DETAIL_CHARS_MAX = 200_000;

const UINT32_MAX = 0xffff_ffff;
const WIRE_CERTIFICATES: Record<Certificate, WireCertificate> = {
  ok: WireCertificate.CERTIFICATE_OK,
  failed: WireCertificate.CERTIFICATE_FAILED,
  none: WireCertificate.CERTIFICATE_NONE,
};

/** Gathers results into batches. */
export interface Batcher {
  /** Adds a result; a full batch leaves at once, another after LIMITS.batchWaitMs. */
  add(result: CheckResult): void;
  /** Sends what is there. */
  flush(): void;
}

/** What a batcher needs. */
export interface BatcherDeps {
  clock: Clock;
  /** Takes an encoded ResultBatch. */
  onBatch: (batch: Uint8Array) => void;
}

/** Creates a batcher. */
export function createBatcher(deps: BatcherDeps): Batcher {
  const columns = newColumns();
  let timer: Timer | null = null;

  function flush(): void {
    timer?.cancel();
    timer = null;
    if (columns.batch.handle.length > 0) deps.onBatch(encodeAndClear(columns));
  }

  return {
    flush,
    add(result) {
      addRow(columns, result);
      const full = columns.batch.handle.length >= BATCH_ROWS_MAX;
      if (full || columns.detailChars >= DETAIL_CHARS_MAX) flush();
      else timer ??= deps.clock.after(LIMITS.batchWaitMs, flush);
    },
  };
}

interface Columns {
  /** Its arrays are used again for every batch; `startMs` holds absolute times until encoded. */
  batch: ResultBatch;
  baseMs: number;
  /** The oldest anchor of the rows; `lo` of a result must not come out too late. */
  anchor: TimeAnchor | null;
  anyPhase: boolean;
  detailChars: number;
}

function newColumns(): Columns {
  const batch = ResultBatch.decode(new Uint8Array(0));
  return { batch, baseMs: 0, anchor: null, anyPhase: false, detailChars: 0 };
}

function addRow(columns: Columns, result: CheckResult): void {
  const { batch } = columns;
  const { outcome } = result;
  const row = batch.handle.length;
  const startMs = Math.floor(result.startMonoMs);
  columns.baseMs = row === 0 ? startMs : Math.min(columns.baseMs, startMs);
  columns.anchor = row === 0 ? result.anchor : olderOf(columns.anchor, result.anchor);
  batch.handle.push(result.handle);
  batch.revision.push(result.revision);
  batch.startMs.push(startMs);
  batch.lateMs.push(uint32(startMs - result.slotMonoMs));
  batch.attempt.push(result.attempt);
  batch.outcome.push(classNumber(outcome.class));
  batch.latencyUs.push(uint32((result.endMonoMs - result.startMonoMs) * 1_000));
  addPhases(columns, outcome.phases);
  if (outcome.class === "ok") return;
  const detail = cut(outcome.detail);
  columns.detailChars += detail.length;
  batch.failures.push({
    row,
    reason: outcome.reason,
    detail,
    resolver: outcome.resolver ?? "",
    certificate: WIRE_CERTIFICATES[result.certificate],
  });
}

function addPhases(columns: Columns, phases: Phases): void {
  const dnsUs = uint32(phases.dnsUs);
  const connectUs = uint32(phases.connectUs);
  const tlsUs = uint32(phases.tlsUs);
  const firstByteUs = uint32(phases.firstByteUs);
  columns.batch.phaseUs.push(dnsUs, connectUs, tlsUs, firstByteUs);
  if (dnsUs + connectUs + tlsUs + firstByteUs > 0) columns.anyPhase = true;
}

/** No anchor is older than any: a result without one never votes, nor do those beside it. */
function olderOf(one: TimeAnchor | null, other: TimeAnchor | null): TimeAnchor | null {
  if (one === null || other === null) return null;
  return other.monoMs < one.monoMs ? other : one;
}

function encodeAndClear(columns: Columns): Uint8Array {
  const { batch } = columns;
  batch.baseMonoMs = Math.max(0, columns.baseMs);
  batch.anchorAtMs = columns.anchor?.atMs ?? 0;
  batch.anchorMonoMs = columns.anchor?.monoMs ?? 0;
  const { startMs } = batch;
  for (let row = 0; row < startMs.length; row += 1) {
    startMs[row] = uint32((startMs[row] ?? 0) - batch.baseMonoMs);
  }
  if (!columns.anyPhase) batch.phaseUs.length = 0;
  const bytes = ResultBatch.encode(batch).finish();
  for (const column of [batch.handle, batch.revision, startMs, batch.lateMs]) column.length = 0;
  for (const column of [batch.attempt, batch.outcome, batch.latencyUs]) column.length = 0;
  batch.phaseUs.length = 0;
  batch.failures.length = 0;
  columns.anyPhase = false;
  columns.detailChars = 0;
  return bytes;
}

function uint32(value: number): number {
  return value > 0 ? Math.min(Math.round(value), UINT32_MAX) : 0;
}

function cut(detail: string): string {
  if (detail.length <= LIMITS.detailCharsMax) return detail;
  return `${detail.slice(0, LIMITS.detailCharsMax - 1)}…`;
}
