/** What the history of every store must do. */
import assert from "node:assert/strict";
import type { LatencyBucket, LogAppend, Store } from "../../../aggregator/ports.ts";
import type { HistoryResult } from "../../../shared/result.ts";
import { START_MS, allPages, compactAll, resultsEvent } from "../../helpers/store-data.ts";
import { targetNamed } from "../../helpers/store-data.ts";
import type { BatchFacts, BatchRow } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

const HOUR_MS = 3_600_000;
const ALL = { fromMs: 0, toMs: START_MS + 100 * HOUR_MS };

async function addTargets(store: Store): Promise<void> {
  const targets = [targetNamed("a", 1), targetNamed("b", 2)];
  await store.log.append(
    targets.map((target) => ({ atMs: START_MS, body: { type: "target_set", target } })),
  );
}

/** A batch that arrives 10 ms after it was sent. */
function batch(facts: BatchFacts, rows: readonly BatchRow[]): LogAppend {
  return { atMs: START_MS + facts.sentMonoMs + 10, body: resultsEvent(facts, rows) };
}

/** Minutes of results of two targets at two probes; each third of target b fails. */
function minutes(from: number, to: number): LogAppend[] {
  const entries: LogAppend[] = [];
  for (let minute = from; minute < to; minute += 1) {
    for (const probeId of ["prb_a", "prb_b"]) {
      const failure = minute % 3 === 0 ? { failure: { detail: `Minute ${minute}.` } } : {};
      entries.push(
        batch({ probeId, sequence: minute, sentMonoMs: minute * 60_000 + 2_000 }, [
          { handle: 1, agoMs: 200, latencyUs: 900 + minute },
          { handle: 2, agoMs: 100, latencyUs: 5_000, ...failure },
          { handle: 2, agoMs: 90, latencyUs: 9_000, attempt: 1 },
        ]),
      );
    }
  }
  return entries;
}

function resultsOf(store: Store, targetId: string, limit = 50): Promise<HistoryResult[]> {
  return allPages((cursor) => store.history.results({ targetId, ...ALL, cursor, limit }));
}

function latenciesOf(bucket: Partial<LatencyBucket> = {}): (number | null | undefined)[] {
  const { minUs, meanUs, p50Us, p95Us, p99Us, maxUs } = bucket;
  return [minUs, meanUs, p50Us, p95Us, p99Us, maxUs];
}

/** Everything the history says of both targets. */
async function everything(store: Store) {
  const said: unknown[] = [];
  for (const targetId of ["tgt_a", "tgt_b"]) {
    said.push(await resultsOf(store, targetId));
    for (const spanMs of [300_000, HOUR_MS, 24 * HOUR_MS]) {
      said.push(await store.history.latency({ targetId, ...ALL, spanMs }));
    }
    // A range that begins and ends within a day has spans of every length.
    const part = { fromMs: START_MS + 400_000, toMs: START_MS + 27 * HOUR_MS };
    for (const range of [ALL, part]) {
      said.push(await store.history.stats({ targetId, ...range }));
    }
  }
  return said;
}

/** Tests of `Store.history`. */
export const HISTORY_TESTS: readonly StoreTest[] = [
  [
    "the newest of many targets are those of each, in the log and in blocks",
    async ({ store }) => {
      await addTargets(store);
      const first = await store.log.append(minutes(0, 9));
      await compactAll(store, first + 8, START_MS + HOUR_MS);
      await store.log.append(minutes(9, 12));
      const targetIds = ["tgt_b", "tgt_a", "tgt_nobody"];
      for (const [fromMs, limit] of [[0, 7] as const, [START_MS + 600_000, 100] as const]) {
        const found = await store.history.newest({ targetIds, fromMs, limit });
        assert.deepEqual([...found.keys()], ["tgt_b", "tgt_a"]);
        for (const [targetId, results] of found) {
          const query = { targetId, fromMs, toMs: ALL.toMs, limit };
          assert.deepEqual(results, (await store.history.results(query)).rows);
        }
      }
    },
  ],
  [
    "results are newest first over all vantages, in the range asked for, of the target asked for",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 4));
      const results = await resultsOf(store, "tgt_a", 3);
      assert.deepEqual(
        results.map(({ probeId, latencyUs }) => [probeId, latencyUs]),
        [3, 2, 1, 0].flatMap((minute) => [
          ["prb_a", 900 + minute],
          ["prb_b", 900 + minute],
        ]),
      );
      const [newest] = results;
      assert.ok(newest);
      const range = { targetId: "tgt_a", fromMs: START_MS + 60_000, toMs: newest.atMs };
      const some = await store.history.results({ ...range, limit: 10, probeId: "prb_b" });
      assert.deepEqual(
        some.rows.map(({ latencyUs }) => latencyUs),
        [902, 901],
      );
      assert.deepEqual(await resultsOf(store, "tgt_unknown"), []);
    },
  ],
  [
    "a failure keeps its reason, its sentence and its certificate",
    async ({ store }) => {
      await addTargets(store);
      const failure = { reason: "http_status", detail: "Status 500.", certificate: 2 } as const;
      await store.log.append([
        batch({ probeId: "prb_a", sentMonoMs: 5_000 }, [
          { handle: 1, agoMs: 20, latencyUs: 700, failure },
        ]),
      ]);
      const expected = {
        probeId: "prb_a",
        receivedAtMs: START_MS + 5_010,
        atMs: START_MS + 4_984,
        class: "sub",
        reason: "http_status",
        detail: "Status 500.",
        certificate: "failed",
        attempt: 0,
        latencyUs: 700,
        phases: null,
        late: false,
      };
      assert.deepEqual(await resultsOf(store, "tgt_a"), [expected]);
      await compactAll(store, 100, START_MS + HOUR_MS);
      assert.deepEqual(await resultsOf(store, "tgt_a"), [expected]);
    },
  ],
  [
    "a result is late when it was replayed, has no anchor, or is known too vaguely",
    async ({ store }) => {
      await addTargets(store);
      const rows = [{ handle: 1, agoMs: 20, latencyUs: 700 }];
      const facts = { probeId: "prb_a", sentMonoMs: 5_000 };
      await store.log.append([
        batch(facts, rows),
        batch({ ...facts, sentMonoMs: 6_000, replayed: true }, rows),
        batch({ ...facts, sentMonoMs: 7_000, unanchored: true }, rows),
        { ...batch({ ...facts, sentMonoMs: 8_000 }, rows), atMs: START_MS + 60_000 },
      ]);
      const late = async () =>
        (await resultsOf(store, "tgt_a"))
          .toSorted((left, right) => left.receivedAtMs - right.receivedAtMs)
          .map((result) => result.late);
      assert.deepEqual(await late(), [false, true, true, true]);
      await compactAll(store, 100, START_MS + HOUR_MS);
      assert.deepEqual(await late(), [false, true, true, true]);
    },
  ],
  [
    "every step of compaction leaves the history as it was, also after a reopening",
    async ({ store, reopen }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 90));
      const before = await everything(store);
      let more = true;
      while (more) {
        more = await store.history.compact(150, START_MS + 70 * 60_000);
        assert.deepEqual(await everything(store), before);
      }
      const opened = reopen ? await reopen() : store;
      assert.deepEqual(await everything(opened), before);
      await compactAll(opened, 1_000, START_MS + 100 * HOUR_MS);
      assert.deepEqual(await everything(opened), before);
    },
  ],
  [
    "what is compacted and forgotten leaves the log, which keeps its position",
    async ({ store, reopen }) => {
      await addTargets(store);
      await store.log.append([
        ...minutes(0, 3),
        { atMs: START_MS + HOUR_MS, body: { type: "takeover" } },
        { atMs: START_MS + HOUR_MS + 5, body: { type: "tick" } },
      ]);
      const position = await store.log.position();
      await compactAll(store, position.seq, START_MS + 2 * HOUR_MS);
      await store.log.forget(Infinity);
      const opened = reopen ? await reopen() : store;
      const left = await opened.log.read(0, 100);
      assert.deepEqual(
        left.map(({ seq, body }) => [seq, body.type]),
        [
          [1, "target_set"],
          [2, "target_set"],
          [9, "takeover"],
        ],
      );
      assert.deepEqual(await opened.log.position(), position);
      assert.equal(await opened.history.compact(position.seq, START_MS + 2 * HOUR_MS), false);
    },
  ],
  [
    "compaction leaves rows alone that are too new or after the seq it was given",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 10));
      await compactAll(store, 12, START_MS + HOUR_MS);
      await store.log.forget(Infinity);
      assert.deepEqual((await store.log.read(2, 1))[0]?.seq, 13);
      await compactAll(store, 22, START_MS + 7 * 60_000);
      await store.log.forget(Infinity);
      assert.deepEqual((await store.log.read(2, 1))[0]?.seq, 17);
    },
  ],
  [
    "a page goes on where the last one ended, whatever was added or compacted in between",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 30));
      const whole = await resultsOf(store, "tgt_b", 1_000);
      const query = { targetId: "tgt_b", ...ALL, limit: 33 };
      const first = await store.history.results(query);
      await store.log.append(minutes(30, 40));
      await compactAll(store, 50, START_MS + HOUR_MS);
      const rest = await allPages((cursor) =>
        store.history.results({ ...query, cursor: cursor ?? first.next ?? undefined }),
      );
      assert.deepEqual([...first.rows, ...rest], whole);
    },
  ],
  [
    "buckets count the scheduled checks of a vantage and leave bursts out",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 6));
      const query = { targetId: "tgt_b", ...ALL, spanMs: 300_000 };
      const buckets = await store.history.latency({ ...query, probeId: "prb_a" });
      const said = buckets.map(({ fromMs, scheduled, ok, failed, void: voids }) => [
        fromMs - START_MS,
        scheduled,
        ok,
        failed,
        voids,
      ]);
      assert.deepEqual(said, [
        [0, 5, 3, 2, 0],
        [300_000, 1, 1, 0, 0],
      ]);
      assert.deepEqual(latenciesOf(buckets[0]), [5_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
      assert.equal((await store.history.latency(query)).length, 4);
    },
  ],
  [
    "results of a target that was deleted stay in the history until they expire",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append([
        ...minutes(0, 3),
        { atMs: START_MS + HOUR_MS, body: { type: "target_deleted", targetId: "tgt_a" } },
      ]);
      await compactAll(store, 100, START_MS + 2 * HOUR_MS);
      assert.equal((await resultsOf(store, "tgt_a")).length, 6);
      await store.history.expire(START_MS);
      assert.equal((await resultsOf(store, "tgt_a")).length, 6);
      await store.history.expire(START_MS + 48 * HOUR_MS);
      assert.deepEqual(await resultsOf(store, "tgt_a"), []);
      const query = { targetId: "tgt_a", ...ALL, spanMs: 300_000 };
      assert.deepEqual(await store.history.latency(query), []);
    },
  ],
  [
    "statistics are of all vantages and of each, over the whole five minutes of a range",
    async ({ store }) => {
      await addTargets(store);
      await store.log.append(minutes(0, 12));
      const range = { fromMs: START_MS + 301_000, toMs: START_MS + 302_000 };
      const stats = await store.history.stats({ targetId: "tgt_b", ...range });
      assert.deepEqual([stats.fromMs, stats.toMs], [START_MS + 300_000, START_MS + 600_000]);
      const { total, vantages } = stats;
      // Minutes 5 to 9: two of five failed, and attempts of bursts are not counted.
      assert.deepEqual([total.scheduled, total.ok, total.failed], [10, 6, 4]);
      assert.deepEqual([total.minUs, total.maxUs, total.meanUs], [5_000, 5_000, 5_000]);
      assert.equal(total.stddevUs, 0);
      assert.deepEqual(
        vantages.map(({ probeId, ok }) => [probeId, ok]),
        [
          ["prb_a", 3],
          ["prb_b", 3],
        ],
      );
      const one = await store.history.stats({ targetId: "tgt_b", probeId: "prb_a", ...range });
      assert.equal(one.total.ok, 3);
      const nobody = await store.history.stats({ targetId: "tgt_x", ...range });
      assert.deepEqual([nobody.total.ok, nobody.total.p99Us, nobody.vantages], [0, null, []]);
    },
  ],
];
