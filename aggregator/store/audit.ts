/** The audit log: who wrote what; newest first, bounded for each class by itself. */
import { LIMITS } from "../../shared/limits.ts";
import type { AuditQuery, AuditRecord, AuditStore } from "../ports.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";
import { keyOf, pageOf } from "./page.ts";

interface AuditRow {
  number: number;
  body: string;
}

interface ListParameters {
  before: number;
  rows: number;
  class: string | null;
  actor: string | null;
  resource: string | null;
  name: string | null;
  from: number;
  to: number;
}

/** Rows appended in one transaction. */
const ROWS_PER_TURN = 500;

/** Rows of a class beyond its bound before they are deleted: one search for many appends. */
const TRIM_ROWS = 1_000;

/** All that is listed; a filter reads rows by number, of which there are few enough. */
const LIST = `
  SELECT number, body FROM audit
  WHERE number < $before AND at_ms >= $from AND at_ms < $to
    AND ($class IS NULL OR class = $class)
    AND ($actor IS NULL OR actor = $actor OR json_extract(body, '$.actor.id') = $actor)
    AND ($resource IS NULL OR resource = $resource)
    AND ($name IS NULL OR name = $name OR json_extract(body, '$.resourceId') = $name)
  ORDER BY number DESC LIMIT $rows`;

/** The audit log of an open data file; of each class the newest `rowsMax` are kept, or few more. */
export function createAuditStore(
  { db, run, transact }: Connection,
  rowsMax: number = LIMITS.auditRowsMax,
): AuditStore {
  const list = db.prepare<[ListParameters], AuditRow>(LIST);
  const insert = db.prepare<[number, string, string, string, string, string]>(
    "INSERT INTO audit (at_ms, class, actor, resource, name, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const trim = db.prepare<[string, string, number]>(
    `DELETE FROM audit WHERE class = ? AND number <= (
       SELECT number FROM audit WHERE class = ? ORDER BY number DESC LIMIT 1 OFFSET ?)`,
  );
  /** Rows appended since the last look at the bound, by class; a restart looks at the first. */
  const untrimmed = new Map<string, number>();

  function append(record: Omit<AuditRecord, "number">): void {
    const { atMs, class: of, actor, resource, name } = record;
    insert.run(atMs, of, actor.name, resource, name, JSON.stringify(record));
    const waiting = (untrimmed.get(of) ?? TRIM_ROWS) + 1;
    if (waiting > TRIM_ROWS) trim.run(of, of, rowsMax);
    untrimmed.set(of, waiting > TRIM_ROWS ? 0 : waiting);
  }

  return {
    append: async (records) => {
      for (let from = 0; from < records.length; from += ROWS_PER_TURN) {
        if (from > 0) await nextTurn();
        await transact(() => records.slice(from, from + ROWS_PER_TURN).forEach(append));
      }
    },
    list: (query) =>
      run(() => {
        const rows = list.all(parametersOf(query));
        const item = ({ number, body }: AuditRow): AuditRecord => ({
          ...fromJson<Omit<AuditRecord, "number">>(body),
          number,
        });
        return pageOf(rows, query, { key: (row) => [row.number], item });
      }),
  };
}

function parametersOf(query: AuditQuery): ListParameters {
  const [before] = keyOf(query, [Number.MAX_SAFE_INTEGER]);
  const { actor = null, resource = null, name = null, fromMs = 0 } = query;
  const to = query.toMs ?? Number.MAX_SAFE_INTEGER;
  const narrow = { class: query.class ?? null, actor, resource, name };
  return { before, rows: query.limit + 1, ...narrow, from: fromMs, to };
}
