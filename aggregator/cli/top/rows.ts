/** The targets that `quorate top` knows: held by id, changed by events, sorted and narrowed. */
import type { ApiEvent } from "../../../shared/api/event.ts";
import type { ApiGlance } from "../../../shared/api/glance.ts";
import type { ApiVerdict } from "../../../shared/api/verdict.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import { medianUs } from "./spark.ts";

/** A target as a row. */
export interface TopRow {
  id: string;
  name: string;
  state: VerdictState;
  sinceMs: number;
  /** Whether too few witnesses all fail: a probable outage. */
  leansDown: boolean;
  labels: Record<string, string>;
  /** Votes, looks and uptime; null until it was asked for. */
  glance: ApiGlance | null;
}

/** What rows can be sorted by. */
export const SORT_KEYS = ["state", "name", "for", "latency", "uptime"] as const;

/** What rows are sorted by. */
export type SortKey = (typeof SORT_KEYS)[number];

/** How rows are narrowed and sorted. */
export interface RowOrder {
  sort: SortKey;
  isReversed: boolean;
  /** Words that must all fit: part of a name, key=value, state:down; `!` before one denies it. */
  filter: string;
}

/** From what needs eyes most to what needs none. */
const WORST_FIRST: readonly VerdictState[] = [
  "down",
  "sub_healthy",
  "partial",
  "suspect",
  "degraded",
  "unknown",
  "recovering",
  "up",
];

/** All rows. */
export interface Rows {
  /** Takes a whole list; glances of targets that stay are kept. */
  replace(verdicts: readonly ApiVerdict[]): void;
  /** Takes an event; true when the list must be asked for again. */
  take(event: ApiEvent): boolean;
  /** Takes votes, looks and uptime of some targets. */
  glance(glances: readonly ApiGlance[]): void;
  get(id: string): TopRow | undefined;
  /** Those that fit, in order. */
  ordered(order: RowOrder): TopRow[];
  /** Targets by state, and all. */
  counts(): { total: number; states: ReadonlyMap<VerdictState, number> };
}

/** Creates an empty set of rows. */
export function createRows(): Rows {
  let rows = new Map<string, TopRow>();
  return {
    replace: (verdicts) => {
      rows = new Map(
        verdicts.map((verdict) => {
          const glance = rows.get(verdict.targetId)?.glance ?? null;
          return [verdict.targetId, rowOf(verdict, glance)];
        }),
      );
    },
    take: ({ type, timestamp, data }) => {
      if (["target.created", "target.updated", "target.deleted"].includes(type)) return true;
      const state = VERDICT_STATES.find((one) => type === `target.${one}`);
      const row = rows.get(targetIdOf(data));
      if (state === undefined || row === undefined) return false;
      rows.set(row.id, { ...row, state, sinceMs: Date.parse(timestamp), leansDown: false });
      return false;
    },
    glance: (glances) => {
      for (const glance of glances) {
        const row = rows.get(glance.targetId);
        if (row !== undefined) rows.set(row.id, { ...row, glance });
      }
    },
    get: (id) => rows.get(id),
    ordered: ({ sort, isReversed, filter }) => {
      const fits = filterOf(filter);
      const found = [...rows.values()].filter(fits);
      const sorted = sortRows(found, sort);
      return isReversed ? sorted.reverse() : sorted;
    },
    counts: () => {
      const states = new Map<VerdictState, number>();
      for (const { state } of rows.values()) states.set(state, (states.get(state) ?? 0) + 1);
      return { total: rows.size, states };
    },
  };
}

function rowOf(verdict: ApiVerdict, glance: ApiGlance | null): TopRow {
  const { targetId: id, target: name, state, since, lean, labels } = verdict;
  return { id, name, state, sinceMs: Date.parse(since), leansDown: lean !== null, labels, glance };
}

function targetIdOf(data: ApiEvent["data"]): string {
  const { target } = data;
  if (typeof target !== "object" || target === null || !("id" in target)) return "";
  return typeof target.id === "string" ? target.id : "";
}

type Compare = (a: TopRow, b: TopRow) => number;

const byName: Compare = (a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1);

// Among equals the one that changed last comes first: it is the news.
const byState: Compare = (a, b) =>
  WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) ||
  (a.state === "up" ? 0 : b.sinceMs - a.sinceMs) ||
  byName(a, b);

/** The figure that rows are sorted by, the smallest first; null when it is not known. */
const FIGURES: Record<Exclude<SortKey, "name" | "state">, (row: TopRow) => number | null> = {
  for: ({ sinceMs }) => -sinceMs,
  latency: ({ glance }) => {
    const median = glance === null ? null : medianUs(glance.looks);
    return median === null ? null : -median;
  },
  uptime: ({ glance }) => glance?.availability ?? null,
};

function sortRows(rows: TopRow[], sort: SortKey): TopRow[] {
  if (sort === "name") return rows.sort(byName);
  if (sort === "state") return rows.sort(byState);
  // Worked out once a row, not once a comparison. What is not known comes last.
  const keyed = rows.map((row) => ({ row, figure: FIGURES[sort](row) ?? Infinity }));
  keyed.sort((a, b) => (a.figure === b.figure ? byName(a.row, b.row) : a.figure - b.figure));
  return keyed.map(({ row }) => row);
}

/** A test for the words of a filter. */
function filterOf(filter: string): (row: TopRow) => boolean {
  const words = filter.toLowerCase().split(/\s+/);
  const tests = words.filter((word) => word !== "" && word !== "!").map(testOf);
  return (row) => tests.every((fits) => fits(row));
}

function testOf(word: string): (row: TopRow) => boolean {
  if (word.startsWith("!")) {
    const denied = testOf(word.slice(1));
    return (row) => !denied(row);
  }
  const state = /^(?:state|is):(.*)$/.exec(word)?.[1];
  if (state !== undefined) return (row) => row.state.startsWith(state);
  const label = /^([^=]+)=(.*)$/.exec(word);
  if (label !== null) {
    const [, key = "", value = ""] = label;
    return ({ labels }) =>
      Object.entries(labels).some(
        ([name, text]) => name.toLowerCase() === key && text.toLowerCase().startsWith(value),
      );
  }
  return ({ name }) => name.toLowerCase().includes(word);
}
