/** A generation: a stretch of the log in memory, its results sorted by target and vantage. */
import { LIMITS } from "../../shared/limits.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { LOG_KINDS, decodeEnvelope } from "./log-codec.ts";
import type { ResultsRow } from "./stored-result.ts";
import { openRow } from "./tail.ts";

/** Rows and bytes of one generation: about 150,000 results, loaded in some 50 ms. */
const ROWS_MAX = 8_192;
const BYTES_MAX = 1_572_864;
/** Rows of one batch that are looked at; the door refuses longer batches. */
const RESULTS_MAX = LIMITS.batchResultsMax;

/** The results of one target at one vantage: `row * RESULTS_MAX + index`, in log order. */
export interface Group {
  handle: number;
  probeId: string;
  places: number[];
}

/** What was loaded. */
export interface Generation {
  lastSeq: number;
  rows: ResultsRow[];
  /** By handle, ascending. */
  groups: Group[];
}

/** Where a generation may end; `again`: at exactly this seq, as it was cut before. */
export type GenerationEnd =
  | { again: false; upToSeq: number; beforeMs: number }
  | { again: true; upToSeq: number };

/** Loads generations and answers whether there are any. */
export interface GenerationLoader {
  /** The generation after `afterSeq`; null when it is empty. */
  load(afterSeq: number, end: GenerationEnd): Generation | null;
  /** Whether there is a row to compact. */
  anyOlder(afterSeq: number, end: { upToSeq: number; beforeMs: number }): boolean;
}

interface LogRow {
  seq: number;
  at_ms: number;
  kind: number;
  body: Buffer;
}

/** The loader of an open data file. */
export function createGenerationLoader(
  { db, log }: Connection,
  dictionary: Dictionary,
): GenerationLoader {
  const droppable = `seq > ? AND seq <= ? AND kind <> ${LOG_KINDS.other}`;
  const rows = db.prepare<[number, number], LogRow>(
    `SELECT seq, at_ms, kind, body FROM log WHERE ${droppable} ORDER BY seq`,
  );
  const oldest = db
    .prepare<[number, number], number>(
      `SELECT at_ms FROM log WHERE ${droppable} ORDER BY seq LIMIT 1`,
    )
    .pluck();

  const load = (afterSeq: number, end: GenerationEnd): Generation | null => {
    const sorter = createSorter(dictionary);
    let bytes = 0;
    let taken = 0;
    let lastSeq = 0;
    for (const row of rows.iterate(afterSeq, end.upToSeq)) {
      const full = taken >= ROWS_MAX || bytes >= BYTES_MAX;
      if (!end.again && (full || row.at_ms >= end.beforeMs)) break;
      taken += 1;
      bytes += row.body.length;
      lastSeq = row.seq;
      if (row.kind !== LOG_KINDS.results) continue;
      const envelope = decodeEnvelope(row.body);
      const opened = openRow(row, envelope, log);
      if (opened) sorter.add(envelope.probeId, opened);
    }
    if (lastSeq === 0 && !end.again) return null;
    return { lastSeq: end.again ? end.upToSeq : lastSeq, ...sorter.sorted() };
  };

  return {
    load,
    anyOlder(afterSeq, { upToSeq, beforeMs }) {
      const atMs = oldest.get(afterSeq, upToSeq);
      return atMs !== undefined && atMs < beforeMs;
    },
  };
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
