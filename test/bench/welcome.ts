/** A thousand probes that connect in one instant: how soon each is welcomed. */
import { rmSync } from "node:fs";
import { startAggregator } from "./aggregator-process.ts";
import { median, numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { startLoadProbes } from "./mesh-load.ts";
import { seedFolder } from "./seeded.ts";

const WELCOME_MS_MAX = 10_000;

/** Runs the benchmark; about twenty seconds. */
export async function benchWelcome(): Promise<BenchRow[]> {
  const count = numberFlag("welcome-probes", 1_000);
  const targets = numberFlag("welcome-targets", 100);
  const folder = await seedFolder({ targets, probes: count, intervalMs: 30_000 });
  const aggregator = await startAggregator(folder);
  try {
    await aggregator.usage();
    const probes = await startLoadProbes(aggregator);
    const { cpuUs, stallMsMax } = await aggregator.usage();
    const waited = probes.map(({ welcomedMs }) => welcomedMs);
    for (const probe of probes) probe.close();
    const most = Math.max(...waited);
    const what = `${count} probes connect at once, ${targets} targets each`;
    return [
      {
        what: `${what}: ms until welcome, median, p99, most`,
        figure: [median(waited), quantile(waited, 0.99), most]
          .map((ms) => ms.toFixed(0))
          .join(", "),
        aim: verdictOn(most <= WELCOME_MS_MAX, `all within ${WELCOME_MS_MAX}`),
      },
      {
        what: `${what}: CPU s of the aggregator; its longest stall, ms`,
        figure: `${(cpuUs / 1e6).toFixed(2)}; ${stallMsMax.toFixed(0)}`,
        aim: "",
      },
    ];
  } finally {
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
