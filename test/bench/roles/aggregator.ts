/** Benchmark role: a whole aggregator on a folder; tells what it uses when it is asked. */
import { join } from "node:path";
import { createAggregator } from "../../../aggregator/aggregator.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { systemClock } from "../../../shared/clock.ts";
import { settleHeap } from "../../../shared/frugal.ts";
import { silentLog } from "../../../shared/log.ts";
import { quantile } from "../facts.ts";
import { systemRandom } from "../../../shared/random.ts";

/** Where the aggregator of this role listens, and when it was ready. */
export interface AggregatorReady {
  httpUrl: string;
  grpcAddress: string;
  /** Since the process began. */
  readyMs: number;
  readyCpuUs: number;
  /** Secret of a token of scope admin. */
  admin: string;
  /** Every probe, by id, with the secret of a token of its own. */
  probes: { id: string; secret: string }[];
}

/** What the process used since the question before; memory as it is now, and at its most. */
export interface AggregatorUsage {
  cpuUs: number;
  rssBytes: number;
  peakRssBytes: number;
  /** Longest time that the event loop had no turn, and that of one turn in a hundred. */
  stallMsMax: number;
  stallMsP99: number;
}

const STALL_STEP_MS = 5;

const folder = process.argv[2] ?? ".";
const clock = systemClock();
const log = silentLog();
const store = openSqliteStore({ path: join(folder, "quorate.db"), clock, log });
const aggregator = createAggregator({
  store,
  clock,
  random: systemRandom(),
  log,
  options: {
    listen: { host: "127.0.0.1", port: 0 },
    grpcListen: { host: "127.0.0.1", port: 0 },
    tls: null,
    insecure: false,
    heartbeatMs: 5_000,
  },
});
/** How much later than it was due each turn came, since the question before. */
let stallsMs: number[] = [];
let cpu = process.cpuUsage();

function usage(): AggregatorUsage {
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const told: AggregatorUsage = {
    cpuUs: used.user + used.system,
    rssBytes: process.memoryUsage().rss,
    peakRssBytes: process.resourceUsage().maxRSS * 1_024,
    stallMsMax: Math.max(0, ...stallsMs),
    stallMsP99: quantile(stallsMs, 0.99),
  };
  stallsMs = [];
  return told;
}

async function stop(): Promise<void> {
  await aggregator.stop(2_000);
  await store.close();
  process.exit(0);
}

process.on("message", (asked) => {
  if (asked === "usage") process.send?.({ usage: usage() });
});
process.on("SIGTERM", () => void stop());
process.on("disconnect", () => process.exit(1));
const { httpUrl, grpcAddress } = await aggregator.start();
// As aggregator/main.ts does.
settleHeap(clock);
let turnMs = clock.monoMs();
clock.every(STALL_STEP_MS, () => {
  const nowMs = clock.monoMs();
  stallsMs.push(Math.max(0, nowMs - turnMs - STALL_STEP_MS));
  turnMs = nowMs;
});
const readyMs = clock.monoMs();
const readyCpu = process.cpuUsage();
const readyCpuUs = readyCpu.user + readyCpu.system;
const { tokens } = aggregator.registry;
const { secret: admin } = await tokens.issue({ name: "bench", scope: "admin" });
const probes: AggregatorReady["probes"] = [];
for (const { id } of await store.probes.all()) {
  const { secret } = await tokens.issue({ name: id, scope: "probe", probeId: id });
  probes.push({ id, secret });
}
const ready: AggregatorReady = { httpUrl, grpcAddress, readyMs, readyCpuUs, admin, probes };
process.send?.({ ready });
