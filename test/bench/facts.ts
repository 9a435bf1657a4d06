/** Machine facts, medians and tables of the benchmarks; figures count only as ratios of a run. */
import { cpus, release, totalmem, type } from "node:os";

/** One line of a benchmark's table. */
export interface BenchRow {
  what: string;
  /** Figure with its unit. */
  figure: string;
  /** The aim, and whether it is reached; empty for a baseline. */
  aim: string;
}

/** The machine, in one line. */
export function machineFacts(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const model = cpu?.model.trim() ?? "unknown CPU";
  return `${cpus().length} × ${model}, ${memory}, ${type()} ${release()}, Node ${process.version}`;
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** "median (least to most, n=…)". */
export function spread(figures: readonly number[], digits: number): string {
  const shown = (value: number): string => value.toFixed(digits);
  const range = `${shown(Math.min(...figures))} to ${shown(Math.max(...figures))}`;
  return `${shown(median(figures))} (${range}, n=${figures.length})`;
}

/** Whether a figure reaches its aim, in words; if it does not, what bounds it. */
export function verdictOn(reached: boolean, aim: string, bound?: string): string {
  if (reached) return `${aim}: reached`;
  return `${aim}: falls short${bound === undefined ? "" : `; ${bound}`}`;
}

/** The rows as a Markdown table. */
export function markdownTable(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ what, figure, aim }) => `| ${what} | ${figure} | ${aim} |`);
  return ["| what | figure | aim |", "|---|---|---|", ...lines].join("\n");
}

/** The value of `--name=value` among the arguments, as a number; else the fallback. */
export function numberFlag(name: string, fallback: number): number {
  const prefix = `--${name}=`;
  const given = process.argv.find((argument) => argument.startsWith(prefix));
  return given === undefined ? fallback : Number(given.slice(prefix.length));
}

/** The figure below which `share` of some figures lie. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
