/** Whether a result costs the same with many targets, and what a target costs in memory. */
import { BOUNDS } from "./bounds.ts";
import { createLoad, encodeAhead, openEngineRoom, populate, pump, timed } from "./engine-load.ts";
import { collectGarbage } from "../../shared/frugal.ts";
import { median, numberFlag, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";

const PROBES = 5;
const ROWS = 1_000;
/** Batches of one measurement. */
const BATCHES = 500;
const ROUNDS = 5;
const RATIO_MAX = 1.2;

/** Runs the benchmark in this process; about a minute, half of it to make 100,000 targets. */
export async function benchGrowth(): Promise<BenchRow[]> {
  const most = numberFlag("growth-targets", 100_000);
  const sizes = [most / 100, most / 10, most];
  const rows: BenchRow[] = [];
  const costs: number[] = [];
  const bytes: number[] = [];
  for (const targets of sizes) {
    const { cost, memory } = await measure(targets);
    costs.push(median(cost));
    bytes.push(memory / targets);
    const what = `${targets} targets × ${PROBES} vantages`;
    rows.push({ what: `${what}: µs CPU a result`, figure: spread(cost, 3), aim: "" });
    const each = `${(memory / targets).toFixed(0)} bytes a target`;
    const figure = `${(memory / 2 ** 20).toFixed(0)} MiB, ${each}`;
    rows.push({ what: `${what}: memory grown by`, figure, aim: "" });
  }
  const [first = 1, middle = 1, last = 1] = costs;
  const ratio = Math.max(middle, last) / first;
  rows.push({
    what: `CPU a result, most of ${sizes.join(", ")} targets / with ${sizes[0]}`,
    figure: ratio.toFixed(2),
    aim: verdictOn(ratio <= RATIO_MAX, `at most ${RATIO_MAX}`, BOUNDS.growth),
  });
  const [, bytesMiddle = 1, bytesLast = 1] = bytes;
  const linear = bytesLast / bytesMiddle;
  rows.push({
    what: `memory a target with ${sizes[2]} / with ${sizes[1]}`,
    figure: linear.toFixed(2),
    aim: verdictOn(linear <= RATIO_MAX, `at most ${RATIO_MAX}: linear`),
  });
  return rows;
}

async function measure(targets: number): Promise<{ cost: number[]; memory: number }> {
  const size = { targets, probes: PROBES, rows: ROWS };
  const before = await liveBytes();
  const room = await openEngineRoom();
  await populate(room.engine, size);
  const memory = (await liveBytes()) - before;
  const load = createLoad(room.engine, size);
  // Every vantage of every target is seen once first: a first look costs more than a further one.
  const all = Math.ceil((targets * PROBES) / ROWS);
  for (let left = all; left > 0; left -= BATCHES) {
    await pump(room.engine, encodeAhead(load, Math.min(left, BATCHES)));
  }
  const cost: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ahead = encodeAhead(load, BATCHES);
    const { cpuMs } = await timed(() => pump(room.engine, ahead));
    cost.push((cpuMs * 1_000) / (BATCHES * ROWS));
  }
  await room.close();
  return { cost, memory };
}

/** Heap and buffers that live: buffers of the size before are let go by the second collection. */
async function liveBytes(): Promise<number> {
  for (let times = 0; times < 2; times += 1) {
    collectGarbage();
    await new Promise((resolve) => void setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
