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
import { messageOf } from "../../shared/errors.ts";
import { ablationLines } from "./ablation.ts";
import { simOptions } from "./options.ts";
import type { SimOptions } from "./options.ts";
import { caseLines, commandOf, meshLine, policyTable, rateTable } from "./report.ts";
import { writeResults } from "./results.ts";
import { RULE_NAMES, isRule } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { runSim } from "./run.ts";
import type { RunResult } from "./run.ts";
import { isAbout } from "./trace.ts";

const print = (lines: readonly string[]): void =>
  void process.stdout.write(`${lines.join("\n")}\n`);

/** What every run is given, but its seed. */
type Given = Omit<SimOptions, "seed">;

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new RangeError(`Expected a number of 0 or more as --${name}, found ${text}.`);
}

function ruleOf(text: string): Rule {
  if (isRule(text)) return text;
  const names = RULE_NAMES.join(", ");
  throw new RangeError(`Expected one of ${names} as --without, found ${text}.`);
}

function runAll(given: Given, seeds: readonly number[]): RunResult[] {
  return seeds.map((seed) => runSim({ ...given, seed }));
}

function show(given: Given, seeds: readonly number[]): void {
  const runs = runAll(given, seeds);
  const [first] = runs;
  if (!first) return;
  const lines = [commandOf(runs), "", meshLine(first), "", ...policyTable(runs), ""];
  print([...lines, ...caseLines(runs), "", ...rateTable(given)]);
}

/** Prints what befell one target, 3 min around a time. */
function tell(given: Given, seeds: readonly number[], what: { target: number; atS: number }): void {
  const trace = (line: string, atMs: number): void => {
    const isNear = Math.abs(atMs - what.atS * 1_000) <= 180_000;
    if (isNear && isAbout(line, what.target)) print([`${(atMs / 1_000).toFixed(1)} ${line}`]);
  };
  runAll({ ...given, trace }, seeds);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", multiple: true, default: ["1"] },
      days: { type: "string", default: "1" },
      vantages: { type: "string", default: "5" },
      targets: { type: "string", default: "20" },
      rate: { type: "string", default: "1" },
      without: { type: "string", multiple: true, default: [] },
      ablation: { type: "boolean", default: false },
      trace: { type: "string" },
      around: { type: "string", default: "0" },
      write: { type: "boolean", default: false },
    },
  });
  const seeds = values.seed.map((text) => numberOf("seed", text));
  const given = simOptions({
    days: numberOf("days", values.days),
    vantages: numberOf("vantages", values.vantages),
    targets: numberOf("targets", values.targets),
    rate: numberOf("rate", values.rate),
    without: values.without.map(ruleOf),
  });
  if (values.write) return writeResults(print);
  if (values.ablation) return print(ablationLines(given, seeds));
  if (values.trace === undefined) return show(given, seeds);
  const target = numberOf("trace", values.trace);
  tell(given, seeds, { target, atS: numberOf("around", values.around) });
}

try {
  main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
