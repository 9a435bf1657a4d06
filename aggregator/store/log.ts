/** The result log: appended in batches, read in order, with its projections kept beside it. */
import type { EffectsCommit, LogAppend, LogStore } from "../ports.ts";
import type { LogEvent } from "../verdict/event.ts";
import { createArchive } from "./archive.ts";
import type { RawRow } from "./archive.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Connection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { decodeLogBody, encodeLogBody, logKind } from "./log-codec.ts";
import { createProjections } from "./projections.ts";
import { createSnapshotStore } from "./snapshots.ts";

/**
 * Bytes of the log that are read in one go. Results are five times as large when they are decoded:
 * what is not folded while it is young, V8 moves to where garbage is collected seldom.
 */
const READ_BYTES = 524_288;

/** The log's end, and the writer that moves it; for those who write in one transaction with it. */
export interface LogWriter {
  /**
   * Writes the entries inside the caller's transaction and returns the last seq. The end moves
   * only by `committed`, so that a transaction that fails leaves no gap.
   */
  write(entries: readonly LogAppend[]): number;
  /** Keeps the log time of an evaluated window; inside the caller's transaction. */
  keepTime(atMs: EffectsCommit["atMs"]): void;
  /** The transaction with `write` is on disk. */
  committed(seq: number, atMs: number): void;
  position(): { seq: number; atMs: number };
}

/** Opens the log's end. */
export function createLogWriter({ db }: Connection, facts: Facts): LogWriter {
  const projections = createProjections(db);
  const insert = db.prepare<[number, number, number, string | null, Uint8Array]>(
    "INSERT INTO log (seq, at_ms, kind, probe_id, body) VALUES (?, ?, ?, ?, ?)",
  );
  const end = db
    .prepare<[], RawRow>(
      `SELECT seq, at_ms FROM (
         SELECT * FROM (SELECT seq, at_ms FROM log ORDER BY seq DESC LIMIT 1)
         UNION ALL SELECT * FROM (SELECT seq, at_ms FROM snapshots ORDER BY seq DESC LIMIT 1))`,
    )
    .all();
  // The log's last rows may be compacted away: its end is kept as a fact as well.
  let seq = Math.max(facts.get("log_seq"), ...end.map((row) => row.seq));
  let atMs = Math.max(facts.get("log_at_ms"), ...end.map((row) => row.at_ms));

  return {
    write(entries) {
      let next = seq;
      for (const { atMs: entryAtMs, body } of entries) {
        next += 1;
        const probeId = body.type === "results" ? body.probeId : null;
        insert.run(next, entryAtMs, logKind(body), probeId, encodeLogBody(body));
        projections.apply(body);
      }
      return next;
    },
    keepTime(windowAtMs) {
      if (windowAtMs > facts.get("log_at_ms")) facts.set("log_at_ms", windowAtMs);
    },
    committed(lastSeq, lastAtMs) {
      seq = lastSeq;
      atMs = Math.max(atMs, lastAtMs);
    },
    position: () => ({ seq, atMs }),
  };
}

/** The log of an open data file. */
export function createLogStore(connection: Connection, facts: Facts, writer: LogWriter): LogStore {
  const { db, run, transact } = connection;
  const archive = createArchive(connection, facts);
  const read = db.prepare<[number, number], RawRow>(
    "SELECT seq, at_ms, body FROM log WHERE seq > ? ORDER BY seq LIMIT ?",
  );

  return {
    async append(entries) {
      const first = writer.position().seq + 1;
      const last = entries.at(-1);
      if (last === undefined) return first;
      const seq = await transact(
        () => writer.write(entries),
        (written) => writer.committed(written, last.atMs),
      );
      return seq - entries.length + 1;
    },
    read: (afterSeq, limit) =>
      run(() => {
        const archived = archive.rowsAfter(afterSeq, limit);
        if (archived.length > 0) return archived.map(eventOf);
        return upTo(READ_BYTES, read.iterate(afterSeq, limit)).map(eventOf);
      }),
    position: () => run(() => writer.position()),
    ...createSnapshotStore(connection),
    chapters: () => run(() => archive.chapters()),
    chapter: (seq) => run(() => archive.chapter(seq)),
    keepChapter: (everyMs) => transact(() => archive.keepChapter(everyMs)),
    async forget(beforeMs) {
      while (await transact(() => archive.forget(beforeMs))) await nextTurn();
    },
  };
}

/** The first rows, until they are so many bytes. */
function upTo(bytesMax: number, rows: Iterable<RawRow>): RawRow[] {
  const taken: RawRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    taken.push(row);
    bytes += row.body.length;
    if (bytes >= bytesMax) break;
  }
  return taken;
}

function eventOf(row: RawRow): LogEvent {
  return { seq: row.seq, atMs: row.at_ms, body: decodeLogBody(row.body) };
}
