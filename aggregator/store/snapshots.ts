/** Snapshots of the engine's state: a head each, and parts that are written one by one. */
import type { LogStore } from "../ports.ts";
import type { RawRow } from "./archive.ts";
import type { Connection } from "./connection.ts";

/** Parts that are dropped in one transaction: half a megabyte. */
const DROPPED_PER_TURN = 8;

/** What of the log's store is about snapshots. */
export type SnapshotStore = Pick<
  LogStore,
  "putSnapshotPart" | "saveSnapshot" | "loadSnapshot" | "snapshotPart" | "dropSnapshotParts"
>;

/** The snapshots of an open data file. */
export function createSnapshotStore({ db, run, transact }: Connection): SnapshotStore {
  const putHead = db.prepare<[number, number, Uint8Array]>(
    "INSERT OR REPLACE INTO snapshots (seq, at_ms, body) VALUES (?, ?, ?)",
  );
  const dropHeads = db.prepare(
    `DELETE FROM snapshots
     WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 2)`,
  );
  const newest = db.prepare<[number], RawRow>(
    "SELECT seq, at_ms, body FROM snapshots WHERE seq < ? ORDER BY seq DESC LIMIT 1",
  );
  const putPart = db.prepare<[number, number, Uint8Array]>(
    "INSERT OR REPLACE INTO snapshot_parts (seq, part, body) VALUES (?, ?, ?)",
  );
  const part = db
    .prepare<[number, number], Buffer>("SELECT body FROM snapshot_parts WHERE seq = ? AND part = ?")
    .pluck();
  const dropParts = db.prepare<[]>(
    `DELETE FROM snapshot_parts WHERE rowid IN (
       SELECT rowid FROM snapshot_parts
       WHERE seq NOT IN (SELECT seq FROM snapshots UNION SELECT seq FROM chapters)
       LIMIT ${DROPPED_PER_TURN})`,
  );
  return {
    putSnapshotPart: (seq, number, body) => transact(() => void putPart.run(seq, number, body)),
    saveSnapshot: (seq, atMs, head) =>
      transact(() => {
        putHead.run(seq, atMs, head);
        dropHeads.run();
      }),
    loadSnapshot: (beforeSeq = Number.MAX_SAFE_INTEGER) =>
      run(() => {
        const row = newest.get(beforeSeq);
        return row ? { seq: row.seq, atMs: row.at_ms, head: row.body } : null;
      }),
    snapshotPart: (seq, number) => run(() => part.get(seq, number) ?? null),
    dropSnapshotParts: () => transact(() => dropParts.run().changes === DROPPED_PER_TURN),
  };
}
