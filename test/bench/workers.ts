/** How much more a probe can with two workers than with one. */
import { BOUNDS } from "./bounds.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { cpuUsOf } from "./process-cost.ts";
import { endRole, message, pidOf, startRole } from "./role-process.ts";
import { startStub, untilPassed } from "./stub-aggregator.ts";

const clock = systemClock();
const INTERVAL_MS = 2_500;
const WINDOWS = 4;
const WINDOW_MS = 2_000;
/** More than two workers can. */
const TOO_MUCH = 6_000;
const AIM = 1.7;

/** Runs the benchmark; some 30 seconds. */
export async function benchWorkers(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const port = Number(await message(target, "port"));
    const one = await peakOf(port, 1);
    const two = await peakOf(port, 2);
    const ratio = median(two.perSecond) / median(one.perSecond);
    const perCpu = median(two.perCpuSecond) / median(one.perCpuSecond);
    const what = "checks with expressions a second";
    return [
      { what: `${what}, --workers 1`, figure: spread(one.perSecond, 0), aim: "baseline" },
      { what: `${what}, --workers 2`, figure: spread(two.perSecond, 0), aim: "" },
      {
        what: "--workers 2 / --workers 1, target and aggregator on the same cores",
        figure: ratio.toFixed(2),
        aim: verdictOn(ratio >= AIM, `at least ${AIM}`, BOUNDS.workers),
      },
      {
        what: "--workers 2 / --workers 1, checks a second of CPU: what is lost by sharing",
        figure: perCpu.toFixed(2),
        aim: "",
      },
    ];
  } finally {
    await endRole(target);
  }
}

interface Peak {
  perSecond: number[];
  perCpuSecond: number[];
}

async function peakOf(port: number, workers: number): Promise<Peak> {
  const expression = 'status == 200 && body.startsWith("o") && body.endsWith("k")';
  const options = { url: `http://127.0.0.1:${port}/`, expression, bodyMatches: "^o.*k$" };
  const targets = (TOO_MUCH * INTERVAL_MS) / 1_000;
  const work = { targets, intervalMs: INTERVAL_MS, kind: "http", options: () => options };
  const stub = await startStub(work);
  const probe = startRole("probe", [stub.port, workers]);
  const peak: Peak = { perSecond: [], perCpuSecond: [] };
  try {
    await untilPassed(stub);
    await sleep(clock, 2 * INTERVAL_MS);
    for (let window = 0; window < WINDOWS; window += 1) {
      stub.tally.reset();
      const before = cpuUsOf(pidOf(probe));
      await sleep(clock, WINDOW_MS);
      const { ok, failed, details } = stub.tally.read();
      if (failed > 0) throw new Error(`${failed} checks failed: ${[...details].join(" ")}`);
      peak.perSecond.push((ok * 1_000) / WINDOW_MS);
      peak.perCpuSecond.push((ok * 1_000_000) / (cpuUsOf(pidOf(probe)) - before));
    }
    return peak;
  } finally {
    await endRole(probe);
    stub.close();
  }
}
