/** How much more a probe can with two workers than with one. */
import { connect } from "node:net";
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
const AIM = 1.7;
/** Where nobody listens; not a port that the system gives to a connection on its way out. */
const CLOSED_PORT = 1;

/** What probes are asked to look at, and how often a second: more than two workers can. */
interface Load {
  kind: string;
  options: Record<string, unknown>;
  tooMuch: number;
}

/** Runs the benchmark; some 70 seconds. */
export async function benchWorkers(): Promise<BenchRow[]> {
  return [...(await rowsWithServer()), ...(await rowsWithKernel())];
}

/** Two workers against a server and an aggregator that have to live on the same cores. */
async function rowsWithServer(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const url = `http://127.0.0.1:${Number(await message(target, "port"))}/`;
    const expression = 'status == 200 && body.startsWith("o") && body.endsWith("k")';
    const options = { url, expression, bodyMatches: "^o.*k$" };
    const what = "HTTP checks with expressions, their server on the same cores";
    return await compare(what, { kind: "http", options, tooMuch: 6_000 });
  } finally {
    await endRole(target);
  }
}

/**
 * Two workers with the machine to themselves: a port where nobody listens is refused by the kernel
 * within the call that connects, so that no other process takes a part of the cores.
 */
async function rowsWithKernel(): Promise<BenchRow[]> {
  const what = "TCP checks of a closed port, which the kernel answers";
  if (!(await isRefused())) {
    return [{ what, figure: `skipped: somebody listens on port ${CLOSED_PORT}`, aim: "" }];
  }
  const options = { host: "127.0.0.1", port: CLOSED_PORT, mustFail: true };
  return compare(what, { kind: "tcp", options, tooMuch: 40_000 });
}

function isRefused(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(CLOSED_PORT, "127.0.0.1");
    socket.on("error", () => resolve(true));
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
  });
}

async function compare(what: string, load: Load): Promise<BenchRow[]> {
  const one = await peakOf(load, 1);
  const two = await peakOf(load, 2);
  const ratio = median(two.perSecond) / median(one.perSecond);
  const perCpu = median(two.perCpuSecond) / median(one.perCpuSecond);
  return [
    { what: `${what}: a second, --workers 1`, figure: spread(one.perSecond, 0), aim: "baseline" },
    { what: `${what}: a second, --workers 2`, figure: spread(two.perSecond, 0), aim: "" },
    {
      what: `${what}: --workers 2 / --workers 1`,
      figure: ratio.toFixed(2),
      aim: verdictOn(ratio >= AIM, `at least ${AIM}`, BOUNDS.workers),
    },
    {
      what: `${what}: cores that the probe got, --workers 1, 2`,
      figure: `${median(one.cores).toFixed(2)}, ${median(two.cores).toFixed(2)}`,
      aim: "",
    },
    {
      what: `${what}: the same, checks a second of CPU: what is lost by sharing`,
      figure: perCpu.toFixed(2),
      aim: "",
    },
  ];
}

interface Peak {
  perSecond: number[];
  perCpuSecond: number[];
  cores: number[];
}

async function peakOf({ kind, options, tooMuch }: Load, workers: number): Promise<Peak> {
  const targets = (tooMuch * INTERVAL_MS) / 1_000;
  const work = { targets, intervalMs: INTERVAL_MS, kind, options: () => options };
  const stub = await startStub(work);
  const probe = startRole("probe", [stub.port, workers]);
  const peak: Peak = { perSecond: [], perCpuSecond: [], cores: [] };
  try {
    await untilPassed(stub);
    await sleep(clock, 2 * INTERVAL_MS);
    for (let window = 0; window < WINDOWS; window += 1) {
      stub.tally.reset();
      const before = cpuUsOf(pidOf(probe));
      await sleep(clock, WINDOW_MS);
      const cpuUs = cpuUsOf(pidOf(probe)) - before;
      const { ok, failed, details } = stub.tally.read();
      if (failed > 0) throw new Error(`${failed} checks failed: ${[...details].join(" ")}`);
      peak.perSecond.push((ok * 1_000) / WINDOW_MS);
      peak.perCpuSecond.push((ok * 1_000_000) / cpuUs);
      peak.cores.push(cpuUs / 1_000 / WINDOW_MS);
    }
    return peak;
  } finally {
    await endRole(probe);
    stub.close();
  }
}
