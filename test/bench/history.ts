/** Thirty days of one target from five vantages, ninety days of uptime, and what both take up. */
import { BOUNDS } from "./bounds.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { LogAppend, Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { makeBatch, makeTarget } from "../helpers/make-nouns.ts";
import { probeNames, timed } from "./engine-load.ts";
import { median, numberFlag, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { targetIdOf } from "./seeded.ts";

const PROBES = 5;
const INTERVAL_MS = 30_000;
const DAY_MS = 86_400_000;
const QUERY_MS_MAX = 50;
const UPTIME_MS_MAX = 1_000;
const BYTES_MAX = 3;
const ROUNDS = 7;
/** Spans of a target in ninety days of uptime: an outage every other day. */
const SPANS = 90;
const BEGIN_MS = 1_767_225_600_000;

const clock = systemClock();

/** Runs the benchmark; about half a minute. */
export async function benchHistory(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const path = join(folder, "quorate.db");
  const store = openSqliteStore({ path, clock, log: silentLog() });
  const targets = numberFlag("history-targets", 3);
  const days = numberFlag("history-days", 30);
  const results = await fillLog(store, targets, days);
  const packing = await timed(() => pack(store, []));
  const rows = await queryRows(store, days);
  rows.push(...(await uptimeRows(store, numberFlag("uptime-targets", 10_000))));
  await store.close();
  rows.push(...sizeRows(path, results));
  const micros = (packing.cpuMs * 1_000) / results;
  rows.push({ what: "packing: µs CPU a result", figure: micros.toFixed(2), aim: "" });
  rmSync(folder, { recursive: true, force: true });
  return [...rows, ...(await wideRows())];
}

/** Every target is seen by every vantage at its interval; latencies wander as they do. */
async function fillLog(store: Store, targets: number, days: number): Promise<number> {
  const bodies: LogAppend[] = [];
  for (let handle = 1; handle <= targets; handle += 1) {
    const target = makeTarget(`t${handle}`, handle, { intervalMs: INTERVAL_MS });
    bodies.push({ atMs: BEGIN_MS, body: { type: "target_set", target } });
  }
  await store.log.append(bodies);
  const looks = (days * DAY_MS) / INTERVAL_MS;
  /** Intervals of one batch, so that there are batches of a usual size. */
  const perBatch = 40;
  let results = 0;
  for (let look = 0; look < looks; look += perBatch) {
    const count = Math.min(perBatch, looks - look);
    const sent = { look, count, targets };
    const entries = probeNames(PROBES).map((probeId) => entryOf(probeId, sent));
    await store.log.append(entries);
    results += PROBES * targets * count;
  }
  return results;
}

/** Five minutes of many targets: what packing costs where a target gets few results at a time. */
async function wideRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const store = openSqliteStore({ path: join(folder, "quorate.db"), clock, log: silentLog() });
  const targets = numberFlag("packed-targets", 10_000);
  const made = Array.from({ length: targets }, (_, index): LogAppend => {
    const target = makeTarget(`t${index + 1}`, index + 1, { intervalMs: INTERVAL_MS });
    return { atMs: BEGIN_MS, body: { type: "target_set", target } };
  });
  await store.log.append(made);
  const looks = 10;
  const costs: number[] = [];
  const stalls: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (let look = round * looks; look < (round + 1) * looks; look += 1) {
      for (let first = 0; first < targets; first += 500) {
        const part = { look, count: 1, targets: Math.min(500, targets - first), first };
        await store.log.append(probeNames(PROBES).map((probeId) => entryOf(probeId, part)));
      }
    }
    const took = await timed(() => pack(store, stalls));
    costs.push((took.cpuMs * 1_000) / (targets * PROBES * looks));
  }
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  const what = `packing 5 minutes of ${targets} targets × ${PROBES}`;
  return [
    { what: `${what}: µs CPU a result`, figure: spread(costs, 2), aim: "" },
    { what: `${what}: ms of its longest step`, figure: Math.max(...stalls).toFixed(0), aim: "" },
  ];
}

interface Sent {
  /** Targets before the first one. */
  first?: number;
  look: number;
  count: number;
  targets: number;
}

function entryOf(probeId: string, { look, count, targets, first = 0 }: Sent): LogAppend {
  const monoMs = look * INTERVAL_MS;
  const atMs = BEGIN_MS + (look + count) * INTERVAL_MS;
  const rows = Array.from({ length: count * targets }, (_, index) => index);
  // A wandering latency with noise: the last digits of each are new.
  const latencyOf = (row: number): number =>
    Math.round(20_000 + 4_000 * Math.sin((look + row) / 300) + ((row * 7_919 + look * 31) % 997));
  const batch = makeBatch(rows.length, {
    baseMonoMs: monoMs,
    anchorAtMs: BEGIN_MS + monoMs,
    anchorMonoMs: monoMs,
    handle: rows.map((row) => first + (row % targets) + 1),
    startMs: rows.map((row) => Math.floor(row / targets) * INTERVAL_MS + ((row * 13) % 3)),
    lateMs: rows.map((row) => (row * 13) % 3),
    latencyUs: rows.map(latencyOf),
  });
  const bytes = ResultBatch.encode(batch).finish();
  const sentMonoMs = monoMs + count * INTERVAL_MS;
  const columns = { sentMonoMs, replayed: false, batch, bytes };
  return { atMs, body: { type: "results", probeId, boot: 1, sequence: look + 1, ...columns } };
}

async function pack(store: Store, stepsMs: number[]): Promise<void> {
  const { seq } = await store.log.position();
  for (let more = true; more;) {
    const startMs = clock.monoMs();
    more = await store.history.compact(seq, Number.MAX_SAFE_INTEGER);
    stepsMs.push(clock.monoMs() - startMs);
  }
}

async function queryRows(store: Store, days: number): Promise<BenchRow[]> {
  const targetId = targetIdOf(1);
  const range = { fromMs: BEGIN_MS, toMs: BEGIN_MS + (days + 1) * DAY_MS };
  const hours: number[] = [];
  const page: number[] = [];
  let buckets = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const query = { targetId, ...range, spanMs: 3_600_000 };
    const long = await timed(async () => {
      buckets = (await store.history.latency(query)).length;
    });
    hours.push(long.wallMs);
    const newest = await timed(() => store.history.results({ targetId, ...range, limit: 100 }));
    page.push(newest.wallMs);
  }
  const what = `${days} days of one target from ${PROBES} vantages`;
  return [
    {
      what: `${what}, by the hour (${buckets} buckets): ms`,
      figure: spread(hours, 1),
      aim: verdictOn(median(hours) <= QUERY_MS_MAX, `at most ${QUERY_MS_MAX}`, BOUNDS.history),
    },
    { what: `${what}, the newest 100 results: ms`, figure: spread(page, 1), aim: "" },
  ];
}

async function uptimeRows(store: Store, targets: number): Promise<BenchRow[]> {
  const spanMs = (90 * DAY_MS) / SPANS;
  const nothing = { tick: null, events: [], transitions: [], incidents: [], notifications: [] };
  for (let first = 1; first <= targets; first += 500) {
    const handles = Array.from(
      { length: Math.min(500, targets - first + 1) },
      (_, at) => first + at,
    );
    const spans = handles.flatMap((handle) =>
      Array.from({ length: SPANS }, (_, span) => {
        const fromMs = BEGIN_MS + span * spanMs;
        const state = span % 2 === 0 ? ("up" as const) : ("down" as const);
        const times = { fromMs, toMs: fromMs + spanMs };
        return { targetId: targetIdOf(handle), ...times, state, maintenance: false };
      }),
    );
    await store.events.commit({ atMs: BEGIN_MS, ...nothing, spans });
  }
  const range = { fromMs: BEGIN_MS + DAY_MS / 2, toMs: BEGIN_MS + 90 * DAY_MS };
  const took: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { wallMs } = await timed(async () => {
      for (let handle = 1; handle <= targets; handle += 1) {
        await store.uptime.totals(targetIdOf(handle), range);
      }
    });
    took.push(wallMs);
  }
  return [
    {
      what: `uptime of ${targets} targets over 90 days, ${SPANS} spans each: ms`,
      figure: spread(took, 0),
      aim: verdictOn(median(took) <= UPTIME_MS_MAX, `at most ${UPTIME_MS_MAX}`),
    },
  ];
}

/** Bytes of whole pages, by the table that they belong to. */
function sizeRows(path: string, results: number): BenchRow[] {
  const db = new Database(path, { readonly: true });
  const size = db
    .prepare<[string], number>("SELECT sum(pgsize) FROM dbstat WHERE name LIKE ?")
    .pluck();
  const each = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (size.get(name) ?? 0), 0) / results;
  const blocks = each("blocks%", "sqlite_autoindex_blocks%");
  const rollups = each("rollups%", "sqlite_autoindex_rollups%");
  const archive = each("archive%", "sqlite_autoindex_archive%");
  db.close();
  return [
    {
      what: "bytes a result on disk after compaction: blocks",
      figure: blocks.toFixed(2),
      aim: verdictOn(blocks <= BYTES_MAX, `at most ${BYTES_MAX}`),
    },
    {
      what: "beside: rollups (kept 400 days); the log for replays (kept 30 days)",
      figure: `${rollups.toFixed(2)}; ${archive.toFixed(2)}`,
      aim: "",
    },
  ];
}
