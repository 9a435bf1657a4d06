/** Looks at a data file that nobody has open: whether it is ours, whole, and of a known schema. */
import Database from "better-sqlite3";
import { messageOf } from "../../shared/errors.ts";
import { APPLICATION_ID, NEWEST_SCHEMA } from "./schema.ts";
import { storeError } from "./store-error.ts";

/** What a data file is. */
export interface DataFileReport {
  /** Schema of the file; null when it is not one of Quorate. */
  schema: number | null;
  /** The newest schema that this version knows. */
  newestSchema: number;
  /** Sentences of what is wrong; empty: nothing. */
  problems: string[];
  /** Rows of the tables that count. */
  rows: Record<string, number>;
}

const TABLES = ["targets", "probes", "channels", "incidents", "events", "log", "archive", "blocks"];

/** Problems that are told at most; a damaged file can have thousands. */
const PROBLEMS_MAX = 20;

/** Inspects a data file without writing to it; throws a sentence if it cannot be opened. */
export function inspectDataFile(path: string): DataFileReport {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    return inspect(db);
  } catch (error) {
    throw storeError(error, path);
  } finally {
    db?.close();
  }
}

function inspect(db: Database.Database): DataFileReport {
  const schema = Number(db.pragma("user_version", { simple: true }));
  const isOurs = db.pragma("application_id", { simple: true }) === APPLICATION_ID;
  const problems: string[] = [];
  if (!isOurs) problems.push("It is a SQLite file, but not one of Quorate.");
  if (isOurs && schema > NEWEST_SCHEMA) {
    const known = `this version of Quorate knows up to ${NEWEST_SCHEMA}`;
    problems.push(`It has schema ${schema}, and ${known}: use the newer version that wrote it.`);
  }
  tried(problems, () => {
    const found: unknown[] = db.prepare(`PRAGMA integrity_check(${PROBLEMS_MAX})`).pluck().all();
    for (const row of found) if (row !== "ok") problems.push(`SQLite: ${String(row)}.`);
  });
  tried(problems, () => {
    if (db.prepare("PRAGMA foreign_key_check").get() === undefined) return;
    problems.push("Rows refer to others that are not there.");
  });
  return {
    schema: isOurs ? schema : null,
    newestSchema: NEWEST_SCHEMA,
    problems,
    rows: rowsOf(db, problems),
  };
}

/** What cannot be read is a problem like any other, and what follows is looked at too. */
function tried(problems: string[], look: () => void): void {
  try {
    look();
  } catch (error) {
    // Older schemas lack tables.
    if (/no such table/.test(messageOf(error))) return;
    const sentence = `SQLite: ${messageOf(error)}.`;
    if (!problems.includes(sentence)) problems.push(sentence);
  }
}

function rowsOf(db: Database.Database, problems: string[]): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const table of TABLES) {
    tried(problems, () => {
      rows[table] = Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    });
  }
  return rows;
}
