/** The columns of `quorate top` at a width: fixed while rows move, so that nothing jumps. */
import type { Paint } from "../printer.ts";
import { paintedCell } from "../table.ts";
import type { Cell } from "../table.ts";
import { cutText, fitText, widthOf } from "../width.ts";
import { formatDuration, formatLabels, verdictCell, verdictMark, voteMark } from "../words.ts";
import type { SortKey, TopRow } from "./rows.ts";
import { latencyText, medianUs, shareText, sparkline } from "./spark.ts";

/** A column at its width. */
export interface TopColumn {
  header: string;
  width: number;
  /** What rows are sorted by under this header. */
  sort?: SortKey;
  isRight?: boolean;
  /** The cell, exactly `width` columns wide. */
  draw(row: TopRow, nowMs: number): string;
}

/** What columns are chosen by. */
export interface ColumnOptions {
  width: number;
  /** Columns of the longest name. */
  longestName: number;
  /** Most vantages of one target. */
  vantages: number;
  paint: Paint;
}

const GAP = 2;
const NAME_MIN = 16;
const NAME_MAX = 48;
const SPARK_MIN = 8;
const SPARK_MAX = 40;

/** Widths of what is always of one width. */
const WIDTHS = { verdict: 11, for: 7, votes: 8, latency: 7, uptime: 7, kind: 9 } as const;

/** Marks of vantages that are shown of one target at most. */
const VOTES_MAX = 24;

/** Chooses the columns that fit; each takes what is left by those that matter more. */
export function chooseColumns(options: ColumnOptions): TopColumn[] {
  const { width, paint } = options;
  let left = width - NAME_MIN;
  const take = (wanted: number, least = wanted): number => {
    const given = Math.min(wanted, left - GAP);
    if (given < least) return 0;
    left -= given + GAP;
    return given;
  };
  const verdict = take(WIDTHS.verdict);
  const lasted = take(WIDTHS.for);
  const votes = take(WIDTHS.votes);
  const uptime = take(WIDTHS.uptime);
  const latency = take(WIDTHS.latency);
  const spark = latency === 0 ? 0 : take(SPARK_MIN);
  const more = Math.min(left, Math.max(0, Math.min(options.longestName + 2, NAME_MAX) - NAME_MIN));
  left -= more;
  const kind = take(WIDTHS.kind);
  const marks = Math.min(left, Math.max(0, Math.min(options.vantages, VOTES_MAX) - votes));
  left -= marks;
  const bars = spark === 0 ? 0 : Math.min(SPARK_MAX - spark, Math.floor(left / 3));
  left -= bars;
  const address = take(60, 20);
  const labels = take(60, 16);
  // What no other column wants is the name's.
  const name = NAME_MIN + more + (labels === 0 && address === 0 ? Math.max(0, left) : 0);
  const columns = [
    nameColumn(name, paint),
    verdictColumn(verdict, paint),
    textColumn({ header: "FOR", width: lasted, sort: "for", isRight: true }, (row, nowMs) =>
      shortDuration(Math.max(0, nowMs - row.sinceMs)),
    ),
    voteColumn(votes === 0 ? 0 : votes + marks, paint),
    sparkColumn(spark === 0 ? 0 : spark + bars, paint),
    textColumn({ header: "MEDIAN", width: latency, sort: "latency", isRight: true }, ({ glance }) =>
      glance === null ? "" : latencyText(medianUs(glance.looks)),
    ),
    textColumn({ header: "24 H", width: uptime, sort: "uptime", isRight: true }, ({ glance }) =>
      glance === null ? "" : shareText(glance.availability),
    ),
    textColumn({ header: "KIND", width: kind }, ({ glance }) => glance?.kind ?? ""),
    textColumn({ header: "ADDRESS", width: address }, ({ glance }) => glance?.address ?? ""),
    textColumn({ header: "LABELS", width: labels }, ({ labels: own }) => formatLabels(own)),
  ];
  return columns.filter((column) => column.width > 0);
}

/** A duration in at most seven characters: whole days from a hundred on. */
function shortDuration(durationMs: number): string {
  const text = formatDuration(durationMs);
  return text.length <= WIDTHS.for ? text : (text.split(" ")[0] ?? text);
}

/** The line of headers; the one that is sorted by is marked. */
export function headerLine(
  columns: readonly TopColumn[],
  sorted: { sort: SortKey; isReversed: boolean },
): string {
  const cells = columns.map(({ header, width, sort, isRight }) => {
    const mark = sort === sorted.sort ? (sorted.isReversed ? "▲" : "▼") : "";
    const text = cutText(`${header}${mark}`, width);
    return isRight === true ? text.padStart(width) : text.padEnd(width);
  });
  return cells.join(" ".repeat(GAP));
}

/** The line of a row. */
export function rowLine(columns: readonly TopColumn[], row: TopRow, nowMs: number): string {
  return columns.map((column) => column.draw(row, nowMs)).join(" ".repeat(GAP));
}

function textColumn(
  column: Omit<TopColumn, "draw">,
  textOf: (row: TopRow, nowMs: number) => string,
): TopColumn {
  const { width, isRight } = column;
  return {
    ...column,
    draw: (row, nowMs) => {
      const text = paintedCell(textOf(row, nowMs), width);
      return isRight === true ? text.trimEnd().padStart(width) : text;
    },
  };
}

function nameColumn(width: number, paint: Paint): TopColumn {
  return {
    header: "TARGET",
    width,
    sort: "name",
    draw: (row) => `${paintedCell(markOf(row, paint), 1)} ${paintedCell(row.name, width - 2)}`,
  };
}

/** The verdict's mark, or that it leans down, or that the target is under maintenance. */
function markOf({ state, leansDown, glance }: TopRow, paint: Paint): Cell {
  if (leansDown) return { text: "↓", paint: paint.red };
  return glance?.maintenance ? { text: "⌂", paint: paint.blue } : verdictMark(state, paint);
}

function verdictColumn(width: number, paint: Paint): TopColumn {
  return {
    header: "VERDICT",
    width,
    sort: "state",
    draw: ({ state, glance }) =>
      paintedCell(glance?.enabled === false ? "disabled" : verdictCell(state, paint), width),
  };
}

/** A mark a vantage, by name of the probe; a number says how many have no room. */
function voteColumn(width: number, paint: Paint): TopColumn {
  return {
    header: "VANTAGES",
    width,
    draw: ({ glance }) => {
      const all = [...(glance?.vantages ?? [])].sort((a, b) => (a.probe < b.probe ? -1 : 1));
      const most = all.length > width ? width - `+${all.length}`.length : width;
      const shown = all.slice(0, most).map(({ vote }) => paintedCell(voteMark(vote, paint), 1));
      const more = all.length > shown.length ? `+${all.length - shown.length}` : "";
      return `${shown.join("")}${fitText(more, width - shown.length)}`;
    },
  };
}

function sparkColumn(width: number, paint: Paint): TopColumn {
  return {
    header: "LATENCY",
    width,
    draw: ({ glance }) => sparkline(glance?.looks ?? [], width, paint),
  };
}

/** Columns of the longest of some names, as they are shown. */
export function longestOf(rows: readonly TopRow[]): number {
  return rows.reduce((most, { name }) => Math.max(most, widthOf(name)), 0);
}
