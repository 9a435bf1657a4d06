/**
 * Segment files of the spool: batches of one boot, appended, each framed by length and checksum.
 * Name: `<order>-<boot>-<first sequence>.seg`, so that the names sort in the order of making.
 * Record: length u32 | crc32 u32 | sequence f64 | batch. Length counts sequence and batch, the
 * checksum covers both. Numbers are little-endian.
 */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { LIMITS } from "../shared/limits.ts";

/** Size at which a new segment is begun; larger keeps acknowledged bytes on disk for longer. */
export const SEGMENT_BYTES_MAX = 4 * 1_048_576;

const FRAME_BYTES = 8;
const SEQUENCE_BYTES = 8;
const NAME = /^(\d{8})-([0-9a-z]{16,64})-(\d{1,16})\.seg$/;

/** Where a batch lies in a segment. */
export interface Place {
  segment: Segment;
  /** Offset of the batch's bytes, behind its frame. */
  offset: number;
  length: number;
}

/** A segment file; closed for writing once `descriptor` is null. */
export interface Segment {
  path: string;
  order: number;
  bootId: string;
  /** Length up to which the file is known to be good. */
  bytes: number;
  /** Batches in it that are still wanted; at 0 a closed segment is deleted. */
  wanted: number;
  /** Open for writing and reading; null: closed. */
  descriptor: number | null;
}

/** One batch found in a segment at start. */
export interface FoundBatch {
  sequence: number;
  offset: number;
  length: number;
}

/** What reading a segment gave. */
export interface Scan {
  found: FoundBatch[];
  /** Bytes cut off the end because the last record was torn or damaged. */
  cutBytes: number;
}

/** Order, boot and first sequence of a segment's name; null for any other file. */
export function parseSegmentName(name: string): { order: number; bootId: string } | null {
  const [, order, bootId] = NAME.exec(name) ?? [];
  return order === undefined || bootId === undefined ? null : { order: Number(order), bootId };
}

/** Begins a segment; fails if the file is there already. */
export function createSegment(
  folder: string,
  name: { order: number; bootId: string; sequence: number },
): Segment {
  const { order, bootId, sequence } = name;
  const path = join(folder, `${String(order).padStart(8, "0")}-${bootId}-${sequence}.seg`);
  const descriptor = openSync(path, "ax+", 0o600);
  return { path, order, bootId, bytes: 0, wanted: 0, descriptor };
}

/**
 * Appends a batch. When the disk refuses, what was half written is cut off again and the error is
 * thrown. A tail that cannot be cut closes the segment; the next start finds it by its checksum.
 */
export function appendBatch(segment: Segment, sequence: number, batch: Uint8Array): Place {
  const descriptor = segment.descriptor;
  if (descriptor === null) throw new Error(`The segment ${segment.path} is closed.`);
  const length = SEQUENCE_BYTES + batch.length;
  const record = Buffer.allocUnsafe(FRAME_BYTES + length);
  record.writeDoubleLE(sequence, FRAME_BYTES);
  record.set(batch, FRAME_BYTES + SEQUENCE_BYTES);
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(FRAME_BYTES)), 4);
  try {
    writeAll(descriptor, record);
  } catch (error) {
    cutBack(segment, descriptor);
    throw error;
  }
  const offset = segment.bytes + FRAME_BYTES + SEQUENCE_BYTES;
  segment.bytes += record.length;
  segment.wanted += 1;
  return { segment, offset, length: batch.length };
}

function cutBack(segment: Segment, descriptor: number): void {
  try {
    ftruncateSync(descriptor, segment.bytes);
  } catch {
    closeSegment(segment);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(descriptor, bytes, done, bytes.length - done);
  }
}

/** Reads a batch back; null when the disk does not give what was written. */
export function readBatch(place: Place): Buffer | null {
  const { segment, offset, length } = place;
  const start = offset - SEQUENCE_BYTES - FRAME_BYTES;
  const record = Buffer.allocUnsafe(FRAME_BYTES + SEQUENCE_BYTES + length);
  const open = segment.descriptor;
  const descriptor = open ?? openSync(segment.path, "r");
  try {
    const read = readSync(descriptor, record, 0, record.length, start);
    if (read < record.length) return null;
  } finally {
    if (open === null) closeSync(descriptor);
  }
  if (crc32(record.subarray(FRAME_BYTES)) !== record.readUInt32LE(4)) return null;
  return record.subarray(FRAME_BYTES + SEQUENCE_BYTES);
}

/** Reads a segment of an earlier boot and cuts off a torn tail, so that the rest is whole. */
export function scanSegment(path: string): Scan {
  const bytes = readFileSync(path);
  const found: FoundBatch[] = [];
  let good = 0;
  let lastSequence = 0;
  for (;;) {
    const record = recordAt(bytes, good);
    // Sequences rise within a segment; anything else is damage that the checksum did not see.
    if (record === null || record.sequence <= lastSequence) break;
    found.push(record);
    lastSequence = record.sequence;
    good = record.offset + record.length;
  }
  const cutBytes = bytes.length - good;
  if (cutBytes > 0) truncateSync(path, good);
  return { found, cutBytes };
}

function recordAt(bytes: Buffer, start: number): FoundBatch | null {
  if (start + FRAME_BYTES + SEQUENCE_BYTES > bytes.length) return null;
  const length = bytes.readUInt32LE(start);
  const end = start + FRAME_BYTES + length;
  const tooLong = length > LIMITS.grpcMessageBytesMax || end > bytes.length;
  if (length < SEQUENCE_BYTES || tooLong) return null;
  const body = bytes.subarray(start + FRAME_BYTES, end);
  if (crc32(body) !== bytes.readUInt32LE(start + 4)) return null;
  const sequence = body.readDoubleLE(0);
  if (!Number.isSafeInteger(sequence)) return null;
  const offset = start + FRAME_BYTES + SEQUENCE_BYTES;
  return { sequence, offset, length: length - SEQUENCE_BYTES };
}

/** Closes a segment for writing. */
export function closeSegment(segment: Segment): void {
  if (segment.descriptor !== null) closeSync(segment.descriptor);
  segment.descriptor = null;
}

/** Deletes a segment's file. */
export function deleteSegment(segment: Segment): void {
  closeSegment(segment);
  unlinkSync(segment.path);
}
