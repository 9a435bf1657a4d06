/**
 * Snapshots as bytes: a head, and parts of some targets each, so that neither writing nor reading
 * one holds up anything else. Each begins with its checksum.
 *
 *     head   = checksum, JSON of everything but the targets, and how many parts there are
 *     part   = checksum, number of targets, target*
 *     target = JSON of what is not as usual, then the looks of each vantage
 *     looks  = number, look*; what repeats from one look to the next takes no room
 */
import { crc32 } from "node:zlib";
import { createByteReader, createByteWriter } from "../../shared/bytes.ts";
import type { ByteReader, ByteWriter } from "../../shared/bytes.ts";
import type { Target } from "../../shared/target.ts";
import { SNAPSHOT_VERSION, usualFields } from "../verdict/snapshot.ts";
import type { RestorableTarget } from "../verdict/restore.ts";
import type { PairData, PairFields, SnapshotHead } from "../verdict/snapshot.ts";
import type { TargetData, TargetFields } from "../verdict/snapshot.ts";

/** The head of a stored snapshot. */
export interface StoredHead {
  head: SnapshotHead;
  parts: number;
}

const SUM_BYTES = 4;
/** Numbers of one look in a PairData. */
const LOOK_NUMBERS = 8;
/** Bits of the first byte of a look, beside three of its class: what differs from the usual. */
const BOOT_CHANGES = 8;
const HAS_ATTEMPT = 16;
const HAS_TEXTS = 32;
const WIDE = 64;

const writer = createByteWriter(65_536);

function sealed(body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(SUM_BYTES + body.length);
  bytes.writeUInt32LE(crc32(body));
  bytes.set(body, SUM_BYTES);
  return bytes;
}

/** What a checksum vouches for; null when it does not. */
function opened(bytes: Uint8Array): Buffer | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length <= SUM_BYTES) return null;
  const body = buffer.subarray(SUM_BYTES);
  return buffer.readUInt32LE(0) === crc32(body) ? body : null;
}

/** Encodes the head of a snapshot that has so many parts. */
export function encodeHead(stored: StoredHead): Uint8Array {
  return sealed(Buffer.from(JSON.stringify(stored)));
}

/** Decodes a head; null when it is damaged or of another layout. */
export function decodeHead(bytes: Uint8Array): StoredHead | null {
  const body = opened(bytes);
  // A snapshot of an earlier layout began with something else than a JSON object.
  if (body === null || body[0] !== "{".charCodeAt(0)) return null;
  const value: unknown = JSON.parse(body.toString());
  return isHead(value) ? value : null;
}

/** Guarantee: the bytes passed the checksum, so they are what encodeHead of a version wrote. */
function isHead(value: unknown): value is StoredHead {
  if (typeof value !== "object" || value === null || !("head" in value)) return false;
  const { head } = value;
  return (
    typeof head === "object" &&
    head !== null &&
    "version" in head &&
    head.version === SNAPSHOT_VERSION
  );
}

/** Encodes some targets as one part. */
export function encodePart(targets: readonly TargetData[]): Uint8Array {
  writer.clear();
  writer.varint(targets.length);
  for (const target of targets) writeTarget(writer, target);
  return sealed(writer.bytes());
}

/**
 * Decodes a part; null when it is damaged. The looks stand in the column, so those of the part
 * before that was decoded into the same one are gone.
 */
export function decodePart(
  bytes: Uint8Array,
  column: LookColumn = createLookColumn(),
): RestorableTarget[] | null {
  const body = opened(bytes);
  if (body === null) return null;
  const reader = createByteReader(body);
  column.used = 0;
  return Array.from({ length: reader.varint() }, () => readTarget(reader, column));
}

/** A target without the looks, and without what is as usual: of most of them nearly nothing. */
interface BareTarget {
  target: Target;
  fields: Partial<TargetFields>;
  wakeMs: number | null;
  pairs: BarePair[];
}

interface BarePair {
  probeId: string;
  fields?: Partial<PairFields>;
  failing?: true;
}

/** A vantage that sees its target well, and has for a while. */
const USUAL_PAIR: PairFields = {
  answered: false,
  quiet: true,
  detail: "",
  voids: 0,
  uncertified: 0,
  late: 0,
};

function writeTarget(into: ByteWriter, { target, fields, wakeMs, pairs }: TargetData): void {
  const bare: BareTarget = {
    target,
    fields: unusual(fields, usualFields(target)),
    wakeMs,
    pairs: pairs.map(barePair),
  };
  into.text(JSON.stringify(bare));
  for (const { looks } of pairs) writeLooks(into, looks);
}

function barePair({ probeId, fields, failing }: PairData): BarePair {
  const pair: BarePair = { probeId };
  const other = unusual(fields, USUAL_PAIR);
  if (Object.keys(other).length > 0) pair.fields = other;
  if (failing) pair.failing = true;
  return pair;
}

function readTarget(reader: ByteReader, column: LookColumn): RestorableTarget {
  const { pairs, ...rest } = asBare(JSON.parse(reader.text()));
  return {
    ...rest,
    pairs: pairs.map(({ probeId, fields: other, failing = false }) => {
      const fields = other === undefined ? USUAL_PAIR : { ...USUAL_PAIR, ...other };
      return { probeId, fields, failing, looks: readLooks(reader, column) };
    }),
  };
}

/** What of some fields is not as usual; objects are told whole, for to compare them costs more. */
function unusual<Fields extends object>(fields: Fields, usual: Fields): Partial<Fields> {
  const told: Partial<Fields> = {};
  for (const key of keysOf(fields)) {
    if (fields[key] !== usual[key]) told[key] = fields[key];
  }
  return told;
}

/** Guarantee: the fields are plain objects, made by this program with these keys and no others. */
function keysOf<Fields extends object>(fields: Fields): (keyof Fields)[] {
  return Object.keys(fields) as (keyof Fields)[];
}

/** Guarantee: the bytes passed the checksum, so they are what writeTarget wrote. */
function asBare(value: unknown): BareTarget {
  return value as BareTarget;
}

/** What the next look is compared with. */
interface Before {
  boot: number;
  slot: number;
  /** From the slot before to this one: an interval, most of the time. */
  step: number;
  /** From the slot to the latest end. */
  end: number;
}

function writeLooks(into: ByteWriter, looks: readonly number[]): void {
  into.varint(looks.length / LOOK_NUMBERS);
  const before: Before = { boot: 0, slot: 0, step: 0, end: 0 };
  for (let place = 0; place < looks.length; place += LOOK_NUMBERS) {
    const boot = looks[place] ?? 0;
    const slot = looks[place + 1] ?? 0;
    const attempt = looks[place + 2] ?? 0;
    const outcome = looks[place + 3] ?? 0;
    const lo = looks[place + 4] ?? 0;
    const hi = looks[place + 5] ?? 0;
    const reason = looks[place + 6] ?? 0;
    const resolver = looks[place + 7] ?? 0;
    const hasTexts = reason !== 0 || resolver !== 0;
    into.varint(
      outcome |
        (boot === before.boot ? 0 : BOOT_CHANGES) |
        (attempt === 0 ? 0 : HAS_ATTEMPT) |
        (hasTexts ? HAS_TEXTS : 0) |
        (hi === lo ? 0 : WIDE),
    );
    if (boot !== before.boot) into.varint(boot);
    if (attempt !== 0) into.varint(attempt);
    if (hasTexts) {
      into.varint(reason);
      into.varint(resolver);
    }
    if (hi !== lo) into.varint(hi - lo);
    into.zigzag(slot - before.slot - before.step);
    into.zigzag(hi - slot - before.end);
    before.boot = boot;
    before.step = slot - before.slot;
    before.slot = slot;
    before.end = hi - slot;
  }
}

/** Looks of many vantages in one column: a list for each would be half a MB of garbage a part. */
export interface LookColumn {
  numbers: Float64Array;
  used: number;
}

/** Looks of 75 targets at five vantages; it grows where there are more. */
const COLUMN_LOOKS = 6_000;

/** An empty column. */
export function createLookColumn(): LookColumn {
  return { numbers: new Float64Array(COLUMN_LOOKS * LOOK_NUMBERS), used: 0 };
}

/** Room for so many looks; what was given away of a smaller column stays as it is. */
function roomFor(column: LookColumn, looks: number): Float64Array {
  const length = looks * LOOK_NUMBERS;
  if (column.used + length > column.numbers.length) {
    column.numbers = new Float64Array(Math.max(length, column.numbers.length));
    column.used = 0;
  }
  column.used += length;
  return column.numbers.subarray(column.used - length, column.used);
}

function readLooks(reader: ByteReader, column: LookColumn): Float64Array {
  const looks = roomFor(column, reader.varint());
  const before: Before = { boot: 0, slot: 0, step: 0, end: 0 };
  for (let place = 0; place < looks.length; place += LOOK_NUMBERS) {
    const flags = reader.varint();
    const boot = flags & BOOT_CHANGES ? reader.varint() : before.boot;
    const attempt = flags & HAS_ATTEMPT ? reader.varint() : 0;
    const reason = flags & HAS_TEXTS ? reader.varint() : 0;
    const resolver = flags & HAS_TEXTS ? reader.varint() : 0;
    const width = flags & WIDE ? reader.varint() : 0;
    const slot = before.slot + before.step + reader.zigzag();
    const hi = slot + before.end + reader.zigzag();
    looks[place] = boot;
    looks[place + 1] = slot;
    looks[place + 2] = attempt;
    looks[place + 3] = flags & 7;
    looks[place + 4] = hi - width;
    looks[place + 5] = hi;
    looks[place + 6] = reason;
    looks[place + 7] = resolver;
    before.boot = boot;
    before.step = slot - before.slot;
    before.slot = slot;
    before.end = hi - slot;
  }
  return looks;
}
