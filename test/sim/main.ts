/**
 * `npm run sim`: runs the simulated mesh and prints how each policy did in the same run.
 *
 *     npm run sim -- --seed 1 --seed 2 --days 14 --vantages 5 --targets 20 --rate 10
 *     npm run sim -- --without challenge      switches a rule off
 *     npm run sim -- --ablation               switches off one rule after another
 *     npm run sim -- --trace 3 --around 86400 tells what befell target 3, 3 min around that second
 *     npm run sim -- --write                  runs what RESULTS.md shows, and writes it anew
 */
import { parseArgs } from "node:util";
import { simOptions } from "./options.ts";
import type { SimOptions } from "./options.ts";
import { ablationTable, caseLines, commandOf, meshLine, policyTable } from "./report.ts";
import { rateTable } from "./report.ts";
import { writeResults } from "./results.ts";
import { RULES, isRule } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { runSim } from "./run.ts";
import type { RunResult } from "./run.ts";
import { traceLine } from "./trace.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true },
    days: { type: "string" },
    vantages: { type: "string" },
    targets: { type: "string" },
    rate: { type: "string" },
    without: { type: "string", multiple: true },
    ablation: { type: "boolean" },
    trace: { type: "string" },
    around: { type: "string" },
    write: { type: "boolean" },
  },
});

const print = (lines: readonly string[]): void =>
  void process.stdout.write(`${lines.join("\n")}\n`);

function positive(name: string, text: string | undefined, whenAbsent: number): number {
  const value = text === undefined ? whenAbsent : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new RangeError(`Expected a number of 0 or more as --${name}, found ${text}.`);
}

function ruleOf(text: string): Rule {
  if (isRule(text)) return text;
  const names = Object.keys(RULES).join(", ");
  throw new RangeError(`Expected one of ${names} as --without, found ${text}.`);
}

const without = (values.without ?? []).map(ruleOf);
const seeds = (values.seed ?? ["1"]).map((text) => positive("seed", text, 1));
const given: Omit<SimOptions, "seed"> = simOptions({
  days: positive("days", values.days, 1),
  vantages: positive("vantages", values.vantages, 5),
  targets: positive("targets", values.targets, 20),
  rate: positive("rate", values.rate, 1),
  without,
});

function runAll(rules: readonly Rule[]): RunResult[] {
  return seeds.map((seed) => runSim({ ...given, without: rules, seed }));
}

function show(runs: readonly RunResult[]): void {
  const [first] = runs;
  if (!first) return;
  const lines = [commandOf(runs), "", meshLine(first), "", ...policyTable(runs), ""];
  print([...lines, ...caseLines(runs), "", ...rateTable(given)]);
}

function showAblation(): void {
  const all = [runAll(without)];
  for (const rule of Object.keys(RULES).filter(isRule)) all.push(runAll([...without, rule]));
  const [runs = []] = all;
  const [first] = runs;
  if (first) print([`${commandOf(runs)} --ablation`, "", meshLine(first), ""]);
  print(ablationTable(all));
}

/** Prints what befell one target around a time. */
function tell(target: number, aroundS: number): void {
  const [fromMs, toMs] = [(aroundS - 180) * 1_000, (aroundS + 180) * 1_000];
  const trace = (line: string, atMs: number): void => {
    const shown = traceLine(line, target);
    if (shown && atMs >= fromMs && atMs <= toMs) print([`${(atMs / 1_000).toFixed(1)} ${line}`]);
  };
  for (const seed of seeds) runSim({ ...given, seed, trace });
}

if (values.write) writeResults(print);
else if (values.trace !== undefined) {
  tell(positive("trace", values.trace, 0), positive("around", values.around, 0));
} else if (values.ablation) showAblation();
else show(runAll(without));
