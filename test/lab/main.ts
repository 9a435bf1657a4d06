/**
 * `npm run detect`: how long real processes take to tell that a target was killed, beside the
 * bound of VERDICTS section 8. Exits with 1 when a trial took longer than the bound.
 *
 *     npm run detect -- --trials 30 --interval 30000 --vantages 3 --seed 7
 */
import { parseArgs } from "node:util";
import { machineFacts } from "../bench/facts.ts";
import { detectionBound, measureDetection, quantile } from "./detection.ts";
import type { DetectionPlan } from "./detection.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "30" },
    interval: { type: "string", default: "30000" },
    timeout: { type: "string", default: "5000" },
    fall: { type: "string", default: "3" },
    vantages: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function whole(name: keyof typeof values): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`Expected a whole number from 1 on for --${name}, found ${values[name]}.`);
}

const plan: DetectionPlan = {
  trials: whole("trials"),
  intervalMs: whole("interval"),
  timeoutMs: whole("timeout"),
  fall: whole("fall"),
  vantages: whole("vantages"),
  seed: whole("seed"),
  say: print,
};
print(machineFacts());
print(
  `${plan.trials} trials, interval ${seconds(plan.intervalMs)}, timeout ` +
    `${seconds(plan.timeoutMs)}, fall ${plan.fall}, ${plan.vantages} vantages, seed ${plan.seed}`,
);
const { delaysMs, falsely } = await measureDetection(plan);
const bound = detectionBound(plan);
for (const { sign, ms, why } of bound.terms) print(`  ${sign.padEnd(4)} ${seconds(ms)}  ${why}`);
const above = delaysMs.filter((ms) => ms > bound.ms).length;
const [p50, p95, max] = [0.5, 0.95, 1].map((share) => seconds(quantile(delaysMs, share)));
print(`target killed to target.down: p50 ${p50}, p95 ${p95}, max ${max}`);
print(`bound ${seconds(bound.ms)} for a refused connection: ${above} of ${plan.trials} above it`);
const slowest = detectionBound(plan, plan.timeoutMs);
print(`bound ${seconds(slowest.ms)} for attempts that take the whole timeout`);
print(`targets called down that were not killed: ${falsely.length}`);
if (above > 0 || falsely.length > 0) process.exitCode = 1;
