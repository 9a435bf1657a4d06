/** The CLI's voice: the only file that writes to standard output and standard error. */
import picocolors from "picocolors";
import type { Writable } from "node:stream";
import type { Settings } from "../../shared/config.ts";
import { documentText, streamedText } from "./output.ts";
import type { OutputForm } from "./output.ts";
import { layOutWhole } from "./table.ts";
import type { Column, LaidOut, Row } from "./table.ts";
import { cleanText, wrapText } from "./width.ts";

/** Colours by name; each gives its text back unchanged when colours are off. */
export type Paint = Pick<
  ReturnType<typeof picocolors.createColors>,
  "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "gray"
>;

/** Writes for people and machines. Data is cleaned of control characters by `table` and `clean`. */
export interface Printer {
  /** Whether lines can be redrawn. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; null when there is none, and nothing is cut. */
  width(): number | null;
  /** Lines of the terminal; null when there is none. */
  height(): number | null;
  readonly paint: Paint;
  /** One line on standard output. Text from elsewhere must have gone through `clean`. */
  line(text?: string): void;
  /** One line on standard error: a hint, a warning, an error. */
  note(text: string): void;
  /** An answer for machines on standard output: JSON, or what `as` chose. */
  json(value: unknown): void;
  /** One of many answers for machines: JSON on one line, or what `as` chose. */
  jsonLine(value: unknown): void;
  /** A table on standard output. */
  table(columns: readonly Column[], rows: readonly Row[]): void;
  /** The lines of a table, not yet printed. */
  layOut(columns: readonly Column[], rows: readonly Row[]): string[];
  /** Replaces the lines drawn before with these, on a terminal; else prints nothing. */
  redraw(lines: readonly string[]): void;
  /** Text without control characters, so that no stranger can steer the terminal. */
  clean(text: string): string;
  /** A printer on the same streams whose tables and answers have this form. */
  as(form: OutputForm): Printer;
  /** Text that is already whole, such as a help page. */
  raw(text: string): void;
  rawNote(text: string): void;
}

/** Where a printer writes and how. */
export interface PrinterOptions {
  out: Writable;
  err: Writable;
  colours: boolean;
  isTerminal: boolean;
  width: () => number | null;
  /** Lines of the terminal; null when there is none. */
  height: () => number | null;
  /** Form of tables and answers. Default: tables that fit, and JSON. */
  form?: OutputForm;
}

/** A printer on the given streams. */
export function createPrinter(options: PrinterOptions): Printer {
  const { out, err, isTerminal, width, height, form = "json" } = options;
  const paint = picocolors.createColors(options.colours);
  let drawn = 0;
  const lay = (columns: readonly Column[], rows: readonly Row[]): LaidOut => {
    const isWide = form === "wide";
    return layOutWhole({ columns, rows, width: width(), paintHeader: paint.bold, isWide });
  };
  const line = (text = ""): void => void out.write(`${text}\n`);
  const note = (text: string): void => void err.write(`${text}\n`);
  return {
    isTerminal,
    width,
    height,
    paint,
    line,
    layOut: (columns, rows) => lay(columns, rows).lines,
    note,
    json: (value) => void out.write(documentText(value, form)),
    jsonLine: (value) => void out.write(streamedText(value, form)),
    table: (columns, rows) => {
      const { lines, left } = lay(columns, rows);
      lines.forEach((text) => line(text));
      if (left.length === 0) return;
      const told = `Not shown: ${left.join(", ")}. A wider terminal or --output wide does.`;
      wrapText(told, width() ?? Infinity).forEach((text) => note(paint.dim(text)));
    },
    as: (other) => createPrinter({ ...options, form: other }),
    redraw: (lines) => {
      if (!isTerminal) return;
      // Cursor up over what was drawn, erased to the end of the screen. Lines do not wrap
      // meanwhile, because a wrapped one would be two to go back over.
      const back = drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[0J`;
      // What stands above the screen cannot be gone back to, so it must not grow beyond.
      const shown = lines.slice(0, (height() ?? lines.length + 1) - 1);
      const text = shown.map((one) => `${one}\n`).join("");
      out.write(`${back}\u001b[?7l${text}\u001b[?7h`);
      drawn = shown.length;
    },
    clean: cleanText,
    raw: (text) => void out.write(text),
    rawNote: (text) => void err.write(text),
  };
}

/** What the environment says of colours. */
export type ColourWish = Pick<Settings, "noColor" | "forceColor">;

/** The printer of this process: colours only on a terminal and without NO_COLOR, or if forced. */
export function terminalPrinter({ noColor, forceColor }: ColourWish): Printer {
  const { stdout, stderr } = process;
  const isTerminal = isOnTerminal(stdout);
  // A reader that went away (`| head`) is no error of ours.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(error.code === "EPIPE" ? 0 : 1);
    });
  }
  return createPrinter({
    out: stdout,
    err: stderr,
    colours: forceColor ?? (isTerminal && !noColor),
    isTerminal,
    width: () => sizeOf(stdout.columns),
    height: () => sizeOf(stdout.rows),
  });
}

/** The mark is absent on a pipe, which picocolors would take for "look at CI and FORCE_COLOR". */
function isOnTerminal(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY ?? false;
}

/** A size of the terminal; absent without one, and 0 on a terminal that does not know its own. */
function sizeOf(characters: number | undefined): number | null {
  return characters !== undefined && characters > 0 ? characters : null;
}
