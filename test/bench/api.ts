/** The API of an aggregator with 10,000 targets while 5,000 results a second come in. */
import { BOUNDS } from "./bounds.ts";
import { rmSync } from "node:fs";
import { Agent, request } from "undici";
import { sleep, systemClock } from "../../shared/clock.ts";
import { summarySchema } from "../../shared/api/summary.ts";
import { startAggregator } from "./aggregator-process.ts";
import type { AggregatorProcess } from "./aggregator-process.ts";
import { median, numberFlag, quantile, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { keepBeating, startLoadProbes } from "./mesh-load.ts";
import type { LoadProbe } from "./mesh-load.ts";
import { seedFolder } from "./seeded.ts";

const PROBES = 5;
const BATCH_MS = 250;
const AIM_MS = 100;
/** Answers of each question. */
const ASKED = 300;
/** Longest wait for every target to have its verdict. */
const SETTLE_MS = 120_000;

/** What is asked, one after the other, over one connection as a dashboard would. */
const READS = {
  summary: "/api/v1/summary",
  "first page of verdicts": "/api/v1/verdicts?limit=100",
  "first page of verdicts, the worst first": "/api/v1/verdicts?limit=100&sort=state",
  "first page of targets of a label, sorted":
    "/api/v1/targets?limit=100&labels=team%3Da&sort=-since",
};

const clock = systemClock();

/** Asks for a path, with a body as a POST. */
type Asker = (path: string, body?: object) => Promise<number>;

/** Milliseconds of each answer; one that was no 200 is an error. */
function createAsker({ httpUrl, admin }: AggregatorProcess): {
  ask: Asker;
  close(): Promise<void>;
} {
  const dispatcher = new Agent({ connections: 1, bodyTimeout: 60_000, headersTimeout: 60_000 });
  const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
  return {
    ask: async (path, body) => {
      const sent =
        body === undefined ? {} : { method: "POST" as const, body: JSON.stringify(body) };
      const startMs = clock.monoMs();
      const answer = await request(`${httpUrl}${path}`, { headers, dispatcher, ...sent });
      const text = await answer.body.text();
      if (answer.statusCode === 200) return clock.monoMs() - startMs;
      throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
    },
    close: () => dispatcher.close(),
  };
}

/** Targets as a bulk write has them; another `round` changes every one. */
function bulkBody(targets: number, round: number) {
  return {
    targets: Array.from({ length: targets }, (_, index) => ({
      name: `t${index}`,
      kind: "http",
      options: { url: `http://10.0.0.7:8080/health/${index}` },
      labels: { team: index % 7 === 0 ? "a" : "b", round: String(round) },
    })),
  };
}

/** Every probe sends its share of the results of a second, four times a second, until stopped. */
function keepSending(probes: readonly LoadProbe[], load: { targets: number; rate: number }) {
  const rows = Math.ceil((load.rate * BATCH_MS) / 1_000 / probes.length);
  let first = 0;
  const timer = clock.every(BATCH_MS, () => {
    for (const probe of probes) {
      const handleOf = (row: number): number => ((first + row) % load.targets) + 1;
      probe.send(
        Array.from({ length: rows }, (_, row) => ({ handle: handleOf(row), attempt: 0, ok: true })),
      );
    }
    first += rows;
  });
  return () => timer.cancel();
}

const settledSchema = summarySchema.pick({ targets: true });

/** Waits until every target has its verdict: a mesh that begins has more to do than later. */
async function settle({ httpUrl, admin }: AggregatorProcess): Promise<void> {
  const headers = { authorization: `Bearer ${admin}` };
  for (let waited = 0; waited < SETTLE_MS; waited += 1_000) {
    const answer = await request(`${httpUrl}/api/v1/summary?fields=targets`, { headers });
    const { targets } = settledSchema.parse(await answer.body.json());
    if (targets.states.up === targets.total) return;
    await sleep(clock, 1_000);
  }
  throw new Error(`Not every target was up after ${SETTLE_MS} ms.`);
}

async function readRows(aggregator: AggregatorProcess, what: string): Promise<BenchRow[]> {
  const { ask, close } = createAsker(aggregator);
  const rows: BenchRow[] = [];
  for (const [name, path] of Object.entries(READS)) {
    const tookMs: number[] = [];
    await aggregator.usage();
    for (let asked = 0; asked < ASKED; asked += 1) {
      tookMs.push(await ask(path));
      await sleep(clock, 10);
    }
    const { stallMsP99 } = await aggregator.usage();
    const row = rowOf(`${what}: ${name}`, tookMs);
    rows.push({ ...row, figure: `${row.figure}; the program stalled ${stallMsP99.toFixed(1)}` });
  }
  await close();
  return rows;
}

function rowOf(what: string, tookMs: readonly number[]): BenchRow {
  const p99 = quantile(tookMs, 0.99);
  const figure = [median(tookMs), p99, Math.max(...tookMs)].map((ms) => ms.toFixed(1)).join(", ");
  const bound = what.includes("bulk of") ? BOUNDS.bulk : undefined;
  const aim = verdictOn(p99 <= AIM_MS, `p99 at most ${AIM_MS}`, bound);
  return { what: `${what}: ms, median, p99, most`, figure, aim };
}

/** How long bulk writes take, and how long another question waits meanwhile. */
async function bulkRows(aggregator: AggregatorProcess, targets: number, what: string) {
  const { ask, close } = createAsker(aggregator);
  const other = createAsker(aggregator);
  const took: Record<"created" | "changed" | "unchanged", number[]> = {
    created: [],
    changed: [],
    unchanged: [],
  };
  const cpuMs: Record<keyof typeof took, number[]> = { created: [], changed: [], unchanged: [] };
  const meanwhile: number[] = [];
  const bulk = async (name: keyof typeof took, body: object): Promise<void> => {
    await aggregator.usage();
    took[name].push(await ask("/api/v1/targets/bulk", body));
    cpuMs[name].push((await aggregator.usage()).cpuUs / 1_000);
  };
  const bulks = numberFlag("api-bulks", 5);
  for (let round = 0; round <= bulks; round += 1) {
    const body = bulkBody(targets, round);
    let isOver = false;
    const asking = (async () => {
      while (!isOver) meanwhile.push(await other.ask("/api/v1/verdicts?limit=20"));
    })();
    await bulk(round === 0 ? "created" : "changed", body);
    await bulk("unchanged", body);
    isOver = true;
    await asking;
  }
  await close();
  await other.close();
  return [
    ...Object.entries(took)
      .filter(([, ms]) => ms.length > 0)
      .map(([name, ms]) => rowOf(`${what}: bulk of all, ${name}`, ms)),
    {
      what: `${what}: CPU of a bulk, created, changed, unchanged: ms`,
      figure: Object.values(cpuMs)
        .map((ms) => median(ms).toFixed(0))
        .join(", "),
      aim: "each is validated, logged, stored, told and folded",
    },
    rowOf(`${what}: a page of verdicts during a bulk`, meanwhile),
  ];
}

/** Runs the benchmark: `--api-targets`, `--api-rate` of results a second, `--api-bulks`. */
export async function benchApi(): Promise<BenchRow[]> {
  const targets = numberFlag("api-targets", 10_000);
  const rate = numberFlag("api-rate", 5_000);
  const folder = await seedFolder({ targets: 0, probes: PROBES, intervalMs: 30_000 });
  const aggregator = await startAggregator(folder);
  try {
    const idle = await bulkRows(aggregator, targets, `${targets} targets`);
    const probes = await startLoadProbes(aggregator);
    const stopBeats = await keepBeating(probes);
    const stopSending = keepSending(probes, { targets, rate });
    await settle(aggregator);
    const what = `${targets} targets, ${rate} results/s`;
    const reads = await readRows(aggregator, what);
    const loaded = await bulkRows(aggregator, targets, what);
    stopSending();
    stopBeats();
    for (const probe of probes) probe.close();
    return [...idle, ...reads, ...loaded];
  } finally {
    await aggregator.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
