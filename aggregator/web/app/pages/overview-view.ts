/** Which rows the overview shows, in which order, under which headings. */
import type { VerdictState } from "../../../../shared/verdict.ts";
import { VERDICT_STATES } from "../../../../shared/verdict.ts";
import type { Row } from "../live/row.ts";

/** How the rows are ordered. */
export type Sorting = "worst" | "name" | "since";

/** What the overview is asked to show. */
export interface View {
  search: string;
  /** Empty: all. */
  states: ReadonlySet<VerdictState>;
  sorting: Sorting;
  /** A key of labels; empty: no groups. */
  group: string;
}

/** A line of the list: a row, or the heading of a group. */
export type Line =
  | { kind: "row"; key: string; row: Row }
  | { kind: "group"; key: string; title: string; rows: readonly Row[] };

/** Words of a search must all occur; `key=value` is found as it is written. */
function matches(row: Row, wanted: readonly string[]): boolean {
  return wanted.every((word) => row.text.includes(word));
}

/** In order of severity, by name within; in time that grows with the number of rows alone. */
function worstFirst(rows: readonly Row[]): Row[] {
  const buckets = new Map(VERDICT_STATES.map((state): [VerdictState, Row[]] => [state, []]));
  for (const row of rows) buckets.get(row.state)?.push(row);
  return [...buckets.values()].flat();
}

function sorted(rows: readonly Row[], sorting: Sorting): readonly Row[] {
  if (sorting === "worst") return worstFirst(rows);
  return sorting === "name" ? rows : [...rows].sort((a, b) => b.sinceMs - a.sinceMs);
}

function grouped(rows: readonly Row[], key: string): Line[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const value = row.labels[key] ?? "";
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  const named = [...groups].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  return named.flatMap(([title, members]) => [
    { kind: "group", key: `group ${title}`, title, rows: members },
    ...members.map(lineOf),
  ]);
}

const lineOf = (row: Row): Line => ({ kind: "row", key: row.id, row });

/** The lines to show; rows come by name. */
export function linesOf(rows: readonly Row[], view: View): Line[] {
  const wanted = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const { states } = view;
  const kept = rows.filter(
    (row) => (states.size === 0 || states.has(row.state)) && matches(row, wanted),
  );
  const inOrder = sorted(kept, view.sorting);
  return view.group === "" ? inOrder.map(lineOf) : grouped(inOrder, view.group);
}

/** Keys of labels by which grouping makes sense, the most used first. */
export function labelKeys(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of rows) {
    for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([key]) => key)
    .slice(0, 20);
}
