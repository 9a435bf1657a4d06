/** The newest results of many targets: one pass over the log's tail instead of one for each. */
import type { HistoryResult } from "../../shared/result.ts";
import type { HistoryStore } from "../ports.ts";
import { readBlock } from "./block.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { tailStart } from "./frontier.ts";
import type { Frontier } from "./frontier.ts";
import { LOG_KINDS, decodeEnvelope } from "./log-codec.ts";
import { createNewest } from "./newest.ts";
import type { Newest } from "./newest.ts";
import { endedAtMs, historyResult, storedResult } from "./stored-result.ts";
import { openRow } from "./tail.ts";

/** What is asked. */
type NewestQuery = Parameters<HistoryStore["newest"]>[0];

interface LogRow {
  seq: number;
  at_ms: number;
  probe_id: string;
  body: Buffer;
}

interface BlockRow {
  to_ms: number;
  vantage: number;
  body: Buffer;
}

/** A target that is asked for. */
interface Wanted {
  handle: number;
  targetId: string;
  /** Log rows up to this are in blocks. */
  startSeq: number;
  newest: Newest;
}

/** Creates the reader of an open data file. */
export function createNewestReader(
  connection: Connection,
  frontier: Frontier,
  dictionary: Dictionary,
): (query: NewestQuery) => Map<string, HistoryResult[]> {
  const visitTail = createTailPass(connection, dictionary);
  const visitBlocks = createBlockPass(connection, dictionary);

  return (query) => {
    const wanted = new Map<number, Wanted>();
    for (const targetId of query.targetIds) {
      const handle = dictionary.handleOf(targetId);
      if (handle === null) continue;
      const newest = createNewest(query.limit, null);
      wanted.set(handle, { handle, targetId, startSeq: tailStart(frontier, handle), newest });
    }
    visitTail(wanted, query.fromMs);
    for (const one of wanted.values()) visitBlocks(one, query.fromMs);
    return new Map(
      [...wanted.values()].map(({ targetId, newest }) => [
        targetId,
        newest.sorted().map(({ probeId, result }) => historyResult(probeId, result)),
      ]),
    );
  };
}

/** Offers what the log still holds; a batch is decoded once, whoever is in it. */
function createTailPass({ db, log }: Connection, dictionary: Dictionary) {
  const rows = db.prepare<[number, number], LogRow>(
    `SELECT seq, at_ms, probe_id, body FROM log
     WHERE seq > ? AND at_ms >= ? AND kind = ${LOG_KINDS.results} ORDER BY seq DESC`,
  );
  return (wanted: ReadonlyMap<number, Wanted>, fromMs: number): void => {
    const start = Math.min(...[...wanted.values()].map(({ startSeq }) => startSeq));
    for (const logRow of wanted.size === 0 ? [] : rows.iterate(start, fromMs)) {
      const row = openRow(logRow, decodeEnvelope(logRow.body), log);
      for (const [index, handle] of row?.batch.handle.entries() ?? []) {
        const one = wanted.get(handle);
        if (row === null || one === undefined || logRow.seq <= one.startSeq) continue;
        const intervalMs = dictionary.intervalMs(handle, row.batch.revision[index] ?? 0);
        if (intervalMs === null) continue;
        const result = storedResult(row, index, intervalMs);
        const atMs = endedAtMs(result);
        if (atMs >= fromMs) one.newest.offer({ probeId: logRow.probe_id, result, atMs });
      }
    }
  };
}

/** Offers what is packed, from the newest block on until no older one can matter. */
function createBlockPass({ db }: Connection, dictionary: Dictionary) {
  const blocks = db.prepare<[number, number], BlockRow>(
    `SELECT to_ms, vantage, body FROM blocks
     WHERE handle = ? AND to_ms >= ? ORDER BY to_ms DESC`,
  );
  return ({ handle, newest }: Wanted, fromMs: number): void => {
    for (const block of blocks.iterate(handle, fromMs)) {
      if (block.to_ms < newest.floorMs()) break;
      const probeId = dictionary.probeId(block.vantage);
      for (const result of readBlock(block.body)) {
        const atMs = endedAtMs(result);
        if (atMs >= fromMs) newest.offer({ probeId, result, atMs });
      }
    }
  };
}
