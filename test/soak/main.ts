/**
 * `npm run soak [-- --hours N | --minutes N]`: a real aggregator under a steady 5,000 results a
 * second, with disconnects, a probe that lies, and outages of targets. Memory, handles and disk
 * must stay flat, nothing may be called down that was not, and the verdicts of the end must be
 * right. Prints a table; exits with 1 when something of it does not hold.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { sleep, systemClock } from "../../shared/clock.ts";
import { startAggregator } from "../bench/aggregator-process.ts";
import { machineFacts } from "../bench/facts.ts";
import { seedFolder } from "../bench/seeded.ts";
import { weatherAt } from "./faults.ts";
import { startLoad } from "./load.ts";
import { flatRows, sampleOf } from "./samples.ts";
import type { Sample, SoakRow } from "./samples.ts";
import { askMesh, truthRows } from "./truth.ts";

const { values } = parseArgs({
  options: { hours: { type: "string" }, minutes: { type: "string", default: "10" } },
});
const minutes = values.hours === undefined ? Number(values.minutes) : Number(values.hours) * 60;
if (!(minutes >= 3)) throw new Error("Expected --hours or --minutes, at least 3 minutes.");

const clock = systemClock();
const scene = { targets: 10_000, probes: 5, intervalMs: 10_000, lastsMs: minutes * 60_000 };
const RATE = (scene.targets * scene.probes * 1_000) / scene.intervalMs;
/** Share of the results asked for that must have been sent. */
const SENT_MIN = 0.9;
const SAMPLES = 90;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(machineFacts());
print(`${minutes} minutes, ${RATE} results/s, ${scene.targets} targets, ${scene.probes} probes\n`);

const folder = await seedFolder(scene);
const aggregator = await startAggregator(folder);
const load = await startLoad(aggregator, scene);
const samples: Sample[] = [];
const startMs = clock.monoMs();
for (let atMs = 0; atMs < scene.lastsMs; atMs = clock.monoMs() - startMs) {
  samples.push(sampleOf(aggregator.pid, folder, { atMs, sent: load.sent() }));
  await sleep(clock, scene.lastsMs / SAMPLES);
}
const sentShare = (load.sent() * 1_000) / (RATE * scene.lastsMs);
const mesh = await askMesh(aggregator);
const truth = { down: weatherAt(scene.lastsMs, scene).down, everDown: load.everDown };
load.stop();
await aggregator.stop();
rmSync(folder, { recursive: true, force: true });

const rows: SoakRow[] = [
  {
    what: "results sent, of those asked for",
    middle: "",
    last: sentShare.toFixed(2),
    bound: `at least ${SENT_MIN}`,
    holds: sentShare >= SENT_MIN,
  },
  ...flatRows(samples),
  ...truthRows(mesh, { ...scene, ...truth }),
  {
    what: "sessions broken off, targets that were down in between",
    middle: "",
    last: `${load.disconnects()}, ${load.everDown.size}`,
    bound: "",
    holds: true,
  },
];
print("| what | middle third | last third, or at the end | bound | holds |");
print("|---|---|---|---|---|");
for (const { what, middle, last, bound, holds } of rows) {
  print(`| ${what} | ${middle} | ${last} | ${bound} | ${holds ? "yes" : "NO"} |`);
}
process.exit(rows.every(({ holds }) => holds) ? 0 : 1);
