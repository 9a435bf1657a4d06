/** RESULTS.md: the figures that the README points at, written anew by `npm run sim -- --write`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ablationLines } from "./ablation.ts";
import { simOptions } from "./options.ts";
import { caseLines, commandOf, meshLine, policyTable, rateTable } from "./report.ts";
import { runSim } from "./run.ts";

const SEEDS = [1, 2] as const;
const DAYS = 14;
/** An ablation runs seven times as often, so each of its runs is shorter. */
const ABLATION = { seeds: [1], days: 7, vantages: 5, rate: 10 } as const;

const INTRO = `# What the simulation shows

Written by \`npm run sim -- --write\`. The real verdict engine and the real schedule, runner,
bursts, self-check and batches of the probe live through the faults listed at the end, on simulated
clocks, networks and targets; each command below replays its table exactly.

- **False DOWN**: called DOWN while the target had been reachable for an interval and a timeout.
- **Missed**: an outage of 2 min or more that was never called DOWN.
- **p50, p95, max**: from the true start of such an outage to DOWN.
- An outage is a target that is broken, or hosted in a region that is lost or cut off from all
  others. A route that one region lacks, a dead resolver and whatever befalls a probe is none.
- The other policies get one sample an interval, as their originals do, with the same \`fall\` and
  \`rise\`; they know neither canaries nor bursts. \`18 % of fresh\` is Route 53's rule.`;

/** Runs everything that RESULTS.md shows and writes it. */
export function writeResults(print: (lines: readonly string[]) => void): void {
  const lines = [INTRO];
  const add = (more: readonly string[]): void => {
    lines.push("", ...more);
    print(["", ...more]);
  };
  for (const { rate, vantages, title } of SECTIONS) {
    const runs = SEEDS.map((seed) => runSim(simOptions({ seed, days: DAYS, rate, vantages })));
    add([`## ${title}`, "", "```sh", commandOf(runs), "```"]);
    const [first] = runs;
    if (first) add([meshLine(first), "", ...policyTable(runs), "", ...caseLines(runs)]);
  }
  const { seeds, ...size } = ABLATION;
  add(["## What each rule is worth", "", ...ablationLines(simOptions(size), seeds)]);
  add(["## The faults, at ten times the normal rates", "", ...rateTable({ rate: 10 })]);
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), `${lines.join("\n")}\n`);
}

const SECTIONS = [
  { rate: 10, vantages: 5, title: "Ten times the normal faults, five domains" },
  { rate: 10, vantages: 3, title: "Ten times the normal faults, three domains" },
  { rate: 1, vantages: 5, title: "Normal faults, five domains" },
  { rate: 1, vantages: 3, title: "Normal faults, three domains" },
] as const;
