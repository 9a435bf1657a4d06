/** Incidents, newest first: the engine writes what happened, operators acknowledge and note. */
import type Database from "better-sqlite3";
import { QuorateError } from "../../shared/errors.ts";
import type { Incident } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { IncidentChange, IncidentQuery, IncidentStore } from "../ports.ts";
import type { OpenIncidentCount } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";
import { keyOf, pageOf } from "./page.ts";

interface IncidentRow {
  id: string;
  target_id: string;
  target_name: string;
  severity: Incident["severity"];
  state: Incident["state"];
  cause: Incident["cause"];
  opened_at_ms: number;
  resolved_at_ms: number | null;
  sentence: string;
  acknowledged_at_ms: number | null;
  acknowledged_by: string | null;
  notes: string;
}

interface ListParameters {
  state: string | null;
  target: string | null;
  opened: number;
  id: string;
  rows: number;
}

/** Inserts an incident, or changes what the engine says of it; notes and acknowledgement stay. */
export function createIncidentWriter(db: Database.Database): (change: IncidentChange) => void {
  const put = db.prepare<[IncidentChange]>(
    `INSERT INTO incidents (id, target_id, target_name, severity, state, cause, opened_at_ms,
       resolved_at_ms, sentence)
     VALUES ($id, $targetId, $targetName, $severity, $state, $cause, $openedAtMs, $resolvedAtMs,
       $sentence)
     ON CONFLICT (id) DO UPDATE SET target_name = $targetName, severity = $severity,
       state = $state, cause = $cause, opened_at_ms = $openedAtMs,
       resolved_at_ms = $resolvedAtMs, sentence = $sentence`,
  );
  return (change) => void put.run(change);
}

/** The incidents of an open data file. */
export function createIncidentStore({ db, run, transact }: Connection): IncidentStore {
  const byId = db.prepare<[string], IncidentRow>("SELECT * FROM incidents WHERE id = ?");
  const list = createIncidentList(db);
  const acknowledge = db.prepare<[number, string, string]>(
    `UPDATE incidents SET acknowledged_at_ms = ?, acknowledged_by = ?
     WHERE id = ? AND acknowledged_at_ms IS NULL`,
  );
  const acknowledgeAll = db.prepare<[number, string, string]>(
    `UPDATE incidents SET acknowledged_at_ms = ?, acknowledged_by = ?
     WHERE id IN (SELECT value FROM json_each(?)) AND acknowledged_at_ms IS NULL`,
  );
  const unacknowledged = db
    .prepare<[string], number>(
      `SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS (
         SELECT 1 FROM incidents WHERE id = wanted.value AND acknowledged_at_ms IS NOT NULL)
       LIMIT 1`,
    )
    .pluck();
  const setNotes = db.prepare<[string, string]>("UPDATE incidents SET notes = ? WHERE id = ?");
  const get = (id: string): Incident | null => {
    const row = byId.get(id);
    return row ? incidentOf(row) : null;
  };

  const openCounts = createOpenCounts(db);

  return {
    openCounts: (ids) => run(() => openCounts(ids ?? null)),
    get: (id) => run(() => get(id)),
    list: (query) =>
      run(() =>
        pageOf(list(query), query, {
          key: (row) => [row.opened_at_ms, row.id],
          item: incidentOf,
        }),
      ),
    acknowledge: (id, atMs, by) =>
      transact(() => {
        acknowledge.run(atMs, by, id);
        return get(id);
      }),
    acknowledgeAll: (ids, atMs, by) =>
      transact(() => acknowledgeAll.run(atMs, by, JSON.stringify(ids)).changes),
    allAcknowledged: (ids) => run(() => unacknowledged.get(JSON.stringify(ids)) === undefined),
    note: (id, note) =>
      transact(() => {
        const incident = get(id);
        if (!incident) return null;
        if (incident.notes.length >= LIMITS.incidentNotesMax) throw tooManyNotes(id);
        setNotes.run(JSON.stringify([...incident.notes, note]), id);
        return get(id);
      }),
  };
}

function createOpenCounts(db: Database.Database) {
  const counts = `SELECT severity, count(*) AS open,
      sum(acknowledged_at_ms IS NULL) AS unacknowledged
    FROM incidents INDEXED BY incidents_by_state WHERE state = 'open'`;
  const all = db.prepare<[], OpenIncidentCount>(`${counts} GROUP BY severity`);
  const some = db.prepare<[string], OpenIncidentCount>(
    `${counts} AND id IN (SELECT value FROM json_each(?)) GROUP BY severity`,
  );
  return (ids: readonly string[] | null): OpenIncidentCount[] =>
    ids === null ? all.all() : some.all(JSON.stringify(ids));
}

/** One statement for each way to narrow the list, so that each is served by its index. */
function createIncidentList(db: Database.Database): (query: IncidentQuery) => IncidentRow[] {
  const inOrder = (order: "ASC" | "DESC") => {
    const prepare = (narrowed: string) =>
      db.prepare<[ListParameters], IncidentRow>(
        `SELECT * FROM incidents
         WHERE ${narrowed} (opened_at_ms, id) ${order === "ASC" ? ">" : "<"} ($opened, $id)
         ORDER BY opened_at_ms ${order}, id ${order} LIMIT $rows`,
      );
    return {
      all: prepare(""),
      ofState: prepare("state = $state AND"),
      ofTarget: prepare("target_id = $target AND"),
      ofBoth: prepare("target_id = $target AND state = $state AND"),
    };
  };
  const oldest = inOrder("ASC");
  const newest = inOrder("DESC");

  return (query) => {
    const isOldest = query.oldestFirst === true;
    const { all, ofState, ofTarget, ofBoth } = isOldest ? oldest : newest;
    const [opened, id] = keyOf(query, [isOldest ? -1 : Number.MAX_SAFE_INTEGER, ""]);
    const state = query.state ?? null;
    const target = query.targetId ?? null;
    const narrow = target === null ? (state === null ? all : ofState) : ofTarget;
    const statement = target !== null && state !== null ? ofBoth : narrow;
    return statement.all({ state, target, opened, id, rows: query.limit + 1 });
  };
}

function tooManyNotes(id: string): QuorateError {
  return new QuorateError(
    "invalid",
    `Incident ${id} has ${LIMITS.incidentNotesMax} notes already, which is the most it may have.`,
  );
}

function incidentOf(row: IncidentRow): Incident {
  return {
    id: row.id,
    targetId: row.target_id,
    targetName: row.target_name,
    severity: row.severity,
    state: row.state,
    cause: row.cause,
    openedAtMs: row.opened_at_ms,
    resolvedAtMs: row.resolved_at_ms,
    acknowledgedAtMs: row.acknowledged_at_ms,
    acknowledgedBy: row.acknowledged_by,
    sentence: row.sentence,
    notes: fromJson<Incident["notes"]>(row.notes),
  };
}
