/** Lays out tables for people: columns as wide as their widest cell, fitted to the terminal. */
import { cleanText, cutText, fitText, widthOf } from "./width.ts";

/** A column of a table. */
export interface Column {
  header: string;
  /** `right` for numbers. Default `left`. */
  align?: "left" | "right";
  /** Most columns of the terminal; a longer text is cut with an ellipsis. Default 60. */
  widthMax?: number;
  /** Columns of the terminal below which others are cut or left out first. Default 10. */
  widthMin?: number;
  /** True: left whole while others are cut to fit, as times and ids. Default: if right-aligned. */
  whole?: boolean;
  /** Left out when the table does not fit, the highest first. Default: never. */
  drop?: number;
  /** True: shown by `--output wide` only. Default false. */
  wide?: boolean;
}

/** A cell: a text, or a text with the paint put on after it was measured. */
export type Cell = string | { text: string; paint: (text: string) => string };

/** One row; cells missing at the end are empty. */
export type Row = readonly Cell[];

/** What a table is made of. */
export interface TableOptions {
  columns: readonly Column[];
  rows: readonly Row[];
  /** Columns of the terminal a line may have; null: any number. */
  width: number | null;
  /** Paint of the header. */
  paintHeader: (text: string) => string;
  /** True: every column whole, however wide. Default false. */
  isWide?: boolean;
}

/** A table as lines. */
export interface LaidOut {
  /** Header first; lines have no blanks at their end. */
  lines: string[];
  /** Headers of the columns that were left out to make the others fit. */
  left: string[];
}

const GAP = "  ";

/** Columns below which a text is not cut while others can be. */
const FLOOR = 10;

/** Columns below which nothing is cut; what does not fit then is left out. */
const FLOOR_MIN = 3;

interface Lane {
  column: Column;
  cells: readonly Cell[];
  texts: readonly string[];
  width: number;
}

/** The lines of a table, header first; lines have no blanks at their end. */
export function layOutTable(options: TableOptions): string[] {
  return layOutWhole(options).lines;
}

/** The lines of a table, and which columns were left out of it. */
export function layOutWhole({ columns, rows, width, paintHeader, isWide }: TableOptions): LaidOut {
  const all = columns.map((column, at): Lane => {
    const cells = rows.map((row) => row[at] ?? "");
    const most = isWide === true ? Infinity : (column.widthMax ?? 60);
    const texts = cells.map((cell) => cutText(textOf(cell), most));
    const wanted = Math.max(widthOf(column.header), ...widthsOf(texts));
    return { column, cells, texts, width: wanted };
  });
  const wanted = all.filter(({ column }) => isWide === true || column.wide !== true);
  const lanes = width === null || isWide === true ? wanted : fitLanes(wanted, width);
  const last = lanes.at(-1);
  const put = (lane: Lane, text: string, paint: (text: string) => string): string => {
    const cut = cutText(text, lane.width);
    const painted = cut === "" ? "" : paint(cut);
    const blanks = " ".repeat(lane.width - widthOf(cut));
    if (lane.column.align === "right") return blanks + painted;
    return lane === last ? painted : painted + blanks;
  };
  const head = lanes.map((lane) => put(lane, lane.column.header, paintHeader));
  const body = rows.map((_, row) =>
    lanes.map((lane) => put(lane, lane.texts[row] ?? "", paintOf(lane.cells[row]))),
  );
  const lines = [head, ...body].map((cells) => cells.join(GAP).trimEnd());
  const left = wanted.filter(({ column }) => !lanes.some((lane) => lane.column === column));
  return { lines, left: left.map(({ column }) => column.header) };
}

/** A spread of very many arguments would end the process; this does not. */
function widthsOf(texts: readonly string[]): number[] {
  let most = 0;
  for (const text of texts) most = Math.max(most, widthOf(text));
  return [most];
}

/** Makes lanes fit: first the droppable go, then the widest are cut, then the last ones go. */
function fitLanes(wanted: readonly Lane[], width: number): Lane[] {
  const lanes = wanted.map((lane) => Object.assign({}, lane));
  while (totalOf(lanes, floorOf) > width) {
    const ranks = lanes.map(({ column }) => column.drop ?? 0);
    const highest = Math.max(...ranks);
    if (highest === 0) break;
    lanes.splice(ranks.lastIndexOf(highest), 1);
  }
  shrink(lanes, width, floorOf);
  shrink(lanes, width, (lane) => Math.min(FLOOR_MIN, lane.width));
  while (lanes.length > 1 && totalOf(lanes, ({ width: own }) => own) > width) lanes.pop();
  return lanes;
}

function totalOf(lanes: readonly Lane[], widthOfLane: (lane: Lane) => number): number {
  return lanes.reduce((sum, lane) => sum + widthOfLane(lane), GAP.length * (lanes.length - 1));
}

/** The columns that a lane keeps while others can still be cut. */
function floorOf({ column, width }: Lane): number {
  if (column.whole ?? column.align === "right") return width;
  return Math.min(width, Math.max(column.widthMin ?? FLOOR, widthOf(column.header)));
}

/** Takes from the widest lanes that are above their floor, until the lanes fit or none is left. */
function shrink(lanes: readonly Lane[], width: number, floor: (lane: Lane) => number): void {
  let over = totalOf(lanes, (lane) => lane.width) - width;
  while (over > 0) {
    const able = lanes.filter((lane) => lane.width > floor(lane));
    const widest = Math.max(...able.map((lane) => lane.width));
    const lane = able.findLast((one) => one.width === widest);
    if (lane === undefined) return;
    lane.width -= 1;
    over -= 1;
  }
}

/** A cell as text, filled to exactly `width` columns, its paint put on. */
export function paintedCell(cell: Cell, width: number): string {
  return paintOf(cell)(fitText(textOf(cell), width));
}

function textOf(cell: Cell): string {
  return cleanText(typeof cell === "string" ? cell : cell.text);
}

function paintOf(cell: Cell | undefined): (text: string) => string {
  return typeof cell === "object" ? cell.paint : (text) => text;
}
