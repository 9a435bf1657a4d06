/** Snapshots as bytes: V8's structured serialisation, which keeps numbers exact, and a checksum. */
import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { SNAPSHOT_VERSION } from "../verdict/snapshot.ts";
import type { SnapshotData } from "../verdict/snapshot.ts";

/** Encodes a snapshot. */
export function encodeSnapshot(data: SnapshotData): Uint8Array {
  const body = serialize(data);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(body));
  return Buffer.concat([sum, body]);
}

/** Decodes a snapshot; null when it is damaged or of another layout. */
export function decodeSnapshot(bytes: Uint8Array): SnapshotData | null {
  const buffer = Buffer.from(bytes);
  if (buffer.length < 5 || buffer.readUInt32LE(0) !== crc32(buffer.subarray(4))) return null;
  const value: unknown = deserialize(buffer.subarray(4));
  return isSnapshot(value) ? value : null;
}

/** Guarantee: the bytes passed the checksum, so they are what encodeSnapshot wrote. */
function isSnapshot(value: unknown): value is SnapshotData {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === SNAPSHOT_VERSION
  );
}
