/**
 * Snapshots as versions before layout 3 wrote them, all in one piece: V8's serialisation behind a
 * checksum. What was learned since then is as it is of a target that is new.
 */
import { deserialize } from "node:v8";
import { crc32 } from "node:zlib";
import { targetSpecSchema } from "../../shared/target.ts";
import { newTargetRecord } from "../verdict/records.ts";
import { SNAPSHOT_VERSION } from "../verdict/snapshot.ts";
import type { PairData, SnapshotData, TargetData } from "../verdict/snapshot.ts";

/** Layout that is read here. */
const LAYOUT = 2;

/** Numbers of one look then, and now: the last was its latency. */
const [LOOK_NUMBERS, KEPT_NUMBERS] = [9, 8];

/** Reads such a snapshot; null when it is damaged, or none of them. */
export function decodeSnapshotV2(bytes: Uint8Array): SnapshotData | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 5 || buffer.readUInt32LE(0) !== crc32(buffer.subarray(4))) return null;
  // V8 writes 0xff first; a snapshot of a later layout begins with a brace.
  if (buffer[4] !== 0xff) return null;
  const value: unknown = deserialize(buffer.subarray(4));
  if (!isLayout2(value)) return null;
  return { ...value, version: SNAPSHOT_VERSION, targets: value.targets.map(upgraded) };
}

/** Guarantee: the bytes passed the checksum, so they are what a version with layout 2 wrote. */
function isLayout2(value: unknown): value is SnapshotData {
  return (
    typeof value === "object" && value !== null && "version" in value && value.version === LAYOUT
  );
}

function upgraded({ target: old, fields: said, pairs, wakeMs }: TargetData): TargetData {
  // Options of a target that came later have their defaults.
  const target = { ...old, spec: targetSpecSchema.parse(old.spec) };
  const {
    id: _id,
    handle: _handle,
    target: _target,
    pairs: _pairs,
    wakeMs: _wake,
    ...fresh
  } = newTargetRecord(target, said.sinceMs);
  const incident = said.incident && {
    ...said.incident,
    // Before alerts were decided here, every incident was told when it began.
    alert: said.incident.alert ?? RAISED,
  };
  return {
    target,
    fields: { ...fresh, ...said, incident },
    pairs: pairs.map((pair): PairData => ({ ...pair, looks: withoutLatencies(pair.looks) })),
    wakeMs,
  };
}

const RAISED = { raisedAtMs: 0, hold: "", floorMs: 0, waitUntilMs: 0 } as const;

function withoutLatencies(looks: readonly number[]): number[] {
  return looks.filter((_, index) => index % LOOK_NUMBERS < KEPT_NUMBERS);
}
