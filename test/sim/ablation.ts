/** What each rule is worth: among all faults, and under the faults that it is there for. */
import { simOptions } from "./options.ts";
import type { SimOptions } from "./options.ts";
import { ablationTable, commandOf, meshLine, stressTable } from "./report.ts";
import { RULES, RULE_NAMES } from "./rules.ts";
import { runSim } from "./run.ts";

/** Days of each run of the second table. */
const STRESS_DAYS = 1;

/** Runs both tables and gives them as lines. */
export function ablationLines(given: SimOptions, seeds: readonly number[]): string[] {
  const sets = [given.without, ...RULE_NAMES.map((rule) => [...given.without, rule])];
  const all = sets.map((without) => seeds.map((seed) => runSim({ ...given, without, seed })));
  const [runs = []] = all;
  const [first] = runs;
  const [seed = 1] = seeds;
  return [
    "```sh",
    `${commandOf(runs)} --ablation`,
    "```",
    "",
    first ? meshLine(first) : "",
    "",
    ...ablationTable(all),
    "",
    "One success, whoever saw it, is enough against DOWN, so a rule that keeps from it shows only",
    "where several faults meet. Each rule under the faults it is there for, far beyond any real",
    `rate; ${STRESS_DAYS} day, ${given.targets} targets, seed ${seed}:`,
    "",
    ...stressTable(RULE_NAMES.map((rule) => stressPair(rule, { ...given, seed }))),
  ];
}

function stressPair(rule: (typeof RULE_NAMES)[number], given: SimOptions) {
  const { kinds, rate, vantages } = RULES[rule].stress;
  const options = simOptions({ ...given, days: STRESS_DAYS, kinds, rate, vantages, without: [] });
  return { rule, on: runSim(options), off: runSim({ ...options, without: [rule] }) };
}
