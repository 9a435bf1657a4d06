/** History: results and rollups, merged from packed blocks and the log's tail. */
import type { HistoryResult } from "../../shared/result.ts";
import type { HistoryQuery, HistoryStore, LatencyBucket, Page } from "../ports.ts";
import { readBlock } from "./block.ts";
import { createCompaction } from "./compaction.ts";
import type { Connection } from "./connection.ts";
import { createDictionary } from "./dictionary.ts";
import type { Dictionary } from "./dictionary.ts";
import { createExpiry } from "./expiry.ts";
import type { Facts } from "./facts.ts";
import { loadFrontier } from "./frontier.ts";
import type { LogWriter } from "./log.ts";
import { NEWEST_KEY, createNewest, historyKey } from "./newest.ts";
import type { Found } from "./newest.ts";
import { createNewestReader } from "./newest-many.ts";
import { cursorOf, keyOf } from "./page.ts";
import { createPackedVisitors } from "./packed.ts";
import type { PackedVisitors } from "./packed.ts";
import { FINEST_SPAN_MS, addResult, bucketOf, createRollup } from "./rollup.ts";
import { spanStartMs, unpackRollup } from "./rollup.ts";
import type { Rollup } from "./rollup.ts";
import { endedAtMs, historyResult } from "./stored-result.ts";
import type { StoredResult } from "./stored-result.ts";
import { createStatsReader } from "./stats.ts";
import { createTail } from "./tail.ts";
import type { VisitTail } from "./tail.ts";

interface BlockRow {
  to_ms: number;
  vantage: number;
  body: Buffer;
}

interface RollupRow {
  from_ms: number;
  vantage: number;
  body: Buffer;
}

/** The history of an open data file. */
export function createHistoryStore(
  connection: Connection,
  facts: Facts,
  writer: LogWriter,
): HistoryStore {
  const { db, run } = connection;
  const frontier = loadFrontier(facts);
  const dictionary = createDictionary(db);
  const tail = createTail(connection, frontier, dictionary);
  const readResults = createResultsReader(connection, dictionary, tail);
  const readNewest = createNewestReader(connection, frontier, dictionary);
  const packed = createPackedVisitors(connection, dictionary, tail);
  const readLatency = createLatencyReader(connection, dictionary, packed);
  const readStats = createStatsReader({ connection, dictionary, packed });
  return {
    results: (query) => run(() => readResults(query)),
    newest: (query) => run(() => readNewest(query)),
    latency: (query) => run(() => readLatency(query)),
    stats: (query) => run(() => readStats(query)),
    compact: createCompaction({ connection, facts, frontier, dictionary, writer }),
    expire: createExpiry(connection),
  };
}

/**
 * Newest first by the estimated end of the check, in [fromMs, toMs). Blocks are read from the
 * newest end on, until no older one can hold a row of the page.
 */
function createResultsReader({ db }: Connection, dictionary: Dictionary, tail: VisitTail) {
  const blocks = db.prepare<[number, number, number], BlockRow>(
    `SELECT to_ms, vantage, body FROM blocks
     WHERE handle = ? AND to_ms >= ? AND from_ms <= ? ORDER BY to_ms DESC`,
  );

  return (query: HistoryQuery): Page<HistoryResult> => {
    const { targetId, probeId, fromMs, toMs, limit } = query;
    const start = keyOf(query, NEWEST_KEY);
    const handle = dictionary.handleOf(targetId);
    if (handle === null) return { rows: [], next: null };
    const newest = createNewest(limit + 1, query.cursor === undefined ? null : start);
    const latestMs = Math.min(toMs - 1, start[0]);
    tail({ handle, probeId, fromMs, toMs: latestMs + 1 }, (probe, result, atMs) =>
      newest.offer({ probeId: probe, result, atMs }),
    );
    const vantage = probeId === undefined ? null : dictionary.knownVantage(probeId);
    for (const block of blocks.iterate(handle, fromMs, latestMs)) {
      if (block.to_ms < newest.floorMs()) break;
      if (probeId !== undefined && block.vantage !== vantage) continue;
      const probe = dictionary.probeId(block.vantage);
      for (const result of readBlock(block.body)) {
        const atMs = endedAtMs(result);
        if (atMs >= fromMs && atMs <= latestMs) newest.offer({ probeId: probe, result, atMs });
      }
    }
    return pageOfNewest(newest.sorted(), limit);
  };
}

function pageOfNewest(found: readonly Found[], limit: number): Page<HistoryResult> {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const more = found.length > shown.length && last !== undefined;
  return {
    rows: shown.map(({ probeId, result }) => historyResult(probeId, result)),
    next: more ? cursorOf(historyKey(last)) : null,
  };
}

/** Buckets that hold some of the range asked for; oldest first, by probe id within one time. */
function createLatencyReader({ db }: Connection, dictionary: Dictionary, packed: PackedVisitors) {
  const rollups = db.prepare<[number, number, number, number], RollupRow>(
    `SELECT from_ms, vantage, body FROM rollups
     WHERE handle = ? AND span_ms = ? AND from_ms >= ? AND from_ms < ?`,
  );

  return (query: Parameters<HistoryStore["latency"]>[0]): LatencyBucket[] => {
    const { targetId, probeId, spanMs } = query;
    const handle = dictionary.handleOf(targetId);
    if (handle === null || query.toMs <= query.fromMs) return [];
    const fromMs = spanStartMs(query.fromMs, spanMs);
    const toMs = spanStartMs(query.toMs - 1, spanMs) + spanMs;
    const merged = new Map<string, { probeId: string; fromMs: number; rollup: Rollup }>();
    const at = (probe: string, startMs: number): Rollup => {
      const key = `${startMs} ${probe}`;
      const known = merged.get(key);
      if (known) return known.rollup;
      const rollup = createRollup();
      merged.set(key, { probeId: probe, fromMs: startMs, rollup });
      return rollup;
    };
    const names = new Map<number, string>();
    // All at once, at half the cost of one by one: whoever asks bounds the number of buckets.
    for (const row of rollups.all(handle, spanMs, fromMs, toMs)) {
      const probe = names.get(row.vantage) ?? dictionary.probeId(row.vantage);
      names.set(row.vantage, probe);
      if (probeId !== undefined && probe !== probeId) continue;
      // Each row is a bucket of its own, so there is nothing to merge it with yet.
      const rollup = unpackRollup(row.body);
      merged.set(`${row.from_ms} ${probe}`, { probeId: probe, fromMs: row.from_ms, rollup });
    }
    const add = (probe: string, result: StoredResult, atMs: number): void => {
      if (result.attempt === 0) addResult(at(probe, spanStartMs(atMs, spanMs)), result);
    };
    const range = { handle, probeId, fromMs, toMs };
    if (spanMs === FINEST_SPAN_MS) packed.closed(range, add);
    packed.recent(range, add);
    return [...merged.values()]
      .sort((left, right) => left.fromMs - right.fromMs || compare(left.probeId, right.probeId))
      .map((entry) =>
        bucketOf(entry.rollup, { probeId: entry.probeId, fromMs: entry.fromMs, spanMs }),
      );
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
