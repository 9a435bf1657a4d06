/** Results out of packed blocks: those that still take results, or those that are closed. */
import { readBlock } from "./block.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { endedAtMs } from "./stored-result.ts";
import type { TailQuery, VisitTail } from "./tail.ts";

interface BlockRow {
  vantage: number;
  body: Buffer;
}

/** Visitors of blocks. */
export interface PackedVisitors {
  /** Results that are in no rollup yet: of the log's tail, and of blocks that take more. */
  recent: VisitTail;
  /** Results of closed blocks; the rollups count them. */
  closed: VisitTail;
}

/** The visitors of an open data file. */
export function createPackedVisitors(
  { db }: Connection,
  dictionary: Dictionary,
  tail: VisitTail,
): PackedVisitors {
  const blocks = db.prepare<[number, number, number, number], BlockRow>(
    `SELECT vantage, body FROM blocks
     WHERE handle = ? AND to_ms >= ? AND from_ms < ? AND open = ?`,
  );
  const visit = (open: 0 | 1, query: TailQuery, each: Parameters<VisitTail>[1]): void => {
    const { handle, probeId, fromMs, toMs } = query;
    const vantage = probeId === undefined ? null : dictionary.knownVantage(probeId);
    for (const block of blocks.iterate(handle, fromMs, toMs, open)) {
      if (probeId !== undefined && block.vantage !== vantage) continue;
      const probe = dictionary.probeId(block.vantage);
      for (const result of readBlock(block.body)) {
        const atMs = endedAtMs(result);
        if (atMs >= fromMs && atMs < toMs) each(probe, result, atMs);
      }
    }
  };
  return {
    recent: (query, each) => {
      visit(1, query, each);
      tail(query, each);
    },
    closed: (query, each) => visit(0, query, each),
  };
}
