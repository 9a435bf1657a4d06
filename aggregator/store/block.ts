/**
 * Packed blocks: the results of one target at one vantage, in columns, a few bytes each.
 *
 *     block    = format (1 plain, 2 deflated), segment*
 *     segment  = byte length, number of results, columns
 *     columns  = runs of flags, boot, revision, attempt; then one number a result of:
 *                slot (change of the step), end hi minus slot (change), received minus hi,
 *                hi minus lo (change), latency (change); then texts of the failures
 *
 * A regular check makes nearly every number a single byte. A block that still takes results grows
 * by a segment at a time, so that what is there is not packed again; when it is full it is packed
 * once more as one segment and deflated.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { createByteWriter } from "../../shared/bytes.ts";
import { createStoreReader } from "./bytes.ts";
import type { ByteReader, ByteWriter } from "../../shared/bytes.ts";
import { DamagedError } from "./store-error.ts";
import { OUTCOME_OK } from "./stored-result.ts";
import type { StoredResult } from "./stored-result.ts";

const PLAIN = 1;
const DEFLATED = 2;
/** No block that was written here inflates to more; a larger one is damaged. */
const INFLATED_BYTES_MAX = 64 * 1_048_576;
/** Nor does any segment hold more results. */
const SEGMENT_RESULTS_MAX = 65_536;

const segmentWriter = createByteWriter();
const blockWriter = createByteWriter();

/** A block that still takes results: `block` (null for none yet) and one segment more. */
export function growBlock(block: Uint8Array | null, results: readonly StoredResult[]): Uint8Array {
  blockWriter.clear();
  if (block) blockWriter.raw(block);
  else blockWriter.varint(PLAIN);
  writeSegment(blockWriter, results);
  return Buffer.from(blockWriter.bytes());
}

/** A full block: one segment, deflated when that is smaller. */
export function sealBlock(results: readonly StoredResult[]): Uint8Array {
  const plain = growBlock(null, results);
  const deflated = deflateRawSync(plain.subarray(1));
  if (deflated.length + 1 >= plain.length) return plain;
  return Buffer.concat([Uint8Array.of(DEFLATED), deflated]);
}

/** The results of a block, in the order they were packed. Throws DamagedError. */
export function readBlock(block: Uint8Array): StoredResult[] {
  const body = block.subarray(1);
  const reader = createStoreReader(block[0] === DEFLATED ? inflate(body) : body);
  const results: StoredResult[] = [];
  while (!reader.atEnd()) readSegment(createStoreReader(reader.raw(reader.varint())), results);
  return results;
}

function inflate(body: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(body, { maxOutputLength: INFLATED_BYTES_MAX });
  } catch (error) {
    throw new DamagedError("a block of history", error);
  }
}

function writeSegment(writer: ByteWriter, results: readonly StoredResult[]): void {
  segmentWriter.clear();
  segmentWriter.varint(results.length);
  writeRuns(segmentWriter, results, flagsOf);
  writeRuns(segmentWriter, results, (result) => result.boot);
  writeRuns(segmentWriter, results, (result) => result.revision);
  writeRuns(segmentWriter, results, (result) => result.attempt);
  writeTimes(segmentWriter, results);
  writeTexts(segmentWriter, results);
  const segment = segmentWriter.bytes();
  writer.varint(segment.length);
  writer.raw(segment);
}

function readSegment(reader: ByteReader, into: StoredResult[]): void {
  const length = reader.varint();
  if (length > SEGMENT_RESULTS_MAX) throw new DamagedError("a block of history");
  const first = into.length;
  const flags = readRuns(reader, length);
  const boots = readRuns(reader, length);
  const revisions = readRuns(reader, length);
  const attempts = readRuns(reader, length);
  for (let index = 0; index < length; index += 1) {
    const result = emptyResult(flags[index] ?? 0);
    result.boot = boots[index] ?? 0;
    result.revision = revisions[index] ?? 0;
    result.attempt = attempts[index] ?? 0;
    into.push(result);
  }
  const results = into.slice(first);
  readTimes(reader, results);
  readTexts(reader, results);
}

/** Bits 0 to 2 outcome, 3 and 4 certificate, 5 late, 6 replayed, 7 anchored. */
function flagsOf(result: StoredResult): number {
  return (
    result.outcome |
    (result.certificate << 3) |
    (result.late ? 32 : 0) |
    (result.replayed ? 64 : 0) |
    (result.anchored ? 128 : 0)
  );
}

function emptyResult(flags: number): StoredResult {
  return {
    loMs: 0,
    hiMs: 0,
    anchored: (flags & 128) !== 0,
    receivedAtMs: 0,
    boot: 0,
    revision: 0,
    slotMonoMs: 0,
    attempt: 0,
    outcome: flags & 7,
    certificate: (flags >> 3) & 3,
    late: (flags & 32) !== 0,
    replayed: (flags & 64) !== 0,
    latencyUs: 0,
    phases: null,
    reason: "ok",
    detail: "",
    resolver: "",
  };
}

function writeRuns(
  writer: ByteWriter,
  results: readonly StoredResult[],
  valueOf: (result: StoredResult) => number,
): void {
  let value = 0;
  let length = 0;
  for (const result of results) {
    const next = valueOf(result);
    if (length > 0 && next !== value) {
      writer.varint(value);
      writer.varint(length);
      length = 0;
    }
    value = next;
    length += 1;
  }
  if (length === 0) return;
  writer.varint(value);
  writer.varint(length);
}

function readRuns(reader: ByteReader, length: number): number[] {
  const values: number[] = [];
  while (values.length < length) {
    const value = reader.varint();
    const run = reader.varint();
    if (run === 0 || values.length + run > length) throw new DamagedError("a block of history");
    for (let index = 0; index < run; index += 1) values.push(value);
  }
  return values;
}

function writeTimes(writer: ByteWriter, results: readonly StoredResult[]): void {
  let slot = 0;
  let step = 0;
  for (const { slotMonoMs } of results) {
    writer.zigzag(slotMonoMs - slot - step);
    step = slotMonoMs - slot;
    slot = slotMonoMs;
  }
  let offset = 0;
  for (const { hiMs, slotMonoMs } of results) {
    writer.zigzag(hiMs - slotMonoMs - offset);
    offset = hiMs - slotMonoMs;
  }
  for (const { receivedAtMs, hiMs } of results) writer.varint(receivedAtMs - hiMs);
  let width = 0;
  for (const { anchored, hiMs, loMs } of results) {
    if (!anchored) continue;
    writer.zigzag(hiMs - loMs - width);
    width = hiMs - loMs;
  }
  let latency = 0;
  for (const { latencyUs } of results) {
    writer.zigzag(latencyUs - latency);
    latency = latencyUs;
  }
}

function readTimes(reader: ByteReader, results: readonly StoredResult[]): void {
  let slot = 0;
  let step = 0;
  for (const result of results) {
    step += reader.zigzag();
    slot += step;
    result.slotMonoMs = slot;
  }
  let offset = 0;
  for (const result of results) {
    offset += reader.zigzag();
    result.hiMs = offset + result.slotMonoMs;
  }
  for (const result of results) result.receivedAtMs = result.hiMs + reader.varint();
  let width = 0;
  for (const result of results) {
    if (!result.anchored) continue;
    width += reader.zigzag();
    result.loMs = result.hiMs - width;
  }
  let latency = 0;
  for (const result of results) {
    latency += reader.zigzag();
    result.latencyUs = latency;
  }
}

/** Failures of one outage say the same over and over: each distinct one is written once. */
function writeTexts(writer: ByteWriter, results: readonly StoredResult[]): void {
  const numbers = new Map<string, number>();
  const distinct: StoredResult[] = [];
  const rows: number[] = [];
  for (const result of results) {
    if (result.outcome === OUTCOME_OK) continue;
    const key = JSON.stringify([result.reason, result.resolver, result.detail]);
    let number = numbers.get(key);
    if (number === undefined) {
      number = distinct.push(result) - 1;
      numbers.set(key, number);
    }
    rows.push(number);
  }
  writer.varint(distinct.length);
  for (const { reason, resolver, detail } of distinct) {
    writer.text(reason);
    writer.text(resolver);
    writer.text(detail);
  }
  for (const number of rows) writer.varint(number);
}

function readTexts(reader: ByteReader, results: readonly StoredResult[]): void {
  const distinct: { reason: string; resolver: string; detail: string }[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) {
    distinct.push({ reason: reader.text(), resolver: reader.text(), detail: reader.text() });
  }
  for (const result of results) {
    if (result.outcome === OUTCOME_OK) continue;
    const texts = distinct[reader.varint()];
    if (!texts) throw new DamagedError("a block of history");
    Object.assign(result, texts);
  }
}
