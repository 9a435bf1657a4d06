/** Lays out tables for people: columns as wide as their widest cell, bounded. */

/** A column of a table. */
export interface Column {
  header: string;
  /** `right` for numbers. Default `left`. */
  align?: "left" | "right";
  /** Widest text in characters; a longer one is cut with an ellipsis. Default 60. */
  widthMax?: number;
}

/** A cell: a text, or a text with the paint put on after it was measured. */
export type Cell = string | { text: string; paint: (text: string) => string };

/** One row; cells missing at the end are empty. */
export type Row = readonly Cell[];

/** What a table is made of. */
export interface TableOptions {
  columns: readonly Column[];
  rows: readonly Row[];
  /** Characters a line may have; null: any number. The last column is cut to fit. */
  width: number | null;
  /** Paint of the header. */
  paintHeader: (text: string) => string;
}

const GAP = "  ";
const LAST_WIDTH_MIN = 12;

/** Text without control characters: what arrives from targets must not steer a terminal. */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

/** Cuts a text to `width` characters, the last one an ellipsis. */
export function cutText(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** The lines of a table, header first; lines have no blanks at their end. */
export function layOutTable(options: TableOptions): string[] {
  const { columns, rows, paintHeader } = options;
  const texts = rows.map((row) =>
    columns.map((column, index) => cutText(textOf(row[index]), column.widthMax ?? 60)),
  );
  const widths = columns.map((column, index) =>
    Math.max(column.header.length, ...texts.map((row) => lengthOf(row[index] ?? ""))),
  );
  fitLast(widths, options.width);
  const header = columns.map((column) => column.header);
  const render = (cells: string[], paintOf: (index: number) => (text: string) => string): string =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = cutText(cells[index] ?? "", width);
        const blanks = " ".repeat(width - lengthOf(text));
        const painted = text === "" ? "" : paintOf(index)(text);
        if (column.align === "right") return blanks + painted;
        return index === columns.length - 1 ? painted : painted + blanks;
      })
      .join(GAP)
      .trimEnd();
  const lines = rows.map((row, at) => render(texts[at] ?? [], (index) => paintOf(row[index])));
  return [render(header, () => paintHeader), ...lines];
}

function fitLast(widths: number[], width: number | null): void {
  const last = widths.at(-1);
  if (width === null || last === undefined) return;
  const total = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  if (total <= width) return;
  widths[widths.length - 1] = Math.min(last, Math.max(LAST_WIDTH_MIN, last - (total - width)));
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  return cleanText(typeof cell === "string" ? cell : cell.text);
}

function paintOf(cell: Cell | undefined): (text: string) => string {
  return typeof cell === "object" ? cell.paint : (text) => text;
}

function lengthOf(text: string): number {
  return [...text].length;
}
