/** What SQLite throws, said as a sentence. */
import Database from "better-sqlite3";
import { QuorateError, messageOf, systemCodeOf } from "../../shared/errors.ts";

/** Something that this store wrote cannot be read back. */
export class DamagedError extends Error {
  /** `what` says what cannot be read, such as "a row of the log". */
  constructor(what: string, cause?: unknown) {
    super(`${what} cannot be decoded`, { cause });
    this.name = "DamagedError";
  }
}

/** Beginnings of error codes of SQLite and the system, and what each means to an operator. */
const SENTENCES: readonly (readonly [string, (path: string) => string])[] = [
  ["SQLITE_FULL", (path) => full(path)],
  ["ENOSPC", (path) => full(path)],
  [
    "SQLITE_IOERR",
    (path) =>
      `The disk could not read or write the data file ${path}, and nothing was changed. ` +
      "Check the disk and the system's log.",
  ],
  ["SQLITE_CORRUPT", (path) => damaged(path)],
  ["SQLITE_NOTADB", (path) => damaged(path)],
  ["SQLITE_BUSY", (path) => inUse(path)],
  ["SQLITE_LOCKED", (path) => inUse(path)],
  ["SQLITE_READONLY", (path) => notWritable(path)],
  ["SQLITE_CANTOPEN", (path) => notWritable(path)],
  ["SQLITE_PERM", (path) => notWritable(path)],
  ["EACCES", (path) => notWritable(path)],
  ["EPERM", (path) => notWritable(path)],
  ["EROFS", (path) => notWritable(path)],
  ["EISDIR", (path) => notWritable(path)],
  ["ENOTDIR", (path) => notWritable(path)],
  ["EEXIST", (path) => notWritable(path)],
];

/** A QuorateError for anything thrown while working on the data file at `path`. */
export function storeError(thrown: unknown, path: string): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  const code = systemCodeOf(thrown);
  const row = SENTENCES.find(([beginning]) => code.startsWith(beginning));
  if (row) return new QuorateError("unavailable", `${row[1](path)} (${code})`);
  if (thrown instanceof DamagedError) return new QuorateError("unavailable", damaged(path));
  if (thrown instanceof Database.SqliteError) {
    return new QuorateError("internal", `The data file refused a change (${code}).`);
  }
  return new QuorateError("internal", `The store failed: ${messageOf(thrown)}.`);
}

function full(path: string): string {
  return (
    `The disk that holds ${path} is full, and nothing was saved. Free some space: ` +
    "the aggregator goes on by itself."
  );
}

function damaged(path: string): string {
  return (
    `The data file ${path} is damaged or is no data file of Quorate. ` +
    "Restore it from a backup, or move it away to begin anew."
  );
}

function inUse(path: string): string {
  return (
    `The data file ${path} is in use by another process, probably another aggregator. ` +
    "Stop that one, or give this one a data directory of its own."
  );
}

function notWritable(path: string): string {
  return (
    `The data file ${path} cannot be opened for writing. ` +
    "Check that its directory exists and belongs to the user who runs the aggregator."
  );
}
