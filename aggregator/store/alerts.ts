/** What alerting remembers between two commits, as rows by key. */
import type Database from "better-sqlite3";
import type { AlertRow, AlertStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

/** What alerting remembers, of an open data file. */
export function createAlertStore({ db, run }: Connection): AlertStore {
  const all = db.prepare<[], { key: string; value: string }>(
    "SELECT key, value FROM alerting ORDER BY key",
  );
  return {
    load: () =>
      run(() => all.all().map(({ key, value }) => ({ key, value: fromJson<unknown>(value) }))),
  };
}

/** Writes rows inside the caller's transaction. */
export function createAlertWriter(db: Database.Database): (rows: readonly AlertRow[]) => void {
  const put = db.prepare<[string, string]>(
    "INSERT OR REPLACE INTO alerting (key, value) VALUES (?, ?)",
  );
  const remove = db.prepare<[string]>("DELETE FROM alerting WHERE key = ?");
  return (rows) => {
    for (const { key, value } of rows) {
      if (value === null) remove.run(key);
      else put.run(key, JSON.stringify(value));
    }
  };
}
