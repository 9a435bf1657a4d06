/** Three probes and their aggregator on one machine: what the whole mesh costs. */
import { BOUNDS } from "./bounds.ts";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { parseHostPort } from "../../shared/host-port.ts";
import { silentLog } from "../../shared/log.ts";
import { makeTarget } from "../helpers/make-nouns.ts";
import { startAggregator } from "./aggregator-process.ts";
import type { AggregatorProcess } from "./aggregator-process.ts";
import { verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { cpuUsOf } from "./process-cost.ts";
import { endRole, message, pidOf, startRole } from "./role-process.ts";
import { seedFolder } from "./seeded.ts";
import { createTally } from "./tally.ts";
import type { Tally } from "./tally.ts";

const clock = systemClock();
const PROBES = 3;
const MINUTE = { targets: 50_000, intervalMs: 60_000, warmMs: 15_000, measureMs: 20_000 };
/** As many checks a second, at a sixth of the interval. */
const TEN_SECONDS = { targets: 8_333, intervalMs: 10_000, warmMs: 15_000, measureMs: 10_000 };
/** Of the machine: two cores. */
const CORES = 2;
const MACHINE_SHARE_MAX = 20;
const LATE_SHARE_MAX = 0.001;
const GROUP = 1_000;
/** More events than the log takes in while it is measured; what is older may be packed away. */
const EVENTS_MAX = 10_000;

type Size = typeof MINUTE;

/** Runs the benchmark; some 80 seconds. */
export async function benchMeshWhole(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const port = Number(await message(target, "port"));
    const minute = await measureMesh(port, MINUTE);
    return [
      ...rowsOf(minute, MINUTE),
      ...rowsOf(await measureMesh(port, TEN_SECONDS), TEN_SECONDS),
    ];
  } finally {
    await endRole(target);
  }
}

interface Measured {
  probesUs: number;
  aggregatorUs: number;
  tookMs: number;
  up: number;
  tally: Tally;
}

async function measureMesh(targetPort: number, size: Size): Promise<Measured> {
  const { intervalMs, warmMs, measureMs } = size;
  const folder = await seedFolder({ targets: 0, probes: PROBES, intervalMs });
  const store = storeIn(folder);
  await addTargets(store, targetPort, size);
  await store.close();
  const aggregator = await startAggregator(folder);
  const { port = 0 } = parseHostPort(aggregator.grpcAddress) ?? {};
  const probes = aggregator.probes.map(({ secret }) => startRole("probe", [port, 0, secret]));
  const cpuUs = (): number => probes.reduce((sum, probe) => sum + cpuUsOf(pidOf(probe)), 0);
  try {
    await sleep(clock, warmMs);
    const before = { cpuUs: cpuUs(), atMs: clock.wallMs(), monoMs: clock.monoMs() };
    await aggregator.usage();
    await sleep(clock, measureMs);
    const probesUs = cpuUs() - before.cpuUs;
    const { cpuUs: aggregatorUs } = await aggregator.usage();
    const tookMs = clock.monoMs() - before.monoMs;
    const up = await upOf(aggregator);
    await Promise.all(probes.map(endRole));
    await aggregator.stop();
    const tally = await tallyOf(folder, before.atMs);
    return { probesUs, aggregatorUs, tookMs, up, tally };
  } finally {
    await Promise.all(probes.map(endRole));
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function storeIn(folder: string): Store {
  return openSqliteStore({ path: join(folder, "quorate.db"), clock, log: silentLog() });
}

async function addTargets(store: Store, port: number, size: Size): Promise<void> {
  const { targets, intervalMs } = size;
  const atMs = clock.wallMs();
  const events = Array.from({ length: targets }, (_, index) => {
    const options = { url: `http://127.0.0.1:${port}/health/${index}` };
    const spec = { kind: "http", options, intervalMs, timeoutMs: 5_000 };
    const target = makeTarget(`t${index + 1}`, index + 1, spec);
    return { atMs, body: { type: "target_set", target } as const };
  });
  for (let first = 0; first < events.length; first += GROUP) {
    await store.log.append(events.slice(first, first + GROUP));
  }
}

async function upOf({ httpUrl }: AggregatorProcess): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  return Number(/^quorate_targets\{state="up"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** What the log has of the time that was measured. */
async function tallyOf(folder: string, sinceMs: number): Promise<Tally> {
  const store = storeIn(folder);
  const tally = createTally();
  const { seq } = await store.log.position();
  let after = Math.max(0, seq - EVENTS_MAX);
  for (;;) {
    const events = await store.log.read(after, GROUP);
    for (const { body, atMs } of events) {
      if (body.type === "results" && atMs >= sinceMs) tally.take(body.batch);
    }
    const last = events.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  await store.close();
  return tally.read();
}

function rowsOf({ probesUs, aggregatorUs, tookMs, up, tally }: Measured, size: Size): BenchRow[] {
  const { targets, intervalMs } = size;
  const share = (us: number): number => us / (CORES * tookMs * 10);
  const parts = [probesUs, aggregatorUs];
  const whole = share(probesUs + aggregatorUs);
  const late = tally.late / Math.max(1, tally.ok);
  const seconds = intervalMs / 1_000;
  const what = `${PROBES} probes × ${targets} HTTP targets / ${seconds} s, their aggregator beside`;
  return [
    {
      what: `${what}: % of ${CORES} cores (probes, aggregator)`,
      figure: `${whole.toFixed(1)} (${parts.map((us) => share(us).toFixed(1)).join(", ")})`,
      aim: verdictOn(whole <= MACHINE_SHARE_MAX, `at most ${MACHINE_SHARE_MAX}`, BOUNDS.mesh),
    },
    {
      what: `${what}: checks more than 1 s late, of ${tally.ok} (p99, ms)`,
      figure: `${(100 * late).toFixed(3)} % (${tally.lateMs(0.99)})`,
      aim: verdictOn(late < LATE_SHARE_MAX, `fewer than ${100 * LATE_SHARE_MAX} %`),
    },
    {
      what: `${what}: failed, void, targets up at the end`,
      figure: `${tally.failed}, ${tally.void}, ${up}`,
      aim: "",
    },
  ];
}
