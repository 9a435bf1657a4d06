/** Packs the results of one target at one vantage into its blocks and rollups. */
import type Database from "better-sqlite3";
import { growBlock, readBlock, sealBlock } from "./block.ts";
import type { Dictionary } from "./dictionary.ts";
import { placeOf } from "./generation.ts";
import type { Group } from "./generation.ts";
import { ROLLUP_SPANS_MS, addResult, createRollup, mergeRollup } from "./rollup.ts";
import { packRollup, spanStartMs, unpackRollup } from "./rollup.ts";
import type { Rollup } from "./rollup.ts";
import { endedAtMs, storedResult } from "./stored-result.ts";
import type { ResultsRow, StoredResult } from "./stored-result.ts";

/** Results of a full block. Larger packs tighter, and makes a small page read more. */
const BLOCK_RESULTS = 512;
/** Time that one block spans at most; a longer one could not expire. */
const BLOCK_SPAN_MS = 7 * 86_400_000;

interface OpenBlock {
  id: number;
  from_ms: number;
  to_ms: number;
  results: number;
  body: Buffer;
}

/** Where a group belongs. */
interface Place {
  handle: number;
  vantage: number;
}

/** Packs a group of a generation with these rows, inside the caller's transaction. */
export function createPacker(
  db: Database.Database,
  dictionary: Dictionary,
): (rows: readonly ResultsRow[], group: Group) => void {
  const packBlocks = createBlockPacker(db, createRollupPacker(db));
  const resultsOf = createResultsOf(dictionary);
  return (rows, group) => {
    const place = { handle: group.handle, vantage: dictionary.vantageOf(group.probeId) };
    const results = resultsOf(rows, group);
    packBlocks(place, results);
  };
}

/** The intervals of the target that was packed last: its vantages come one after the other. */
interface Intervals {
  handle: number;
  byRevision: Map<number, number>;
}

/** Reads the results of a group. */
function createResultsOf(dictionary: Dictionary) {
  let known: Intervals = { handle: -1, byRevision: new Map() };
  return (rows: readonly ResultsRow[], group: Group): StoredResult[] => {
    const { handle } = group;
    if (known.handle !== handle) known = { handle, byRevision: new Map() };
    const { byRevision } = known;
    const results: StoredResult[] = [];
    for (const value of group.places) {
      const { row: rowIndex, index } = placeOf(value);
      const row = rows[rowIndex];
      if (!row) continue;
      const revision = row.batch.revision[index] ?? 0;
      let intervalMs = byRevision.get(revision);
      if (intervalMs === undefined) {
        intervalMs = dictionary.intervalMs(handle, revision) ?? 0;
        byRevision.set(revision, intervalMs);
      }
      results.push(storedResult(row, index, intervalMs));
    }
    return results;
  };
}

/**
 * Fills the open block, seals it when it is full, and opens the next. What is rolled up is a block
 * that closes, once: to roll up a few results at a time would cost more than all else of packing.
 */
function createBlockPacker(
  db: Database.Database,
  rollUpBlock: (place: Place, results: readonly StoredResult[]) => void,
) {
  const findOpen = db.prepare<[Place], OpenBlock>(
    `SELECT id, from_ms, to_ms, results, body FROM blocks
     WHERE handle = $handle AND vantage = $vantage AND open = 1`,
  );
  const insert = db.prepare<[Place & Omit<OpenBlock, "id"> & { open: number }]>(
    `INSERT INTO blocks (handle, vantage, from_ms, to_ms, results, open, body)
     VALUES ($handle, $vantage, $from_ms, $to_ms, $results, $open, $body)`,
  );
  const update = db.prepare<[OpenBlock & { open: number }]>(
    `UPDATE blocks SET from_ms = $from_ms, to_ms = $to_ms, results = $results, open = $open,
       body = $body WHERE id = $id`,
  );
  const close = db.prepare<[number]>("UPDATE blocks SET open = 0 WHERE id = ?");

  const write = (place: Place, before: OpenBlock | null, added: StoredResult[]): void => {
    const times = added.map(endedAtMs);
    const results = (before?.results ?? 0) + added.length;
    const full = results >= BLOCK_RESULTS;
    const old = before && full ? readBlock(before.body) : [];
    const all = [...old, ...added];
    const packed = full ? sealBlock(all) : growBlock(before?.body ?? null, added);
    if (full) rollUpBlock(place, all);
    const row = {
      from_ms: Math.min(before?.from_ms ?? Number.MAX_SAFE_INTEGER, ...times),
      to_ms: Math.max(before?.to_ms ?? 0, ...times),
      results,
      open: full ? 0 : 1,
      body: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength),
    };
    if (before) update.run({ ...row, id: before.id });
    else insert.run({ ...place, ...row });
  };

  return (place: Place, results: StoredResult[]): void => {
    let open = findOpen.get(place) ?? null;
    for (let next = 0; next < results.length;) {
      const first = results[next];
      if (open && first && spansTooMuch(open, endedAtMs(first))) {
        close.run(open.id);
        rollUpBlock(place, readBlock(open.body));
        open = null;
      }
      const added = results.slice(next, next + BLOCK_RESULTS - (open?.results ?? 0));
      write(place, open, added);
      open = null;
      next += added.length;
    }
  };
}

/** A result far from what the block holds, in either direction, begins a block of its own. */
function spansTooMuch(open: OpenBlock, atMs: number): boolean {
  return atMs - open.from_ms > BLOCK_SPAN_MS || open.to_ms - atMs > BLOCK_SPAN_MS;
}

function createRollupPacker(db: Database.Database) {
  const find = db
    .prepare<[number, number, number, number], Buffer>(
      "SELECT body FROM rollups WHERE handle = ? AND span_ms = ? AND from_ms = ? AND vantage = ?",
    )
    .pluck();
  const put = db.prepare<[number, number, number, number, Uint8Array]>(
    `INSERT OR REPLACE INTO rollups (handle, span_ms, from_ms, vantage, body)
     VALUES (?, ?, ?, ?, ?)`,
  );

  return ({ handle, vantage }: Place, results: readonly StoredResult[]): void => {
    for (const spanMs of ROLLUP_SPANS_MS) {
      for (const [fromMs, rollup] of rollUp(results, spanMs)) {
        const known = find.get(handle, spanMs, fromMs, vantage);
        if (known) mergeRollup(rollup, unpackRollup(known));
        put.run(handle, spanMs, fromMs, vantage, packRollup(rollup));
      }
    }
  };
}

function rollUp(results: readonly StoredResult[], spanMs: number): Map<number, Rollup> {
  const rollups = new Map<number, Rollup>();
  for (const result of results) {
    if (result.attempt > 0) continue;
    const fromMs = spanStartMs(endedAtMs(result), spanMs);
    const rollup = rollups.get(fromMs) ?? createRollup();
    rollups.set(fromMs, rollup);
    addResult(rollup, result);
  }
  return rollups;
}
