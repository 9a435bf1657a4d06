/** Looks into an encoded ResultBatch without decoding it. */

/** Tag of field 4, `handle`: packed, and as one number each, which proto3 readers accept too. */
const HANDLES_PACKED = (4 << 3) | 2;
const HANDLES_SINGLE = 4 << 3;

/**
 * Whether a batch holds a result of the target with this handle. A history query passes thousands
 * of batches that do not concern it: this costs a fifteenth of decoding them. Bytes that are no
 * ResultBatch give true, so that the decoder meets them and says so.
 */
export function batchHasHandle(batch: Uint8Array, handle: number): boolean {
  const cursor = { at: 0 };
  while (cursor.at < batch.length) {
    const tag = readVarint(batch, cursor);
    if (tag === HANDLES_SINGLE) {
      if (readVarint(batch, cursor) === handle) return true;
    } else if (tag === HANDLES_PACKED) {
      const length = readVarint(batch, cursor);
      if (holds(batch.subarray(cursor.at, cursor.at + length), handle)) return true;
      cursor.at += length;
    } else if (!skip(batch, cursor, tag & 7)) {
      return true;
    }
  }
  return false;
}

/** Varints from 2^32 on lose their high bits; no handle is that large. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[cursor.at++] ?? 0;
    if (shift < 32) value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
}

function holds(packed: Uint8Array, handle: number): boolean {
  const cursor = { at: 0 };
  while (cursor.at < packed.length) if (readVarint(packed, cursor) === handle) return true;
  return false;
}

function skip(bytes: Uint8Array, cursor: { at: number }, wireType: number): boolean {
  if (wireType === 0) readVarint(bytes, cursor);
  else if (wireType === 1) cursor.at += 8;
  else if (wireType === 5) cursor.at += 4;
  else if (wireType === 2) {
    const length = readVarint(bytes, cursor);
    cursor.at += length;
  } else return false;
  return true;
}
