/** Single numbers that the store keeps about itself. */
import type Database from "better-sqlite3";

/**
 * The facts: the log's last seq and time where the rows that told them may be gone, how far
 * compaction is (see frontier.ts), up to which seq the archive may lack events, and up to which
 * number the alerts of events are planned.
 */
export type FactName =
  | "log_seq"
  | "log_at_ms"
  | "compacted_seq"
  | "packing_seq"
  | "packing_handle"
  | "archive_seq"
  | "planned_number";

/** Reads and writes facts; a fact never set is 0. */
export interface Facts {
  get(name: FactName): number;
  /** Inside the caller's transaction. */
  set(name: FactName, value: number): void;
}

/** The facts of an open data file. */
export function createFacts(db: Database.Database): Facts {
  const get = db.prepare<[FactName], number>("SELECT value FROM facts WHERE name = ?").pluck();
  const set = db.prepare<[FactName, number]>(
    "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)",
  );
  return {
    get: (name) => get.get(name) ?? 0,
    set: (name, value) => void set.run(name, value),
  };
}
