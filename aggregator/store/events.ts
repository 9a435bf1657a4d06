/** What the engine did to the world: committed in one transaction, and read back. */
import type { PublicEvent } from "../../shared/event.ts";
import type { VerdictExplanation, VerdictState } from "../../shared/verdict.ts";
import type { EffectsCommit, EventStore, StoredEvent, TransitionRow } from "../ports.ts";
import type Database from "better-sqlite3";
import type { Connection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { createAlertWriter } from "./alerts.ts";
import { createIncidentWriter } from "./incidents.ts";
import { fromJson } from "./json.ts";
import type { LogWriter } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import { keyOf, pageOf } from "./page.ts";
import { createSpanWriter } from "./uptime.ts";

interface EventRow {
  number: number;
  body: string;
}

interface StoredTransition {
  number: number;
  at_ms: number;
  from_state: VerdictState;
  to_state: VerdictState;
  incident_id: string | null;
  explanation: string;
}

/** What events are committed with. */
export interface EventStoreParts {
  facts: Facts;
  writer: LogWriter;
  outbox: Outbox;
}

/** Events and transitions of an open data file. */
export function createEventStore(
  connection: Connection,
  { facts, writer, outbox }: EventStoreParts,
): EventStore {
  const { db, run, transact } = connection;
  const write = createCommitWriter(connection, { facts, writer, outbox });
  const after = db.prepare<[number, number], EventRow>(
    "SELECT number, body FROM events WHERE number > ? ORDER BY number LIMIT ?",
  );
  const lastNumber = db
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
    .pluck();
  const known = db
    .prepare<[string, number], string>(
      "SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?)) AND number <= ?",
    )
    .pluck();
  const beginning = db.prepare<[string, string, number], EventRow>(
    "SELECT number, body FROM events WHERE id >= ? AND id < ? ORDER BY number LIMIT ?",
  );
  const storedOf = (row: EventRow): StoredEvent => {
    return { number: row.number, event: fromJson<PublicEvent>(row.body) };
  };
  const transitions = db.prepare<[string, number, number], StoredTransition>(
    "SELECT * FROM transitions WHERE target_id = ? AND number < ? ORDER BY number DESC LIMIT ?",
  );

  /** Number of the last event of the parts whose planning is still to come; 0: of none. */
  let unplanned = 0;

  return {
    async commit(commit) {
      const written = await transact(
        () => write(commit, unplanned),
        ({ seq, number }) => {
          writer.committed(seq, commit.atMs);
          unplanned = commit.partial === true ? number : 0;
        },
      );
      return written.events;
    },
    after: (number, limit) => run(() => after.all(number, limit).map(storedOf)),
    beginning: (prefix, limit) =>
      run(() => beginning.all(prefix, `${prefix}\u{10ffff}`, limit).map(storedOf)),
    lastNumber: () => run(() => lastNumber.get() ?? 0),
    known: (ids) => run(() => new Set(known.all(JSON.stringify(ids), facts.get("planned_number")))),
    transitions: (targetId, query) =>
      run(() => {
        const [number] = keyOf(query, [Number.MAX_SAFE_INTEGER]);
        return pageOf(transitions.all(targetId, number, query.limit + 1), query, {
          key: (row) => [row.number],
          item: (row) => transitionOf(targetId, row),
        });
      }),
  };
}

/** What a commit wrote: the log's end, the last number of its step's events, and the new ones. */
interface Written {
  seq: number;
  number: number;
  events: StoredEvent[];
}

const numberOf = ({ lastInsertRowid }: Database.RunResult): number => Number(lastInsertRowid);

/** Writes a commit inside the caller's transaction, after parts up to number `unplanned`. */
function createCommitWriter({ db }: Connection, { facts, writer, outbox }: EventStoreParts) {
  const putIncident = createIncidentWriter(db);
  const putSpan = createSpanWriter(db);
  const putAlerts = createAlertWriter(db);
  // Looked for first: an insert that is refused would use up a number.
  const known = db.prepare<[string], number>("SELECT number FROM events WHERE id = ?").pluck();
  const putEvent = db.prepare<[string, number, string]>(
    "INSERT INTO events (id, at_ms, body) VALUES (?, ?, ?)",
  );
  const putTransition = db.prepare<
    [string, number, number, VerdictState, VerdictState, string | null, string]
  >(
    `INSERT INTO transitions
       (target_id, number, at_ms, from_state, to_state, incident_id, explanation)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (target_id, number) DO NOTHING`,
  );

  return (commit: EffectsCommit, unplanned: number): Written => {
    const seq = writer.write(commit.tick ? [commit.tick] : []);
    writer.keepTime(commit.atMs);
    const events: StoredEvent[] = [];
    let last = unplanned;
    for (const event of commit.events) {
      const before = known.get(event.id);
      const number = before ?? numberOf(putEvent.run(event.id, commit.atMs, JSON.stringify(event)));
      if (before === undefined) events.push({ number, event });
      last = Math.max(last, number);
    }
    if (commit.partial !== true && last > facts.get("planned_number")) {
      facts.set("planned_number", last);
    }
    for (const row of commit.transitions) {
      const { targetId, number, atMs, from, to, incidentId, explanation } = row;
      putTransition.run(targetId, number, atMs, from, to, incidentId, JSON.stringify(explanation));
    }
    for (const incident of commit.incidents) putIncident(incident);
    for (const span of commit.spans) putSpan(span);
    outbox.add(commit.notifications);
    for (const released of commit.released ?? []) outbox.release(released);
    putAlerts(commit.alerts ?? []);
    return { seq, number: last, events };
  };
}

function transitionOf(targetId: string, row: StoredTransition): TransitionRow {
  return {
    targetId,
    number: row.number,
    atMs: row.at_ms,
    from: row.from_state,
    to: row.to_state,
    incidentId: row.incident_id,
    explanation: fromJson<VerdictExplanation>(row.explanation),
  };
}
