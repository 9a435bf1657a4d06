/** Ten thousand targets fail in one instant at five vantages: when is each called down? */
import { BOUNDS } from "./bounds.ts";
import { rmSync } from "node:fs";
import { request } from "undici";
import { sleep, systemClock } from "../../shared/clock.ts";
import type { Recheck } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { startAggregator, watchApi } from "./aggregator-process.ts";
import type { AggregatorProcess } from "./aggregator-process.ts";
import { median, numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { keepBeating, startLoadProbes } from "./mesh-load.ts";
import type { AggregatorUsage } from "./roles/aggregator.ts";
import type { LoadLook, LoadProbe } from "./mesh-load.ts";
import { seedFolder } from "./seeded.ts";

const PROBES = 5;
const INTERVAL_MS = 30_000;
const BATCH_MS = 250;
const BATCH_ROWS = 1_000;
const FAST_MS = 1_000;
const FALL = 3;
/**
 * VERDICTS section 8 for refused connections: the largest gap between looks (an interval by five),
 * twice the delivery, the canary and the window, the recheck's delivery, two fast attempts.
 */
const BOUND_MS = INTERVAL_MS / PROBES + 2 * (250 + 100 + 500) + 250 + 2 * FAST_MS;
const SLACK_MS = 2_000;
const API_MS_MAX = 250;

const clock = systemClock();

/** Looks that a probe has still to do, by when they are due. */
interface Pending {
  atMs: number;
  look: LoadLook;
}

/** Probes that look at their targets in turn, and again at once when they are asked. */
function createLooking(probes: readonly LoadProbe[], targets: number) {
  const queues: Pending[][] = probes.map(() => []);
  const places = probes.map((_, index) => Math.floor((index * targets) / probes.length));
  const perBatch = Math.ceil((targets * BATCH_MS) / INTERVAL_MS);
  const life = { down: false };

  /** Attempts of a burst; a success ends it, so a target that is up is looked at once. */
  function burst(index: number, handle: number, attempts: number): void {
    const count = life.down ? attempts : 1;
    for (let attempt = 1; attempt <= count; attempt += 1) {
      const look = { handle, attempt, ok: !life.down };
      queues[index]?.push({ atMs: clock.monoMs() + (attempt - 1) * FAST_MS, look });
    }
  }

  function turn(): void {
    const nowMs = clock.monoMs();
    for (const [index, probe] of probes.entries()) {
      const first = places[index] ?? 0;
      places[index] = (first + perBatch) % targets;
      const looks: LoadLook[] = Array.from({ length: perBatch }, (_, step) => {
        return { handle: ((first + step) % targets) + 1, attempt: 0, ok: !life.down };
      });
      const queue = queues[index] ?? [];
      const due = queue.filter(({ atMs }) => atMs <= nowMs);
      queues[index] = queue.filter(({ atMs }) => atMs > nowMs);
      const all = [...looks, ...due.map(({ look }) => look)];
      for (let from = 0; from < all.length; from += BATCH_ROWS) {
        probe.send(all.slice(from, from + BATCH_ROWS));
      }
    }
  }
  return {
    life,
    asked: (index: number, { handles, attempts }: Recheck): void => {
      for (const handle of handles) burst(index, handle, attempts);
    },
    start: () => clock.every(BATCH_MS, turn),
  };
}

/** Every target is seen well once, at once. */
function seeAll(probes: readonly LoadProbe[], targets: number): void {
  const handles = Array.from({ length: targets }, (_, index) => index + 1);
  for (const probe of probes) {
    for (let first = 0; first < targets; first += BATCH_ROWS) {
      const part = handles.slice(first, first + BATCH_ROWS);
      probe.send(part.map((handle) => ({ handle, attempt: 0, ok: true })));
    }
  }
}

/** When each target was called down, from the list of verdicts. */
async function downAtMs(aggregator: AggregatorProcess): Promise<number[]> {
  const headers = { authorization: `Bearer ${aggregator.admin}` };
  const found: number[] = [];
  for (let cursor = ""; ;) {
    const next = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const url = `${aggregator.httpUrl}/api/v1/verdicts?limit=1000&state=down${next}`;
    const answer = await request(url, { headers });
    const page = asPage(await answer.body.json());
    found.push(...page.items.map(({ since }) => Date.parse(since)));
    if (page.next === null) return found;
    cursor = page.next;
  }
}

/** Guarantee: what the API's own schema of a list of verdicts says. */
function asPage(value: unknown): { items: { since: string }[]; next: string | null } {
  return value as { items: { since: string }[]; next: string | null };
}

/** Runs the benchmark; about forty seconds. */
export async function benchRecheckStorm(): Promise<BenchRow[]> {
  const targets = numberFlag("storm-targets", 10_000);
  const spec = { fall: FALL };
  const folder = await seedFolder({ targets, probes: PROBES, intervalMs: INTERVAL_MS, spec });
  const aggregator = await startAggregator(folder);
  try {
    let looking: ReturnType<typeof createLooking> | null = null;
    const probes = await startLoadProbes(aggregator, (index, recheck) =>
      looking?.asked(index, recheck),
    );
    looking = createLooking(probes, targets);
    const stopBeats = await keepBeating(probes);
    seeAll(probes, targets);
    const timer = looking.start();
    await sleep(clock, 3_000);
    const path = "/api/v1/verdicts?limit=100";
    const watch = watchApi(aggregator, { path, secret: aggregator.admin, everyMs: 50 });
    await aggregator.usage();
    for (const { beatMs } of probes) beatMs.length = 0;
    const fellAtMs = clock.wallMs();
    looking.life.down = true;
    let down: number[] = [];
    const untilMs = clock.monoMs() + 3 * (BOUND_MS + SLACK_MS);
    while (down.length < targets && clock.monoMs() < untilMs) {
      await sleep(clock, 1_000);
      down = await downAtMs(aggregator);
    }
    const usage = await aggregator.usage();
    timer.cancel();
    stopBeats();
    await watch.stop();
    for (const probe of probes) probe.close();
    const beatsMs = probes.flatMap(({ beatMs }) => beatMs);
    const tookMs = down.map((atMs) => atMs - fellAtMs);
    return rowsOf({ targets, tookMs, beatsMs, apiMs: watch.tookMs, usage });
  } finally {
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Seen {
  targets: number;
  tookMs: readonly number[];
  beatsMs: readonly number[];
  apiMs: readonly number[];
  usage: AggregatorUsage;
}

function rowsOf({ targets, tookMs, beatsMs, apiMs, usage }: Seen): BenchRow[] {
  const worst = tookMs.length === 0 ? Infinity : Math.max(...tookMs);
  const reached = tookMs.length === targets && worst <= BOUND_MS + SLACK_MS;
  const api = quantile(apiMs, 0.99);
  const what = `${targets} targets fail at once at ${PROBES} vantages`;
  return [
    {
      what: `${what}: called down; ms until then, median, p99, last`,
      figure: `${tookMs.length}; ${[median(tookMs), quantile(tookMs, 0.99), worst].join(", ")}`,
      aim: verdictOn(reached, `all, within ${BOUND_MS} + ${SLACK_MS}`),
    },
    {
      what: `${what}: ms of a page of verdicts meanwhile, median, p99`,
      figure: `${median(apiMs).toFixed(0)}, ${api.toFixed(0)}`,
      aim: verdictOn(api <= API_MS_MAX, `p99 at most ${API_MS_MAX}`, BOUNDS.stormApi),
    },
    {
      what: `${what}: ms of a heartbeat's answer, p99; longest stall; CPU s`,
      figure: [quantile(beatsMs, 0.99), usage.stallMsMax, usage.cpuUs / 1e6]
        .map((value) => value.toFixed(1))
        .join(", "),
      aim: "",
    },
  ];
}
