/** Results from encoded batch to folded verdict and committed log, on one core. */
import { createLoad, encodeAhead, openEngineRoom, populate, pump, timed } from "./engine-load.ts";
import { spread, median, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";

const TARGETS = 10_000;
const PROBES = 3;
const ROUNDS = 7;

/** What is measured: results of a batch, batches of a round, and the aim in results a second. */
const CASES = [
  { rows: 1_000, batches: 600, aim: 1_000_000 },
  { rows: 20, batches: 6_000, aim: 200_000 },
] as const;

/** Runs the benchmark in this process; about half a minute. */
export async function benchIngest(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const each of CASES) rows.push(...(await measure(each)));
  return rows;
}

async function measure({ rows, batches, aim }: (typeof CASES)[number]): Promise<BenchRow[]> {
  const size = { targets: TARGETS, probes: PROBES, rows };
  const room = await openEngineRoom();
  await populate(room.engine, size);
  const load = createLoad(room.engine, size);
  await pump(room.engine, encodeAhead(load, batches));
  const wall: number[] = [];
  const core: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ahead = encodeAhead(load, batches);
    const took = await timed(() => pump(room.engine, ahead));
    wall.push((batches * rows * 1_000) / took.wallMs);
    core.push((batches * rows * 1_000) / took.cpuMs);
  }
  await room.close();
  const what = `ingest to durable verdict, batches of ${rows}, ${TARGETS} targets × ${PROBES}`;
  return [
    {
      what: `${what}: results a second of CPU`,
      figure: spread(core, 0),
      aim: verdictOn(median(core) >= aim, `at least ${aim}`),
    },
    { what: `${what}: results/s by the clock`, figure: spread(wall, 0), aim: "" },
  ];
}
