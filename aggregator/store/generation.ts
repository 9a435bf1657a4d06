/**
 * A generation: a stretch of the log, and of it the results of some targets in memory, sorted by
 * target and vantage. A large mesh sees each target once in many thousand results, so a stretch
 * is as long as the time between two packings, and is read once for each window of handles: to
 * read it again is cheap beside writing every block anew for one result.
 */
import { LIMITS } from "../../shared/limits.ts";
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { LOG_KINDS, decodeEnvelope } from "./log-codec.ts";
import type { ResultsRow } from "./stored-result.ts";
import { openRow } from "./tail.ts";

/** Rows and bytes of one stretch: five minutes and more of 100,000 targets at five vantages. */
const STRETCH_ROWS_MAX = 16_384;
const STRETCH_BYTES_MAX = 96 * 1_048_576;
/** Results of one window, about: some 40 MiB in memory. */
const WINDOW_RESULTS = 500_000;
/** Bytes of a result in the log, at least. */
const RESULT_BYTES = 10;
/** Bytes of the log that are read in one go, some 5 ms. */
const READ_BYTES = 262_144;
/** Rows of one batch that are looked at; the door refuses longer batches. */
const RESULTS_MAX = LIMITS.batchResultsMax;
/** A handle above all. */
export const ALL_HANDLES = Number.MAX_SAFE_INTEGER;

/** The results of one target at one vantage: `row * RESULTS_MAX + index`, in log order. */
export interface Group {
  handle: number;
  probeId: string;
  places: number[];
}

/** A window that was loaded. */
export interface Generation {
  rows: ResultsRow[];
  /** By handle, ascending. */
  groups: Group[];
  /** The window ends before this handle. */
  toHandle: number;
}

/** A stretch of the log, and where in it a window begins. */
export interface Stretch {
  afterSeq: number;
  lastSeq: number;
  fromHandle: number;
}

/** A window that is being loaded. */
export interface Loading {
  /** Reads some more of the stretch; null as long as it is not all. */
  advance(): Generation | null;
}

/** Finds stretches and loads windows of them. */
export interface GenerationLoader {
  /** Last seq of the stretch after `afterSeq`; null when there is nothing to compact. */
  stretchEnd(afterSeq: number, end: { upToSeq: number; beforeMs: number }): number | null;
  load(stretch: Stretch): Loading;
}

interface LogRow {
  seq: number;
  at_ms: number;
  kind: number;
  body: Buffer;
}

/** Rows that leave the log: targets, probes and takeovers stay. */
const DROPPABLE = `seq > ? AND seq <= ? AND kind <> ${LOG_KINDS.other}`;

/** The loader of an open data file. */
export function createGenerationLoader(
  { db, log }: Connection,
  dictionary: Dictionary,
): GenerationLoader {
  const rows = db.prepare<[number, number], LogRow>(
    `SELECT seq, at_ms, kind, body FROM log WHERE ${DROPPABLE} ORDER BY seq`,
  );
  const bytesOf = db
    .prepare<[number, number], number | null>(
      `SELECT sum(length(body)) FROM log WHERE ${DROPPABLE}`,
    )
    .pluck();
  const lastHandle = db
    .prepare<[], number | null>("SELECT max(handle) FROM target_revisions")
    .pluck();

  const load = ({ afterSeq, lastSeq, fromHandle }: Stretch): Loading => {
    const results = Math.max(1, (bytesOf.get(afterSeq, lastSeq) ?? 0) / RESULT_BYTES);
    const handles = lastHandle.get() ?? 0;
    const width = Math.max(1, Math.ceil((handles * WINDOW_RESULTS) / results));
    const toHandle = fromHandle + width > handles ? ALL_HANDLES : fromHandle + width;
    const sorter = createSorter(dictionary);
    let readSeq = afterSeq;
    return {
      advance() {
        let bytes = 0;
        for (const row of rows.iterate(readSeq, lastSeq)) {
          readSeq = row.seq;
          bytes += row.body.length;
          if (row.kind === LOG_KINDS.results) {
            const envelope = decodeEnvelope(row.body);
            const opened = openRow(row, envelope, log);
            const inside = opened && narrowed(opened, fromHandle, toHandle);
            if (inside) sorter.add(envelope.probeId, inside);
          }
          if (bytes >= READ_BYTES) return null;
        }
        return { ...sorter.sorted(), toHandle };
      },
    };
  };

  return { load, stretchEnd: createStretchEnd(db) };
}

function createStretchEnd(db: Connection["db"]): GenerationLoader["stretchEnd"] {
  const sizes = db.prepare<[number, number], { seq: number; at_ms: number; bytes: number }>(
    `SELECT seq, at_ms, length(body) AS bytes FROM log WHERE ${DROPPABLE} ORDER BY seq`,
  );
  return (afterSeq, { upToSeq, beforeMs }) => {
    let bytes = 0;
    let taken = 0;
    let lastSeq: number | null = null;
    for (const row of sizes.iterate(afterSeq, upToSeq)) {
      const full = taken >= STRETCH_ROWS_MAX || bytes >= STRETCH_BYTES_MAX;
      if (full || row.at_ms >= beforeMs) break;
      taken += 1;
      bytes += row.bytes;
      lastSeq = row.seq;
    }
    return lastSeq;
  };
}

/** Of a row only the results of a window; null when it has none. What is left out is let go. */
function narrowed(row: ResultsRow, fromHandle: number, toHandle: number): ResultsRow | null {
  const { batch } = row;
  const kept: number[] = [];
  for (const [index, handle] of batch.handle.entries()) {
    if (handle >= fromHandle && handle < toHandle) kept.push(index);
  }
  if (kept.length === 0) return null;
  const pick = (column: readonly number[]): number[] => kept.map((index) => column[index] ?? 0);
  const columns: ResultBatch = {
    ...batch,
    handle: pick(batch.handle),
    revision: pick(batch.revision),
    startMs: pick(batch.startMs),
    lateMs: pick(batch.lateMs),
    attempt: pick(batch.attempt),
    outcome: pick(batch.outcome),
    latencyUs: pick(batch.latencyUs),
    phaseUs: [],
    failures: [],
  };
  const failures: ResultsRow["failures"] = new Map();
  if (row.failures.size > 0) {
    for (const [place, index] of kept.entries()) {
      const failure = row.failures.get(index);
      if (failure) failures.set(place, failure);
    }
  }
  return { ...row, batch: columns, failures };
}

/** The row and the index in it that a place stands for. */
export function placeOf(place: number): { row: number; index: number } {
  const index = place % RESULTS_MAX;
  return { row: (place - index) / RESULTS_MAX, index };
}

/** Results of handles that never were a target's are left out: there is nothing to keep them of. */
function createSorter(dictionary: Dictionary) {
  const rows: ResultsRow[] = [];
  const groups = new Map<string, Map<number, Group>>();
  const known = new Map<number, boolean>();

  const isTarget = (handle: number): boolean => {
    let found = known.get(handle);
    if (found === undefined) {
      found = dictionary.intervalMs(handle, 0) !== null;
      known.set(handle, found);
    }
    return found;
  };

  const add = (probeId: string, row: ResultsRow): void => {
    const base = (rows.push(row) - 1) * RESULTS_MAX;
    const ofProbe = groups.get(probeId) ?? new Map<number, Group>();
    groups.set(probeId, ofProbe);
    const count = Math.min(row.batch.handle.length, RESULTS_MAX);
    for (let index = 0; index < count; index += 1) {
      const handle = row.batch.handle[index] ?? 0;
      const group = ofProbe.get(handle);
      if (group) group.places.push(base + index);
      else if (isTarget(handle)) ofProbe.set(handle, { handle, probeId, places: [base + index] });
    }
  };

  const sorted = () => {
    const all = [...groups.values()].flatMap((ofProbe) => [...ofProbe.values()]);
    return { rows, groups: all.sort((left, right) => left.handle - right.handle) };
  };
  return { add, sorted };
}
