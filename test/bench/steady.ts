/** 100,000 targets seen by five vantages every 30 s, in one aggregator that is a process. */
import { BOUNDS } from "./bounds.ts";
import { rmSync } from "node:fs";
import { sleep, systemClock } from "../../shared/clock.ts";
import { startAggregator, watchApi } from "./aggregator-process.ts";
import { median, numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { keepBeating, startLoadProbes } from "./mesh-load.ts";
import type { LoadProbe } from "./mesh-load.ts";
import type { AggregatorUsage } from "./roles/aggregator.ts";
import { seedFolder } from "./seeded.ts";

const PROBES = 5;
const INTERVAL_MS = 30_000;
/** As a probe does: what was seen in this time is one batch. */
const BATCH_MS = 250;
/** Targets that are seen for the first time at once, and the time until the next of them are. */
const FIRST_LOOKS = 2_000;
const FIRST_LOOKS_MS = 250;
const CPU_MAX = 10;
const MEMORY_MIB_MAX = 600;
const COMMIT_MS_MAX = 200;

const clock = systemClock();

/** Every probe goes round its targets, so many a batch, until stopped. */
function goRound(probes: readonly LoadProbe[], targets: number): () => void {
  const perBatch = Math.ceil((targets * BATCH_MS) / INTERVAL_MS);
  const places = probes.map((_, index) => Math.floor((index * targets) / probes.length));
  const timer = clock.every(BATCH_MS, () => {
    for (const [index, probe] of probes.entries()) {
      const first = places[index] ?? 0;
      places[index] = (first + perBatch) % targets;
      probe.send(
        Array.from({ length: perBatch }, (_, step) => {
          return { handle: ((first + step) % targets) + 1, attempt: 0, ok: true };
        }),
      );
    }
  });
  return () => timer.cancel();
}

/** Every vantage sees every target once, some at a time: that all are called up is not measured. */
async function seeAll(probes: readonly LoadProbe[], targets: number): Promise<void> {
  for (let first = 1; first <= targets; first += FIRST_LOOKS) {
    const count = Math.min(FIRST_LOOKS, targets - first + 1);
    const looks = Array.from({ length: count }, (_, index) => {
      return { handle: first + index, attempt: 0, ok: true };
    });
    const acked = probes.map(({ ackMs }) => ackMs.length);
    for (const probe of probes) probe.send(looks);
    const isAcked = (): boolean =>
      probes.every(({ ackMs }, index) => ackMs.length > (acked[index] ?? 0));
    await sleep(clock, FIRST_LOOKS_MS);
    while (!isAcked()) await sleep(clock, FIRST_LOOKS_MS);
  }
}

/** Runs the benchmark; `--steady-seconds`, default 20, are measured of a bit more than a minute. */
export async function benchSteady(): Promise<BenchRow[]> {
  const targets = numberFlag("steady-targets", 100_000);
  const seconds = numberFlag("steady-seconds", 20);
  const folder = await seedFolder({ targets, probes: PROBES, intervalMs: INTERVAL_MS });
  const aggregator = await startAggregator(folder);
  try {
    const probes = await startLoadProbes(aggregator);
    const stopBeats = await keepBeating(probes);
    await seeAll(probes, targets);
    const stopRound = goRound(probes, targets);
    await sleep(clock, 5_000);
    for (const { ackMs } of probes) ackMs.length = 0;
    await aggregator.usage();
    const watch = watchApi(aggregator, {
      path: "/api/v1/verdicts?limit=20",
      secret: aggregator.admin,
      everyMs: 250,
    });
    const startMs = clock.monoMs();
    await sleep(clock, seconds * 1_000);
    const tookMs = clock.monoMs() - startMs;
    const usage = await aggregator.usage();
    await watch.stop();
    stopRound();
    stopBeats();
    for (const probe of probes) probe.close();
    const acks = probes.flatMap(({ ackMs }) => ackMs);
    return rowsOf({ targets, tookMs, acks, apiMs: watch.tookMs, usage });
  } finally {
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Seen {
  targets: number;
  tookMs: number;
  acks: readonly number[];
  apiMs: readonly number[];
  usage: AggregatorUsage;
}

function rowsOf({ targets, tookMs, acks, apiMs, usage }: Seen): BenchRow[] {
  const what = `${targets} targets × ${PROBES} vantages / 30 s`;
  const cpu = usage.cpuUs / (tookMs * 10);
  const rss = usage.rssBytes / 2 ** 20;
  const peak = usage.peakRssBytes / 2 ** 20;
  const worst = Math.max(...acks);
  return [
    {
      what: `${what}: % of a core`,
      figure: cpu.toFixed(1),
      aim: verdictOn(cpu <= CPU_MAX, `at most ${CPU_MAX}`),
    },
    {
      what: `${what}: memory, MiB now (most since the start)`,
      figure: `${rss.toFixed(0)} (${peak.toFixed(0)})`,
      aim: verdictOn(rss <= MEMORY_MIB_MAX, `at most ${MEMORY_MIB_MAX}`, BOUNDS.memory),
    },
    {
      what: `${what}: ms from sending to acknowledged, median, p99, most`,
      figure: [median(acks), quantile(acks, 0.99), worst].map((ms) => ms.toFixed(1)).join(", "),
      aim: verdictOn(
        quantile(acks, 0.99) <= COMMIT_MS_MAX,
        `p99 at most ${COMMIT_MS_MAX}`,
        BOUNDS.commit,
      ),
    },
    {
      what: `${what}: ms of a page of verdicts, median, p99; longest stall of the program`,
      figure: [median(apiMs), quantile(apiMs, 0.99), usage.stallMsMax]
        .map((ms) => ms.toFixed(1))
        .join(", "),
      aim: "",
    },
  ];
}
