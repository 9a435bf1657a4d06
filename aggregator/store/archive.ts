/**
 * The archive: log rows that compaction takes out of the log, packed as they were, so that a past
 * month can be folded again under another policy. A chapter is a snapshot that is kept for longer:
 * a fold that does not begin with the first event begins with one.
 *
 *     segment = deflated rows; row = seq (step), log time (step), length, body
 *
 * Rows of kind other (targets, probes, takeovers) never leave the log; a reader merges both.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { LogChapter } from "../ports.ts";
import { createByteWriter } from "../../shared/bytes.ts";
import { createStoreReader } from "./bytes.ts";
import type { Connection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { LOG_KINDS } from "./log-codec.ts";
import { DamagedError } from "./store-error.ts";

/** A row of the log, encoded. */
export interface RawRow {
  seq: number;
  at_ms: number;
  body: Buffer;
}

/** Rows of one segment at most. */
const SEGMENT_ROWS = 512;
/** Bytes of one segment before it is packed; packing them takes some 5 ms. */
const SEGMENT_BYTES = 131_072;
/** Segments that are forgotten in one transaction. */
const SEGMENTS_PER_TURN = 64;
/** No segment that was written here inflates to more: one row beyond the bound may be a batch. */
const INFLATED_BYTES_MAX = 16 * 1_048_576;

interface SegmentRow {
  last_seq: number;
  body: Buffer;
}

/** Moves rows out of the log, inside the caller's transaction. */
export interface Archiver {
  /**
   * Moves one segment of rows after `afterSeq`, up to `upToSeq`, from the log to the archive; true
   * when there may be more.
   */
  moveSome(afterSeq: number, upToSeq: number): boolean;
}

/** Reads what was moved, keeps chapters, and forgets. */
export interface Archive {
  /** Events after a seq as they stood in the log, in order; empty when none is archived. */
  rowsAfter(afterSeq: number, limit: number): RawRow[];
  chapters(): LogChapter[];
  chapter(seq: number): Uint8Array | null;
  keepChapter(everyMs: number): void;
  forget(beforeMs: number): boolean;
}

/** The archiver of an open data file. */
export function createArchiver({ db }: Connection): Archiver {
  const movable = `seq > ? AND seq <= ? AND kind <> ${LOG_KINDS.other}`;
  const rows = db.prepare<[number, number], RawRow>(
    `SELECT seq, at_ms, body FROM log WHERE ${movable} ORDER BY seq LIMIT ${SEGMENT_ROWS}`,
  );
  const drop = db.prepare<[number, number]>(`DELETE FROM log WHERE ${movable}`);
  const insert = db.prepare<[number, number, Uint8Array]>(
    "INSERT INTO archive (last_seq, to_ms, body) VALUES (?, ?, ?)",
  );
  return {
    moveSome(afterSeq, upToSeq) {
      const taken: RawRow[] = [];
      let bytes = 0;
      for (const row of rows.iterate(afterSeq, upToSeq)) {
        taken.push(row);
        bytes += row.body.length;
        if (bytes >= SEGMENT_BYTES) break;
      }
      const last = taken.at(-1);
      if (last === undefined) return false;
      insert.run(last.seq, last.at_ms, packRows(taken));
      drop.run(afterSeq, last.seq);
      return true;
    },
  };
}

/** The archive of an open data file. */
export function createArchive({ db }: Connection, facts: Facts): Archive {
  const after = db.prepare<[number], SegmentRow>(
    "SELECT last_seq, body FROM archive WHERE last_seq > ? ORDER BY last_seq LIMIT 1",
  );
  const others = db.prepare<[number, number, number], RawRow>(
    "SELECT seq, at_ms, body FROM log WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
  );
  return {
    rowsAfter(afterSeq, limit) {
      const segment = after.get(afterSeq);
      if (segment === undefined) return [];
      const moved = unpackRows(segment.body).filter(({ seq }) => seq > afterSeq);
      const rows = [...moved, ...others.all(afterSeq, segment.last_seq, limit)];
      return rows.sort((left, right) => left.seq - right.seq).slice(0, limit);
    },
    ...chaptersOf(db, facts),
    forget: createForget(db, facts),
  };
}

function chaptersOf(
  db: Connection["db"],
  facts: Facts,
): Pick<Archive, "chapters" | "chapter" | "keepChapter"> {
  const all = db.prepare<[number], { seq: number; at_ms: number }>(
    "SELECT seq, at_ms FROM chapters WHERE seq >= ? ORDER BY seq",
  );
  const body = db.prepare<[number], Buffer>("SELECT body FROM chapters WHERE seq = ?").pluck();
  const keep = db.prepare<[number]>(
    `INSERT OR IGNORE INTO chapters (seq, at_ms, body)
     SELECT seq, at_ms, body FROM snapshots WHERE seq = (SELECT max(seq) FROM snapshots)
       AND at_ms - ? >= (SELECT coalesce(max(at_ms), 0) FROM chapters)`,
  );
  const firstAtMs = db.prepare<[], number>("SELECT at_ms FROM log ORDER BY seq LIMIT 1").pluck();
  return {
    chapters() {
      const reachSeq = facts.get("archive_seq");
      const kept = all.all(reachSeq).map(({ seq, at_ms: atMs }) => ({ seq, atMs }));
      // The first event of a log is a target, a probe or a takeover, which never leave it.
      const beginning = firstAtMs.get();
      return reachSeq > 0 || beginning === undefined
        ? kept
        : [{ seq: 0, atMs: beginning }, ...kept];
    },
    chapter: (seq) => body.get(seq) ?? null,
    keepChapter: (everyMs) => void keep.run(everyMs),
  };
}

/** Some rows at a time, so that nobody waits long; true when there is more to forget. */
function createForget(db: Connection["db"], facts: Facts): Archive["forget"] {
  const newest = db
    .prepare<[number], number | null>("SELECT max(seq) FROM chapters WHERE at_ms <= ?")
    .pluck();
  const dropChapters = db.prepare<[number]>("DELETE FROM chapters WHERE seq < ?");
  const dropSegments = db.prepare<[number]>(
    `DELETE FROM archive WHERE last_seq IN (
       SELECT last_seq FROM archive WHERE last_seq <= ? LIMIT ${SEGMENTS_PER_TURN})`,
  );
  return (beforeMs) => {
    const seq = beforeMs === Infinity ? facts.get("compacted_seq") : (newest.get(beforeMs) ?? 0);
    if (seq === 0) return false;
    // First, so that no reader begins where something may be gone.
    facts.set("archive_seq", Math.max(seq, facts.get("archive_seq")));
    dropChapters.run(seq);
    return dropSegments.run(seq).changes === SEGMENTS_PER_TURN;
  };
}

const writer = createByteWriter();

function packRows(rows: readonly RawRow[]): Uint8Array {
  writer.clear();
  let seq = 0;
  let atMs = 0;
  for (const row of rows) {
    writer.varint(row.seq - seq);
    writer.varint(row.at_ms - atMs);
    writer.varint(row.body.length);
    writer.raw(row.body);
    seq = row.seq;
    atMs = row.at_ms;
  }
  return deflateRawSync(writer.bytes());
}

function unpackRows(segment: Uint8Array): RawRow[] {
  const reader = createStoreReader(inflate(segment));
  const rows: RawRow[] = [];
  let seq = 0;
  let atMs = 0;
  while (!reader.atEnd()) {
    seq += reader.varint();
    atMs += reader.varint();
    rows.push({ seq, at_ms: atMs, body: Buffer.from(reader.raw(reader.varint())) });
  }
  return rows;
}

function inflate(segment: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(segment, { maxOutputLength: INFLATED_BYTES_MAX });
  } catch (error) {
    throw new DamagedError("a segment of the archive", error);
  }
}
