/** Small numbers for ids in the keys of history, and what is known of each handle. */
import type Database from "better-sqlite3";

/** Translates between ids and the numbers that stand for them. */
export interface Dictionary {
  /** The number of a probe, given now if it has none; inside the caller's transaction. */
  vantageOf(probeId: string): number;
  /** The number of a probe that has one, else null. */
  knownVantage(probeId: string): number | null;
  probeId(vantage: number): string;
  /** The handle of a target, also of a deleted one; null when there never was such a target. */
  handleOf(targetId: string): number | null;
  /**
   * The interval that a revision of a target had, or its newest revision when that one is not
   * known; null for a handle of no target.
   */
  intervalMs(handle: number, revision: number): number | null;
}

/** The dictionary of an open data file. */
export function createDictionary(db: Database.Database): Dictionary {
  const insert = db
    .prepare<[string], number>(
      "INSERT INTO vantages (probe_id) VALUES (?) ON CONFLICT DO NOTHING RETURNING number",
    )
    .pluck();
  const number = db
    .prepare<[string], number>("SELECT number FROM vantages WHERE probe_id = ?")
    .pluck();
  const id = db.prepare<[number], string>("SELECT probe_id FROM vantages WHERE number = ?").pluck();
  const handle = db
    .prepare<[string], number | null>(
      "SELECT max(handle) FROM target_revisions WHERE target_id = ?",
    )
    .pluck();
  const interval = db
    .prepare<[number, number], number>(
      `SELECT interval_ms FROM target_revisions WHERE handle = ?
       ORDER BY revision = ? DESC, revision DESC LIMIT 1`,
    )
    .pluck();

  return {
    vantageOf: (probeId) => number.get(probeId) ?? insert.get(probeId) ?? 0,
    knownVantage: (probeId) => number.get(probeId) ?? null,
    probeId: (vantage) => id.get(vantage) ?? "",
    handleOf: (targetId) => handle.get(targetId) ?? null,
    intervalMs: (target, revision) => interval.get(target, revision) ?? null,
  };
}
