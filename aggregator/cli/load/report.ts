/** What a load run says of itself: rates, and what was seen. */
import type { Printer } from "../printer.ts";
import { formatDuration } from "../words.ts";
import { quantileOf } from "./tally.ts";
import type { LoadTally } from "./tally.ts";

/** The figures of a run at one moment. */
export interface LoadFigures {
  /** Targets that were made, and how long that took. */
  made: number;
  makeMs: number;
  /** How long they were looked at. */
  tookMs: number;
  /** Looks that the targets got. */
  looks: number;
  /** Targets that answer 500 now. */
  isDown: number;
  seen: LoadTally;
}

/** The figures for machines. */
export function summaryOf({ made, makeMs, tookMs, looks, isDown, seen }: LoadFigures) {
  const { flips, events, wrong, waitsMs, open } = seen;
  return {
    targets: made,
    targetsPerSecond: rate(made, makeMs),
    tookMs: Math.round(tookMs),
    looks,
    looksPerSecond: rate(looks, tookMs),
    flips,
    events,
    down: isDown,
    waiting: open,
    wrong,
    toldMs: {
      count: waitsMs.length,
      p50: rounded(quantileOf(waitsMs, 0.5)),
      p95: rounded(quantileOf(waitsMs, 0.95)),
      max: rounded(waitsMs.at(-1) ?? null),
    },
  };
}

const rate = (count: number, tookMs: number): number =>
  Math.round((10_000 * count) / Math.max(1, tookMs)) / 10;

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);

/** The figures for a person. */
export function reportLines(
  figures: LoadFigures,
  { layOut, paint }: Pick<Printer, "layOut" | "paint">,
): string[] {
  const { targets, targetsPerSecond, looks, looksPerSecond, ...rest } = summaryOf(figures);
  const { flips, events, down, waiting, wrong, toldMs } = rest;
  const duration = (ms: number | null): string => (ms === null ? "-" : formatDuration(ms));
  const { p50, p95, max } = toldMs;
  const told = `${duration(p50)} p50, ${duration(p95)} p95, ${duration(max)} max`;
  const rows: [string, string][] = [
    ["targets", `${targets}, made at ${targetsPerSecond}/s`],
    ["looks", `${looks} in ${formatDuration(figures.tookMs)}, ${looksPerSecond}/s`],
    ["flips", `${flips}; ${down} targets are down now`],
    ["events", `${events} of these targets`],
    ["told after", toldMs.count === 0 ? "no verdict followed a flip yet" : told],
    ["not told yet", `${waiting} flips`],
  ];
  const wrongText = wrong === 0 ? "none" : paint.red(`${wrong} said down of a target that was up`);
  const lines = layOut([{ header: "LOAD" }, { header: "SEEN", widthMax: 200 }], rows);
  return [...lines, `wrong verdicts  ${wrongText}`];
}
