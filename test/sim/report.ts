/** The tables of a simulation, in Markdown, so that they can be read, pasted and compared. */
import { FAULTS, FAULT_KINDS, backgroundAt } from "./faults.ts";
import type { SimOptions } from "./options.ts";
import { RULES, RULE_NAMES } from "./rules.ts";
import type { Rule } from "./rules.ts";
import type { RunResult } from "./run.ts";
import { falsePerMonth, quantile, scoreRuns } from "./score.ts";
import type { Case, Score } from "./score.ts";

/** Cases of one kind that are listed; further ones are only counted. */
const CASES_SHOWN = 8;

/** Lines of a Markdown table; the first row is the head, and all but the first column numbers. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => {
    return Math.max(...rows.map((row) => (row[column] ?? "").length), 3);
  });
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, column) => {
    return column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`;
  });
  const [head = [], ...body] = rows;
  return [line(head), `| ${rule.join(" | ")} |`, ...body.map(line)];
}

function seconds(timeMs: number): string {
  return Number.isFinite(timeMs) ? `${(timeMs / 1_000).toFixed(1)} s` : "–";
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(2)} %`;
}

function latencies({ latenciesMs }: Score): string[] {
  return [0.5, 0.95, 1].map((share) => seconds(quantile(latenciesMs, share)));
}

/** What was run, as one line that replays it. */
export function commandOf(runs: readonly RunResult[]): string {
  const options = runs[0]?.options;
  if (!options) return "";
  const { days, vantages, targets, rate, without } = options;
  const seeds = runs.map((run) => `--seed ${run.options.seed}`).join(" ");
  const rules = without.map((rule) => ` --without ${rule}`).join("");
  const size = `--days ${days} --vantages ${vantages} --targets ${targets} --rate ${rate}`;
  return `npm run sim -- ${seeds} ${size}${rules}`;
}

/** The table of policies of runs that differ in their seed only. */
export function policyTable(runs: readonly RunResult[]): string[] {
  const scores = scoreRuns(runs);
  const head = ["policy", "false DOWN", "per target-month", "missed", "p50", "p95", "max"];
  const rows = scores.map((score) => [
    score.name,
    String(score.falseDowns.length),
    falsePerMonth(score).toFixed(2),
    `${score.missed.length} of ${score.outages}`,
    ...latencies(score),
  ]);
  return [...table([head, ...rows]), "", ...ownFigures(runs, scores[0])];
}

/** What only Quorate has: extra checks, times of doubt, and PARTIAL for what it missed. */
function ownFigures(runs: readonly RunResult[], own: Score | undefined): string[] {
  if (!own) return [];
  const sum = (of: (run: RunResult) => number): number => {
    return runs.reduce((total, run) => total + of(run), 0);
  };
  const extra = percent(
    sum(({ counts }) => counts.extra),
    sum(({ counts }) => counts.scheduled),
  );
  return [
    `- Extra checks of Quorate: ${extra} of the scheduled ones.`,
    `- Its time in UNKNOWN: ${percent(own.unknownMs, own.targetMs)} of target time.`,
    ...missedLine(own),
    `- The run: ${sum(({ faults }) => faults.length)} faults, ` +
      `${sum(({ counts }) => counts.scheduled)} scheduled checks, ` +
      `${sum(({ counts }) => counts.events)} log events, ` +
      `${sum(({ counts }) => counts.restarts)} restarts of the aggregator from snapshot and log.`,
  ];
}

function missedLine({ missed, missedButPartial, missedButNoticed }: Score): string[] {
  if (missed.length === 0) return [];
  return [
    `- Of the ${missed.length} outages it did not call DOWN, ${missedButPartial} had an incident ` +
      `of PARTIAL, ${missedButNoticed} a notice: probable outage, too few witnesses.`,
  ];
}

/** Single cases of Quorate, each with the seed and the time at which to look. */
export function caseLines(runs: readonly RunResult[]): string[] {
  const own = scoreRuns(runs)[0];
  if (!own) return [];
  return [
    ...casesOf("False DOWN", own.falseDowns),
    ...casesOf("Not called DOWN", own.missed),
    ...casesOf("Called DOWN after more than 35 s", own.slow),
  ];
}

function casesOf(what: string, cases: readonly Case[]): string[] {
  const shown = cases.slice(0, CASES_SHOWN).map(({ seed, target, atMs }) => {
    return `- ${what}: seed ${seed}, target ${target}, at ${(atMs / 1_000).toFixed(0)} s.`;
  });
  const rest = cases.length - shown.length;
  return rest > 0 ? [...shown, `- … and ${rest} more.`] : shown;
}

/** One row for each rule that was switched off; the first runs have all rules. */
export function ablationTable(all: readonly (readonly RunResult[])[]): string[] {
  const head = ["without", "false DOWN", "per target-month", "missed", "p50", "p95", "UNKNOWN"];
  const rows = all.map((runs) => {
    const score = scoreRuns(runs)[0];
    const name = runs[0]?.options.without.join(", ") ?? "";
    if (!score) return [name];
    return [
      name === "" ? "(all rules on)" : name,
      String(score.falseDowns.length),
      falsePerMonth(score).toFixed(2),
      `${score.missed.length} of ${score.outages}`,
      ...latencies(score).slice(0, 2),
      percent(score.unknownMs, score.targetMs),
    ];
  });
  const meanings = RULE_NAMES.map((name) => `- \`${name}\`: ${RULES[name].text}.`);
  return [...table([head, ...rows]), "", ...meanings];
}

/** Two rows for each rule, on and off, under the faults it is there for. */
export function stressTable(pairs: readonly StressPair[]): string[] {
  const head = ["rule", "", "false DOWN", "missed", "p50", "p95", "UNKNOWN", "extra checks"];
  const rows = pairs.flatMap(({ rule, on, off }) => {
    return [stressRow([rule, "on"], on), stressRow([rule, "off"], off)];
  });
  const faults = RULE_NAMES.map((rule) => {
    const { kinds, rate, vantages } = RULES[rule].stress;
    return `- \`${rule}\`: ${vantages} vantages; ${kinds.join(", ")} at ${rate} times their rates.`;
  });
  return [...table([head, ...rows]), "", ...faults];
}

/** A rule with a run that has it and one that does not. */
export interface StressPair {
  rule: Rule;
  on: RunResult;
  off: RunResult;
}

function stressRow(names: readonly string[], run: RunResult): string[] {
  const [score] = scoreRuns([run]);
  if (!score) return [...names];
  const { scheduled, extra } = run.counts;
  return [
    ...names,
    String(score.falseDowns.length),
    score.outages === 0 ? "–" : `${score.missed.length} of ${score.outages}`,
    ...latencies(score).slice(0, 2),
    percent(score.unknownMs, score.targetMs),
    percent(extra, scheduled),
  ];
}

/** The rates of all faults at a multiple of the normal ones. */
export function rateTable({ rate }: Pick<SimOptions, "rate">): string[] {
  const head = ["fault", "of each", "a month", "shortest", "longest"];
  const rows = FAULT_KINDS.map((kind) => {
    const { of, perMonth, minMs, maxMs, text } = FAULTS[kind];
    const often = String(Number((perMonth * rate).toFixed(2)));
    return [`${kind}: ${text}`, of, often, lasts(minMs), lasts(maxMs)];
  });
  const { noise, duplicated, delayed, drift } = backgroundAt(rate);
  return [
    ...table([head, ...rows]),
    "",
    `- Checks that time out for no reason: ${percent(noise, 1)}.`,
    `- Batches delivered twice: ${percent(duplicated, 1)}; 1 to 20 s late and overtaken: ` +
      `${percent(delayed, 1)}.`,
    `- Clocks of probes drift by up to ${Math.round(drift * 1e6)} millionths.`,
  ];
}

function lasts(timeMs: number): string {
  return timeMs < 60_000 ? `${timeMs / 1_000} s` : `${timeMs / 60_000} min`;
}

/** The mesh that was simulated, in a sentence. */
export function meshLine({ options }: RunResult): string {
  const { vantages, targets, days, rate, intervalMs, timeoutMs, fall, rise } = options;
  return (
    `${vantages} vantages, each a failure domain of its own, ${targets} targets, ${days} days, ` +
    `fault rates × ${rate}; interval ${intervalMs / 1_000} s, timeout ${timeoutMs / 1_000} s, ` +
    `fall ${fall}, rise ${rise}.`
  );
}
