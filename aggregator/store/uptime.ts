/** The times that targets spent in each state; they survive the packing of the log. */
import type Database from "better-sqlite3";
import type { UptimeSpan, UptimeStore, UptimeTotal } from "../ports.ts";
import type { Connection } from "./connection.ts";

interface TotalRow {
  state: UptimeTotal["state"];
  maintenance: number;
  ms: number;
}

interface SpanRow {
  from_ms: number;
  to_ms: number;
  state: UptimeSpan["state"];
  maintenance: number;
}

/** Writes a span inside the caller's transaction; one that a replay gives again is ignored. */
export function createSpanWriter(db: Database.Database): (span: UptimeSpan) => void {
  const put = db.prepare<[string, number, number, string, number]>(
    `INSERT INTO uptime_spans (target_id, from_ms, to_ms, state, maintenance)
     VALUES (?, ?, ?, ?, ?) ON CONFLICT (target_id, from_ms) DO NOTHING`,
  );
  return ({ targetId, fromMs, toMs, state, maintenance }) => {
    put.run(targetId, fromMs, toMs, state, maintenance ? 1 : 0);
  };
}

/** The uptime of an open data file. */
export function createUptimeStore({ db, run }: Connection): UptimeStore {
  const totals = db.prepare<{ target: string; from: number; to: number }, TotalRow>(
    `SELECT state, maintenance, sum(min(to_ms, $to) - max(from_ms, $from)) AS ms
     FROM uptime_spans WHERE target_id = $target AND to_ms > $from AND from_ms < $to
     GROUP BY state, maintenance ORDER BY state, maintenance`,
  );
  const spans = db.prepare<{ target: string; from: number; to: number }, SpanRow>(
    `SELECT from_ms, to_ms, state, maintenance FROM uptime_spans
     WHERE target_id = $target AND to_ms > $from AND from_ms < $to ORDER BY from_ms`,
  );
  return {
    spans: (target, { fromMs, toMs }) =>
      run(() =>
        spans.all({ target, from: fromMs, to: toMs }).map((row) => ({
          fromMs: row.from_ms,
          toMs: row.to_ms,
          state: row.state,
          maintenance: row.maintenance === 1,
        })),
      ),
    totals: (target, { fromMs, toMs }) =>
      run(() =>
        totals
          .all({ target, from: fromMs, to: toMs })
          .map(({ state, maintenance, ms }) => ({ state, maintenance: maintenance === 1, ms })),
      ),
  };
}
