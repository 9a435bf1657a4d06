/** The open data file: its settings, its lock, and how work on it is run. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { QuorateError } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import { migrate } from "./schema.ts";
import { storeError } from "./store-error.ts";

/** An open data file. */
export interface Connection {
  readonly db: Database.Database;
  readonly log: Log;
  /** Runs `work`; what SQLite throws is rejected as a QuorateError with a sentence. */
  run<T>(work: () => T): Promise<T>;
  /**
   * Runs `work` in one transaction: on disk before it resolves, or not at all. `committed` is
   * called at once after the commit, before anything else can run.
   */
  transact<T>(work: () => T, committed?: (value: T) => void): Promise<T>;
  /** Moves the write-ahead log into the file and closes it; a second call does nothing. */
  close(): Promise<void>;
}

/** Pages of the write-ahead log before it is moved into the file: 16 MiB of 4 KiB pages. */
const CHECKPOINT_PAGES = 4_096;
/** What is left of the write-ahead log's file after a burst. */
const JOURNAL_BYTES = 64 * 1_048_576;
/** How long an opening waits for another process to let go of the file. */
const BUSY_TIMEOUT_MS = 2_000;

/** Options of a data file. */
export interface ConnectionOptions {
  /** Path of the file, made when it is not there, mode 0600; `:memory:` for none. */
  path: string;
  log: Log;
  /** How long to wait for another process to let go of the file. Default 2000. */
  busyTimeoutMs?: number;
}

/** Opens the data file, takes its lock and brings its schema up to date. */
export function openConnection(options: ConnectionOptions): Connection {
  const { path, log } = options;
  let db: Database.Database | null = null;
  try {
    if (path !== ":memory:") createFile(path);
    db = new Database(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    settle(db);
    migrate(db, path);
    return connectionOf(db, log);
  } catch (error) {
    db?.close();
    throw storeError(error, path);
  }
}

/** The file holds secrets of channels: nobody else may read it, nor the files beside it. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

/**
 * One process owns the file: with locking_mode EXCLUSIVE the lock is taken by the first
 * transaction and kept until the process ends, however it ends (https://sqlite.org/pragma.html).
 * synchronous FULL syncs the write-ahead log at each commit: acknowledged means on disk. NORMAL
 * would be faster and lose the last commits when the machine loses power.
 */
function settle(db: Database.Database): void {
  db.pragma("locking_mode = EXCLUSIVE");
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("temp_store = MEMORY");
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${JOURNAL_BYTES}`);
  db.exec("BEGIN IMMEDIATE; COMMIT");
}

function connectionOf(db: Database.Database, log: Log): Connection {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  const run = async <T>(work: () => T): Promise<T> => {
    if (!db.open) throw new QuorateError("unavailable", "The store is closed.");
    try {
      return work();
    } catch (error) {
      const told = storeError(error, db.name);
      if (told.code === "unavailable") log.error({ file: db.name }, told.message);
      throw told;
    }
  };

  const transact = <T>(work: () => T, committed?: (value: T) => void): Promise<T> =>
    run(() => {
      begin.run();
      try {
        const value = work();
        commit.run();
        committed?.(value);
        return value;
      } catch (error) {
        // SQLite ends the transaction itself on a full disk and on some I/O errors.
        if (db.inTransaction) rollback.run();
        throw error;
      }
    });

  const close = async (): Promise<void> => {
    if (!db.open) return;
    await run(() => db.pragma("wal_checkpoint(TRUNCATE)")).finally(() => db.close());
  };

  return { db, log, run, transact, close };
}
