/** Rollups: what the scheduled checks of a span of time came to, at one vantage. */
import { classNumber } from "../../shared/outcome.ts";
import type { LatencyBucket } from "../ports.ts";
import { createByteWriter } from "../../shared/bytes.ts";
import { createStoreReader } from "./bytes.ts";
import {
  addLatency,
  createSketch,
  meanUs,
  mergeSketch,
  quantilesUs,
  readSketch,
  writeSketch,
} from "./sketch.ts";
import type { Sketch } from "./sketch.ts";
import { OUTCOME_OK } from "./stored-result.ts";
import type { StoredResult } from "./stored-result.ts";

/** How the scheduled checks ended; attempts of bursts are left out. */
export interface Rollup {
  failed: number;
  void: number;
  /** Latencies of those that were ok. */
  sketch: Sketch;
}

/** The shortest span told; read from blocks, because rolled up it would take twice their room. */
export const FINEST_SPAN_MS = 300_000;

/** Lengths of the spans that are rolled up: an hour, a day. */
export const ROLLUP_SPANS_MS: readonly number[] = [3_600_000, 86_400_000];

const OUTCOME_VOID = classNumber("void");
const writer = createByteWriter();

/** A rollup of nothing. */
export function createRollup(): Rollup {
  return { failed: 0, void: 0, sketch: createSketch() };
}

/** Counts one result, unless it is an attempt of a burst. */
export function addResult(rollup: Rollup, result: StoredResult): void {
  if (result.attempt > 0) return;
  if (result.outcome === OUTCOME_OK) addLatency(rollup.sketch, result.latencyUs);
  else if (result.outcome === OUTCOME_VOID) rollup.void += 1;
  else rollup.failed += 1;
}

/** Adds everything of `other` to `into`. */
export function mergeRollup(into: Rollup, other: Rollup): void {
  into.failed += other.failed;
  into.void += other.void;
  mergeSketch(into.sketch, other.sketch);
}

/** The bytes of a rollup. */
export function packRollup(rollup: Rollup): Uint8Array {
  writer.clear();
  writer.varint(rollup.failed);
  writer.varint(rollup.void);
  writeSketch(writer, rollup.sketch);
  return Buffer.from(writer.bytes());
}

/** The rollup of its bytes. Throws DamagedError. */
export function unpackRollup(bytes: Uint8Array): Rollup {
  const reader = createStoreReader(bytes);
  return { failed: reader.varint(), void: reader.varint(), sketch: readSketch(reader) };
}

/** The start of the span that a moment lies in. */
export function spanStartMs(atMs: number, spanMs: number): number {
  return Math.floor(atMs / spanMs) * spanMs;
}

/** A rollup as the API shows it. */
export function bucketOf(
  { failed, void: nothing, sketch }: Rollup,
  { probeId, fromMs, spanMs }: Pick<LatencyBucket, "probeId" | "fromMs" | "spanMs">,
): LatencyBucket {
  const any = sketch.count > 0;
  const quantiles = quantilesUs(sketch, SHARES);
  return {
    probeId,
    fromMs,
    spanMs,
    scheduled: sketch.count + failed + nothing,
    ok: sketch.count,
    failed,
    void: nothing,
    minUs: any ? sketch.minUs : null,
    meanUs: meanUs(sketch),
    p50Us: quantiles[0] ?? null,
    p95Us: quantiles[1] ?? null,
    p99Us: quantiles[2] ?? null,
    maxUs: any ? sketch.maxUs : null,
  };
}

const SHARES = [0.5, 0.95, 0.99];
