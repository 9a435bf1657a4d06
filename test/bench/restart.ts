/** A snapshot of 100,000 targets while results come in, and a start after `kill -9`. */
import { BOUNDS } from "./bounds.ts";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { sleep, systemClock } from "../../shared/clock.ts";
import type { Timer } from "../../shared/clock.ts";
import { startAggregator } from "./aggregator-process.ts";
import {
  createLoad,
  encodeAhead,
  fillEvidence,
  openEngineRoom,
  populate,
  probeNames,
  pump,
  take,
} from "./engine-load.ts";
import type { EngineRoom, Load } from "./engine-load.ts";
import { numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { beat } from "../helpers/verdict-mesh.ts";

const PROBES = 5;
const ROWS = 1_000;
/** Looks of every vantage at every target before the snapshot: as many as its evidence keeps. */
const LOOKS = 16;
/** Results a second of 100,000 targets × 5 vantages / 30 s, in batches of ROWS. */
const BATCHES_PER_SECOND = 17;
/** Log after the snapshot that a start replays: snapshots of this size come every two minutes. */
const REPLAYED_S = 120;
const BEAT_MS = 5_000;
const STALL_MS_MAX = 50;
const READY_MS_MAX = 5_000;

const clock = systemClock();

/** Runs the benchmark; about forty seconds. */
export async function benchRestart(): Promise<BenchRow[]> {
  const targets = numberFlag("restart-targets", 100_000);
  const room = await openEngineRoom();
  const size = { targets, probes: PROBES, rows: ROWS };
  await populate(room.engine, size);
  const beats = keepAlive(room);
  const load = createLoad(room.engine, size);
  await fillEvidence(room.engine, size, LOOKS);
  const rows = await snapshotRows(room, load);
  await fill(room, load, REPLAYED_S * BATCHES_PER_SECOND);
  beats.cancel();
  // As `kill -9`: the file is let go before the engine can save anything.
  await room.store.close();
  await room.engine.close();
  const bytes = statSync(join(room.folder, "quorate.db")).size;
  const aggregator = await startAggregator(room.folder);
  const { rssBytes } = await aggregator.usage();
  await aggregator.kill();
  rmSync(room.folder, { recursive: true, force: true });
  const results = REPLAYED_S * BATCHES_PER_SECOND * ROWS;
  const state = `${targets} targets × ${PROBES}, ${results} results to replay`;
  const what = `start after kill -9 with ${state}`;
  return [
    ...rows,
    {
      what: `${what}: ms until it listens`,
      figure: aggregator.readyMs.toFixed(0),
      aim: verdictOn(aggregator.readyMs <= READY_MS_MAX, `at most ${READY_MS_MAX}`, BOUNDS.restart),
    },
    {
      what: `${what}: CPU s until then`,
      figure: (aggregator.readyCpuUs / 1e6).toFixed(1),
      aim: "",
    },
    {
      what: `${what}: memory, MiB; data file, MiB`,
      figure: `${(rssBytes / 2 ** 20).toFixed(0)}; ${(bytes / 2 ** 20).toFixed(0)}`,
      aim: "",
    },
  ];
}

/** Probes that fall silent would be found offline, and all targets judged anew, meanwhile. */
function keepAlive({ engine }: EngineRoom): Timer {
  return clock.every(BEAT_MS, () => {
    for (const name of probeNames(PROBES)) void engine.submit(beat(name));
  });
}

async function fill({ engine }: EngineRoom, load: Load, batches: number): Promise<void> {
  for (let left = batches; left > 0; left -= 500) {
    await pump(engine, encodeAhead(load, Math.min(left, 500)));
  }
}

/** How long batches wait while nothing else happens, and while a snapshot is written. */
async function snapshotRows({ engine }: EngineRoom, load: Load): Promise<BenchRow[]> {
  const calm: number[] = [];
  const busy: number[] = [];
  const during = async (into: number[], work: Promise<unknown>): Promise<void> => {
    let over = false;
    const ended = work.finally(() => (over = true));
    while (!over) {
      const startMs = clock.monoMs();
      const batch = load.next();
      const encodedMs = clock.monoMs();
      await take(engine, batch);
      into.push(clock.monoMs() - encodedMs);
      await sleep(clock, Math.max(0, 1_000 / BATCHES_PER_SECOND - (clock.monoMs() - startMs)));
    }
    await ended;
  };
  await during(calm, sleep(clock, 2_000));
  const cpu = process.cpuUsage();
  const startMs = clock.monoMs();
  await during(busy, engine.saveSnapshot());
  const tookMs = clock.monoMs() - startMs;
  const used = process.cpuUsage(cpu);
  const what = "a snapshot while results come in";
  const stallMs = quantile(busy, 0.99) - quantile(calm, 0.5);
  const shown = [calm, busy].map((took) =>
    [quantile(took, 0.5), quantile(took, 0.99), Math.max(...took)]
      .map((ms) => ms.toFixed(0))
      .join(", "),
  );
  return [
    {
      what: `${what}: ms from batch to acknowledgement, median, p99, most: without; during`,
      figure: shown.join("; "),
      aim: verdictOn(stallMs <= STALL_MS_MAX, `p99 at most ${STALL_MS_MAX} more`, BOUNDS.snapshot),
    },
    {
      what: `${what}: ms it took, and ms of CPU, results included`,
      figure: `${tookMs.toFixed(0)}, ${((used.user + used.system) / 1_000).toFixed(0)}`,
      aim: "",
    },
  ];
}
