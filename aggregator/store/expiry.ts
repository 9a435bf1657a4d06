/** Deletes what is too old, some rows at a time, so that nothing else waits long. */
import { nextTurn } from "../../shared/turn.ts";
import type { Connection } from "./connection.ts";

/** Rows deleted in one transaction. */
const ROWS_PER_TURN = 2_000;

/** What expires, by table: the key of its rows, and which are older than $before and settled. */
const EXPIRES: readonly { table: string; key: string; old: string }[] = [
  { table: "blocks", key: "id", old: "to_ms < $before" },
  { table: "rollups", key: "handle, span_ms, from_ms, vantage", old: "from_ms < $before" },
  { table: "events", key: "number", old: "at_ms < $before" },
  { table: "audit", key: "number", old: "at_ms < $before" },
  { table: "uptime_spans", key: "target_id, from_ms", old: "to_ms < $before" },
  { table: "transitions", key: "rowid", old: "at_ms < $before" },
  {
    table: "notifications",
    key: "sequence",
    old: "created_at_ms < $before AND state <> 'pending'",
  },
  { table: "incidents", key: "rowid", old: "opened_at_ms < $before AND resolved_at_ms < $before" },
];

/** Deletes history older than a log time: results, rollups, events, and what is settled. */
export function createExpiry({ db, transact }: Connection): (beforeMs: number) => Promise<void> {
  const statements = EXPIRES.map(({ table, key, old }) =>
    db.prepare<[{ before: number }]>(
      `DELETE FROM ${table} WHERE (${key}) IN (
         SELECT ${key} FROM ${table} WHERE ${old} LIMIT ${ROWS_PER_TURN})`,
    ),
  );
  return async (beforeMs) => {
    for (const statement of statements) {
      while (
        (await transact(() => statement.run({ before: beforeMs }).changes)) === ROWS_PER_TURN
      ) {
        await nextTurn();
      }
    }
  };
}
