/** A probe that is asked for twice what it can: what keeps running, and what it says. */
import { BOUNDS } from "./bounds.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { cpuUsOf } from "./process-cost.ts";
import { endRole, message, pidOf, startRole } from "./role-process.ts";
import { startStub, untilPassed } from "./stub-aggregator.ts";
import type { Tally } from "./tally.ts";

const clock = systemClock();
const INTERVAL_MS = 2_500;
/** How long evidence of a target holds (VERDICTS section 4): after it a verdict would change. */
const FRESH_MS = 3 * INTERVAL_MS;
/** Two intervals, for slots to stand and the pace to be found. */
const WARM_MS = 2 * INTERVAL_MS;
const MEASURE_MS = 4 * INTERVAL_MS;
/** More than any probe can: to find out how much it can. */
const TOO_MUCH = 8_000;
const KEPT_MIN = 0.9;

/** Runs the benchmark; some 45 seconds. */
export async function benchOverload(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const port = Number(await message(target, "port"));
    const found = await askFor(port, TOO_MUCH, INTERVAL_MS);
    const peak = await askFor(port, perSecond(found, INTERVAL_MS), 2 * INTERVAL_MS);
    const most = Math.max(perSecond(found, INTERVAL_MS), perSecond(peak, 2 * INTERVAL_MS));
    // What a whole core can: others may have had a part of it while the peak was measured.
    const asked = 2 * Math.max(most, perCpu(found) * 1_000_000);
    const twice = await askFor(port, asked, MEASURE_MS);
    return rowsOf({ peak: most, asked }, { found: peak, twice });
  } finally {
    await endRole(target);
  }
}

function perSecond({ ok }: Tally, measuredMs: number): number {
  return (ok * 1_000) / measuredMs;
}

function perCpu({ ok, cpuUs }: Asked): number {
  return ok / Math.max(1, cpuUs);
}

/** What came of an asking, and the CPU it took the probe. */
type Asked = Tally & { cpuUs: number };

/** Asks a probe for so many checks a second; each costs it much and the target little. */
async function askFor(port: number, rate: number, measureMs: number): Promise<Asked> {
  const expression =
    'status == 200 && body.startsWith("o") && headers.exists(h, h == "x") == false';
  const options = { url: `http://127.0.0.1:${port}/`, expression, bodyMatches: "^o.*k$" };
  const targets = Math.round((rate * INTERVAL_MS) / 1_000);
  const work = { targets, intervalMs: INTERVAL_MS, kind: "http", options: () => options };
  const stub = await startStub(work);
  const probe = startRole("probe", [stub.port]);
  try {
    await untilPassed(stub);
    await sleep(clock, WARM_MS);
    stub.tally.reset();
    const before = cpuUsOf(pidOf(probe));
    await sleep(clock, measureMs);
    return { ...stub.tally.read(), cpuUs: cpuUsOf(pidOf(probe)) - before };
  } finally {
    await endRole(probe);
    stub.close();
  }
}

function rowsOf(
  { peak, asked }: Record<"peak" | "asked", number>,
  { found, twice: seen }: { found: Asked; twice: Asked },
): BenchRow[] {
  const kept = perSecond(seen, MEASURE_MS) / peak;
  const what = `asked for ${Math.round(asked)} checks/s, twice what it can`;
  const skipped = seen.heartbeat?.skippedChecks ?? 0;
  const lag = seen.heartbeat?.eventLoopLagMs ?? 0;
  return [
    {
      what: "peak of one probe, checks with expressions a second",
      figure: peak.toFixed(0),
      aim: "",
    },
    {
      what: `${what}: passed checks / peak`,
      figure: kept.toFixed(2),
      aim: verdictOn(kept >= KEPT_MIN, `at least ${KEPT_MIN}`, BOUNDS.overload),
    },
    {
      what: `${what}: passed checks a second of CPU / the same at the peak`,
      figure: (perCpu(seen) / perCpu(found)).toFixed(2),
      aim: "",
    },
    {
      what: `${what}: CPU of the probe, cores`,
      figure: (seen.cpuUs / 1_000 / MEASURE_MS).toFixed(2),
      aim: "",
    },
    {
      what: `${what}: failed checks, void checks`,
      figure: `${seen.failed}, ${seen.void}`,
      aim: verdictOn(seen.failed === 0, "no failure"),
    },
    {
      what: `${what}: longest time without a passed check of one target, s`,
      figure: (seen.gapMs / 1_000).toFixed(1),
      aim: verdictOn(seen.gapMs < FRESH_MS, `under ${FRESH_MS / 1_000} (evidence holds)`),
    },
    {
      what: `${what}: p99 start lateness of what ran, event loop lag, ms`,
      figure: `${seen.lateMs(0.99)}, ${lag}`,
      aim: "",
    },
    {
      what: `${what}: checks that its heartbeat says it skipped`,
      figure: String(skipped),
      aim: verdictOn(skipped > 0, "it says so"),
    },
  ];
}
