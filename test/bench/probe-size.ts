/** Memory and CPU of a probe with 50,000 targets, and of one with ten. */
import { BOUNDS } from "./bounds.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { measureWindows, milliCores, rssBytesOf } from "./process-cost.ts";
import type { Window } from "./process-cost.ts";
import { endRole, message, pidOf, startRole } from "./role-process.ts";
import { startStub, untilPassed } from "./stub-aggregator.ts";
import type { StubWork } from "./stub-aggregator.ts";
import type { Tally } from "./tally.ts";

const clock = systemClock();
/** Time for targets to come in, and for what they cost once to be collected. */
const WARM_MS = 15_000;
const WINDOWS = 5;
const WINDOW_MS = 5_000;

/** One size of probe, and what it may cost. */
interface Size {
  what: string;
  targets: number;
  intervalMs: number;
  coreShareMax: number;
  mebibytesMax: number;
}

const LARGE: Size = {
  what: "one probe, 50,000 HTTP targets a minute",
  targets: 50_000,
  intervalMs: 60_000,
  coreShareMax: 10,
  mebibytesMax: 150,
};
const SMALL: Size = {
  what: "one probe, 10 HTTP targets at 30 s",
  targets: 10,
  intervalMs: 30_000,
  coreShareMax: 0.2,
  mebibytesMax: 60,
};
const LATE_MS_MAX = 50;

/** Runs the benchmark; some 40 seconds. */
export async function benchProbeSize(): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const port = Number(await message(target, "port"));
    const both = await Promise.all([LARGE, SMALL].map((size) => measureSize(port, size)));
    return both.flatMap((measured) => rowsOf(measured));
  } finally {
    await endRole(target);
  }
}

interface Measured {
  size: Size;
  windows: Window[];
  rssBytes: number;
  tally: Tally;
}

async function measureSize(port: number, size: Size): Promise<Measured> {
  const { targets, intervalMs } = size;
  const work: StubWork = {
    targets,
    intervalMs,
    kind: "http",
    options: (index) => ({ url: `http://127.0.0.1:${port}/health/${index}` }),
  };
  const stub = await startStub(work);
  const probe = startRole("probe", [stub.port]);
  try {
    if (size === LARGE) await untilPassed(stub);
    await sleep(clock, WARM_MS);
    stub.tally.reset();
    const count = (): number => stub.tally.read().ok;
    const wish = { windows: WINDOWS, windowMs: WINDOW_MS, count };
    const windows = await measureWindows(pidOf(probe), wish);
    return { size, windows, rssBytes: rssBytesOf(pidOf(probe)), tally: stub.tally.read() };
  } finally {
    await endRole(probe);
    stub.close();
  }
}

function rowsOf({ size, windows, rssBytes, tally }: Measured): BenchRow[] {
  const { what, coreShareMax, mebibytesMax } = size;
  const shares = windows.map((window) => milliCores(window) / 10);
  const mebibytes = rssBytes / 2 ** 20;
  const rows: BenchRow[] = [
    {
      what: `${what}: CPU, % of a core`,
      figure: spread(shares, 2),
      aim: verdictOn(median(shares) <= coreShareMax, `at most ${coreShareMax}`),
    },
    {
      what: `${what}: memory, MiB`,
      figure: mebibytes.toFixed(0),
      aim: verdictOn(mebibytes <= mebibytesMax, `at most ${mebibytesMax}`, BOUNDS.size),
    },
  ];
  if (size === SMALL) return rows;
  const lateMs = tally.lateMs(0.99);
  rows.push({
    what: `${what}: start lateness p99, ms`,
    figure: String(lateMs),
    aim: verdictOn(lateMs <= LATE_MS_MAX, `at most ${LATE_MS_MAX}`),
  });
  rows.push({
    what: `${what}: checks that passed, failed, were void`,
    figure: `${tally.ok}, ${tally.failed}, ${tally.void}`,
    aim: "",
  });
  return rows;
}
