/**
 * Evidence per (target, vantage): a sorted set of the newest 16 looks (VERDICTS section 4).
 *
 * Rows live in typed arrays, because half a million vantage rows as objects would cost gigabytes.
 * A row is a ring: entry `age` 0 is the newest. The set is ordered by (boot, slot, attempt) and
 * unique by it, so the order and the number of deliveries change nothing.
 */
import { LIMITS } from "../../shared/limits.ts";

const SIZE = LIMITS.evidenceMax;
/** Attempts of one slot; a larger attempt number is cut to it. */
const ATTEMPTS = 64;

/** One look, as it is inserted and read. Times are log time, integer milliseconds. */
export interface Look {
  boot: number;
  /** When the check was due on the probe's clock, integer milliseconds. */
  slotMs: number;
  attempt: number;
  /** Number of the outcome class: 1 ok, 2 sub, 3 dead, 4 dns. */
  outcome: number;
  /** Earliest and latest log time at which the check can have ended. */
  loMs: number;
  hiMs: number;
  /** Index into the table of texts: the reason of a failure. */
  reason: number;
  /** Index into the table of texts: the resolver of a failure of class dns; 0 otherwise. */
  resolver: number;
  latencyUs: number;
}

/** The arena of all evidence. */
export interface EvidenceTable {
  /** A new, empty row. */
  allocate(): number;
  /** Gives a row back; it is empty from then on. */
  release(row: number): void;
  clear(row: number): void;
  count(row: number): number;
  /**
   * Inserts a look in its place. Returns `newest` when it is the newest now, `older` when it went
   * below, `none` when it was there already or is older than all that a full row keeps.
   */
  insert(row: number, look: Look): "newest" | "older" | "none";
  outcome(row: number, age: number): number;
  loMs(row: number, age: number): number;
  hiMs(row: number, age: number): number;
  reason(row: number, age: number): number;
  resolver(row: number, age: number): number;
  latencyUs(row: number, age: number): number;
  /** The whole look at an age, for snapshots. */
  look(row: number, age: number): Look;
}

interface Columns {
  boot: Uint32Array;
  key: Float64Array;
  lo: Float64Array;
  hi: Float64Array;
  outcome: Uint8Array;
  reason: Uint16Array;
  resolver: Uint16Array;
  latency: Uint32Array;
}

function columnsOf(length: number, from?: Columns): Columns {
  const columns: Columns = {
    boot: new Uint32Array(length),
    key: new Float64Array(length),
    lo: new Float64Array(length),
    hi: new Float64Array(length),
    outcome: new Uint8Array(length),
    reason: new Uint16Array(length),
    resolver: new Uint16Array(length),
    latency: new Uint32Array(length),
  };
  if (from) {
    columns.boot.set(from.boot);
    columns.key.set(from.key);
    columns.lo.set(from.lo);
    columns.hi.set(from.hi);
    columns.outcome.set(from.outcome);
    columns.reason.set(from.reason);
    columns.resolver.set(from.resolver);
    columns.latency.set(from.latency);
  }
  return columns;
}

function copyEntry(columns: Columns, from: number, to: number): void {
  columns.boot[to] = at(columns.boot, from);
  columns.key[to] = at(columns.key, from);
  columns.lo[to] = at(columns.lo, from);
  columns.hi[to] = at(columns.hi, from);
  columns.outcome[to] = at(columns.outcome, from);
  columns.reason[to] = at(columns.reason, from);
  columns.resolver[to] = at(columns.resolver, from);
  columns.latency[to] = at(columns.latency, from);
}

function writeEntry(columns: Columns, to: number, look: Look): void {
  columns.boot[to] = look.boot;
  columns.key[to] = keyOf(look);
  columns.lo[to] = look.loMs;
  columns.hi[to] = look.hiMs;
  columns.outcome[to] = look.outcome;
  columns.reason[to] = look.reason;
  columns.resolver[to] = look.resolver;
  columns.latency[to] = look.latencyUs;
}

function at(column: ArrayLike<number>, index: number): number {
  return column[index] ?? 0;
}

function keyOf(look: Look): number {
  return look.slotMs * ATTEMPTS + Math.min(look.attempt, ATTEMPTS - 1);
}

/** The rings: which entry of the columns is the `age`-th newest of a row. */
interface Rings {
  columns: Columns;
  heads: Uint8Array;
  counts: Uint8Array;
  used: number;
  free: number[];
}

function indexOf(rings: Rings, row: number, age: number): number {
  return row * SIZE + ((at(rings.heads, row) + SIZE - age) % SIZE);
}

function allocate(rings: Rings): number {
  const reused = rings.free.pop();
  if (reused !== undefined) return reused;
  const { heads, counts } = rings;
  if (rings.used === heads.length) {
    rings.columns = columnsOf(2 * heads.length * SIZE, rings.columns);
    rings.heads = new Uint8Array(2 * heads.length);
    rings.counts = new Uint8Array(2 * heads.length);
    rings.heads.set(heads);
    rings.counts.set(counts);
  }
  rings.used += 1;
  return rings.used - 1;
}

/** Compares a look with the entry at `age`: above 0 when the look is newer. */
function compare(rings: Rings, look: Look, place: number): number {
  const boots = look.boot - at(rings.columns.boot, place);
  return boots === 0 ? keyOf(look) - at(rings.columns.key, place) : boots;
}

function insert(rings: Rings, row: number, look: Look): "newest" | "older" | "none" {
  const { columns, heads, counts } = rings;
  const count = at(counts, row);
  let age = 0;
  while (age < count) {
    const order = compare(rings, look, indexOf(rings, row, age));
    if (order === 0) return "none";
    if (order > 0) break;
    age += 1;
  }
  if (age >= SIZE) return "none";
  heads[row] = (at(heads, row) + 1) % SIZE;
  if (count < SIZE) counts[row] = count + 1;
  // Entries that are newer than the look move one place up, from the newest down.
  for (let move = 0; move < age; move += 1) {
    copyEntry(columns, indexOf(rings, row, move + 1), indexOf(rings, row, move));
  }
  writeEntry(columns, indexOf(rings, row, age), look);
  return age === 0 ? "newest" : "older";
}

function lookAt({ columns }: Rings, place: number): Look {
  const key = at(columns.key, place);
  return {
    boot: at(columns.boot, place),
    slotMs: Math.floor(key / ATTEMPTS),
    attempt: key % ATTEMPTS,
    outcome: at(columns.outcome, place),
    loMs: at(columns.lo, place),
    hiMs: at(columns.hi, place),
    reason: at(columns.reason, place),
    resolver: at(columns.resolver, place),
    latencyUs: at(columns.latency, place),
  };
}

/** Creates an empty arena with room for `rows` rows; it grows by doubling. */
export function createEvidenceTable(rows = 64): EvidenceTable {
  const rings: Rings = {
    columns: columnsOf(rows * SIZE),
    heads: new Uint8Array(rows),
    counts: new Uint8Array(rows),
    used: 0,
    free: [],
  };
  return {
    allocate: () => allocate(rings),
    release: (row) => {
      rings.counts[row] = 0;
      rings.free.push(row);
    },
    clear: (row) => {
      rings.counts[row] = 0;
    },
    count: (row) => at(rings.counts, row),
    insert: (row, look) => insert(rings, row, look),
    outcome: (row, age) => at(rings.columns.outcome, indexOf(rings, row, age)),
    loMs: (row, age) => at(rings.columns.lo, indexOf(rings, row, age)),
    hiMs: (row, age) => at(rings.columns.hi, indexOf(rings, row, age)),
    reason: (row, age) => at(rings.columns.reason, indexOf(rings, row, age)),
    resolver: (row, age) => at(rings.columns.resolver, indexOf(rings, row, age)),
    latencyUs: (row, age) => at(rings.columns.latency, indexOf(rings, row, age)),
    look: (row, age) => lookAt(rings, indexOf(rings, row, age)),
  };
}
