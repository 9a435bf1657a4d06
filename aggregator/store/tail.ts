/** Results that are still in the log, not yet in blocks. */
import type { Log } from "../../shared/log.ts";
import { messageOf } from "../../shared/errors.ts";
import type { ResultsReceived } from "../../shared/proto/gen/quorate/v1/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { batchHasHandle } from "./batch-scan.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { tailStart } from "./frontier.ts";
import type { Frontier } from "./frontier.ts";
import { LOG_KINDS, decodeEnvelope } from "./log-codec.ts";
import { endedAtMs, resultsRow, storedResult } from "./stored-result.ts";
import type { ResultsRow, StoredResult } from "./stored-result.ts";

/** Which results of the tail: those whose check ended in [fromMs, toMs). */
export interface TailQuery {
  handle: number;
  probeId?: string | undefined;
  fromMs: number;
  toMs: number;
}

/** Visits the matching results of the tail. */
export type VisitTail = (
  query: TailQuery,
  each: (probeId: string, result: StoredResult, atMs: number) => void,
) => void;

interface LogRow {
  seq: number;
  at_ms: number;
  probe_id: string;
  body: Buffer;
}

/** Reads the tail of an open data file. */
export function createTail(
  { db, log }: Connection,
  frontier: Frontier,
  dictionary: Dictionary,
): VisitTail {
  const rows = db.prepare<[number], LogRow>(
    `SELECT seq, at_ms, probe_id, body FROM log WHERE seq > ? AND kind = ${LOG_KINDS.results}
     ORDER BY seq DESC`,
  );
  const rowsOfProbe = db.prepare<[number, string], LogRow>(
    `SELECT seq, at_ms, probe_id, body FROM log
     WHERE seq > ? AND kind = ${LOG_KINDS.results} AND probe_id = ? ORDER BY seq DESC`,
  );

  return (query, each) => {
    const { handle, probeId, fromMs, toMs } = query;
    const start = tailStart(frontier, handle);
    const found = probeId === undefined ? rows.iterate(start) : rowsOfProbe.iterate(start, probeId);
    for (const logRow of found) {
      // A check ended before its result was received, and rows before were received before.
      if (logRow.at_ms < fromMs) break;
      const envelope = decodeEnvelope(logRow.body);
      if (!batchHasHandle(envelope.batch, handle)) continue;
      const row = openRow(logRow, envelope, log);
      for (const result of row ? resultsOf(row, handle, dictionary) : []) {
        const atMs = endedAtMs(result);
        if (atMs >= fromMs && atMs < toMs) each(logRow.probe_id, result, atMs);
      }
    }
  };
}

/** Decodes the batch of a log row; one that cannot be decoded is told and left out. */
export function openRow(
  row: { seq: number; at_ms: number },
  envelope: ResultsReceived,
  log: Log,
): ResultsRow | null {
  try {
    return resultsRow(row.at_ms, envelope, ResultBatch.decode(envelope.batch));
  } catch (error) {
    log.warn(
      { seq: row.seq, probe: envelope.probeId, reason: messageOf(error) },
      "A batch in the log cannot be decoded; its results are left out of the history.",
    );
    return null;
  }
}

function resultsOf(row: ResultsRow, handle: number, dictionary: Dictionary): StoredResult[] {
  const results: StoredResult[] = [];
  for (const [index, value] of row.batch.handle.entries()) {
    if (value !== handle) continue;
    const intervalMs = dictionary.intervalMs(handle, row.batch.revision[index] ?? 0);
    if (intervalMs !== null) results.push(storedResult(row, index, intervalMs));
  }
  return results;
}
