/** Two thousand readers of the stream of events, while targets fall and rise. */
import { BOUNDS } from "./bounds.ts";
import { rmSync } from "node:fs";
import { sleep, systemClock } from "../../shared/clock.ts";
import { startAggregator } from "./aggregator-process.ts";
import { median, numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { keepBeating, startLoadProbes } from "./mesh-load.ts";
import type { LoadLook, LoadProbe } from "./mesh-load.ts";
import { endRole, message, startRole } from "./role-process.ts";
import type { Heard } from "./roles/sse-readers.ts";
import { seedFolder } from "./seeded.ts";

const PROBES = 3;
const TARGETS = 1_000;
/** Targets that begin to fall in each turn; they are down, then recovering, then up. */
const FLIPS = 35;
const FLIP_MS = 500;
/** Turns from the fall to the first success, and from that to the one asked for at once. */
const RISE_TURNS = 5;
const AGAIN_TURNS = 2;
/** What is made: 210 a second; a few less may fall into the time that is measured. */
const RATE_MIN = 200;
/** The first targets are up again by then. */
const SETTLE_MS = 5_000;
const MEASURE_MS = 15_000;
const CPU_MAX = 50;
const DELAY_MS_MAX = 200;

const clock = systemClock();

/** Guarantee: the role sends what roles/sse-readers.ts declares. */
function asHeard(said: unknown): Heard {
  return said as Heard;
}

/**
 * Every target falls and rises again in its turn, as every probe sees it. It is looked at once more
 * after it rose, as the aggregator asks: only then it is up.
 */
function flipAll(probes: readonly LoadProbe[]): () => void {
  const groups = Math.floor(TARGETS / FLIPS);
  let turn = 0;
  const looksOf = (fellTurn: number, ok: boolean): LoadLook[] => {
    const first = (fellTurn % groups) * FLIPS;
    const handles = Array.from({ length: fellTurn < 0 ? 0 : FLIPS }, (_, at) => first + at + 1);
    return handles.map((handle) => ({ handle, attempt: turn, ok }));
  };
  const timer = clock.every(FLIP_MS, () => {
    turn += 1;
    const looks = [
      ...looksOf(turn, false),
      ...looksOf(turn - RISE_TURNS, true),
      ...looksOf(turn - RISE_TURNS - AGAIN_TURNS, true),
    ];
    for (const probe of probes) probe.send(looks);
  });
  return () => timer.cancel();
}

/** Runs the benchmark; about half a minute. */
export async function benchSse(): Promise<BenchRow[]> {
  const readers = numberFlag("sse-readers", 2_000);
  const spec = { fall: 1, rise: 1 };
  const folder = await seedFolder({ targets: TARGETS, probes: PROBES, intervalMs: 30_000, spec });
  const aggregator = await startAggregator(folder);
  const role = startRole("sse-readers", [aggregator.httpUrl, aggregator.admin, readers]);
  try {
    await message(role, "ready");
    const probes = await startLoadProbes(aggregator);
    const stopBeats = await keepBeating(probes);
    for (const probe of probes) {
      const handles = Array.from({ length: TARGETS }, (_, index) => index + 1);
      probe.send(handles.map((handle) => ({ handle, attempt: 0, ok: true })));
    }
    const stopFlips = flipAll(probes);
    await sleep(clock, SETTLE_MS);
    await askHeard(role);
    await aggregator.usage();
    const startMs = clock.monoMs();
    await sleep(clock, MEASURE_MS);
    const usage = await aggregator.usage();
    const tookMs = clock.monoMs() - startMs;
    const heard = await askHeard(role);
    stopFlips();
    stopBeats();
    for (const probe of probes) probe.close();
    const cpu = usage.cpuUs / (tookMs * 10);
    const a = (count: number): string => ((count * 1_000) / tookMs).toFixed(0);
    const made = (heard.transitions * 1_000) / tookMs;
    const p99 = quantile(heard.delayMs, 0.99);
    const what = `${readers} readers of the event stream, ${a(heard.transitions)} transitions/s`;
    return [
      {
        what: `${what} (${a(heard.events)} events/s each, ${heard.lost} lost): % of a core`,
        figure: cpu.toFixed(1),
        aim: verdictOn(cpu <= CPU_MAX && made >= RATE_MIN, `at most ${CPU_MAX}`, BOUNDS.readers),
      },
      {
        what: `${what}: ms from the verdict's window to the reader, median, p99`,
        figure: `${median(heard.delayMs)}, ${p99}`,
        aim: verdictOn(
          p99 <= DELAY_MS_MAX && made >= RATE_MIN,
          `p99 at most ${DELAY_MS_MAX}`,
          BOUNDS.readers,
        ),
      },
    ];
  } finally {
    await endRole(role);
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function askHeard(role: ReturnType<typeof startRole>): Promise<Heard> {
  const heard = message(role, "heard");
  role.send("heard");
  return asHeard(await heard);
}
