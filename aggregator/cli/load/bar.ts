/** A bar that says how far something is. */
import type { Printer } from "../printer.ts";
import { cutText } from "../width.ts";

/** What a bar says. */
export interface BarState {
  done: number;
  all: number;
  /** What is done, such as `targets made`. */
  what: string;
}

const BAR_WIDTH = 30;

/** The bar on one line that fits the terminal. */
export function drawBar(
  { done, all, what }: BarState,
  { paint, width }: Pick<Printer, "paint" | "width">,
): string {
  const filled = Math.round((BAR_WIDTH * done) / Math.max(1, all));
  const text = cutText(` ${done} of ${all} ${what}`, (width() ?? Infinity) - BAR_WIDTH);
  return paint.green("█".repeat(filled)) + paint.dim("░".repeat(BAR_WIDTH - filled)) + text;
}
