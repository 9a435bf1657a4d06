/** A copy of the open data file as of one moment, made while it is written to. */
import { closeSync, fdatasync, openSync } from "node:fs";
import type { Connection } from "./connection.ts";
import { storeError } from "./store-error.ts";

/** Pages of a step, 256 KiB of 4 KiB pages: well below a millisecond, and then others run. */
const STEP_PAGES = 64;

/** Pages that may wait to be on disk; the end of a copy waits for all that is not yet there. */
const UNSYNCED_PAGES = 4_096;

/**
 * Copies the data file to `path` by SQLite's online backup (https://sqlite.org/backup.html): what
 * is written meanwhile is in the copy too, because it goes over the same connection. The file is
 * made here, readable by its owner alone.
 */
export async function copyDataFile({ db }: Connection, path: string): Promise<void> {
  // SQLite would make it with the rights of the process.
  const file = openSync(path, "wx", 0o600);
  const sync = createSync(file);
  try {
    await db.backup(path, {
      progress: ({ totalPages, remainingPages }) => sync.pages(totalPages - remainingPages),
    });
  } catch (error) {
    throw storeError(error, path);
  } finally {
    await sync.idle();
    closeSync(file);
  }
}

/**
 * Puts what was copied on disk beside the copying. SQLite does it at the end, all at once and on
 * the thread of everything: a gigabyte could hold the aggregator for seconds.
 */
function createSync(file: number) {
  let syncing: Promise<void> | null = null;
  let syncedPages = 0;
  const begin = (copiedPages: number): void => {
    syncing = new Promise((resolve) => {
      // An error of the disk is met again at the end, by SQLite, which tells it.
      fdatasync(file, () => {
        syncedPages = copiedPages;
        syncing = null;
        resolve();
      });
    });
  };
  return {
    /** Pages of the next step; 0: none, until the disk has caught up. */
    pages(copiedPages: number): number {
      if (copiedPages - syncedPages < UNSYNCED_PAGES) return STEP_PAGES;
      if (syncing === null) begin(copiedPages);
      return 0;
    },
    idle: async (): Promise<void> => {
      await syncing;
    },
  };
}
