import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { LogAppend, Store } from "../../../aggregator/ports.ts";
import { START_MS, allPages, resultsEvent, targetNamed } from "../../helpers/store-data.ts";
import type { BatchRow } from "../../helpers/store-data.ts";
import { fileHarness, memoryHarness } from "../../helpers/sqlite-store.ts";

const DAY_MS = 86_400_000;
const ALL = { fromMs: 0, toMs: START_MS + 10 * DAY_MS };
const PROBES = ["prb_a", "prb_b", "prb_c"] as const;

const anyRow: fc.Arbitrary<BatchRow> = fc.record(
  {
    handle: fc.integer({ min: 1, max: 5 }),
    agoMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3 * DAY_MS })),
    latencyUs: fc.integer({ min: 0, max: 60_000_000 }),
    revision: fc.integer({ min: 0, max: 2 }),
    attempt: fc.integer({ min: 0, max: 3 }),
    failure: fc.record(
      { reason: fc.constantFrom("read_timeout", "name_not_found"), detail: fc.string() },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["handle", "agoMs", "latencyUs"] },
);

const anyBatch = fc.record({
  probe: fc.integer({ min: 0, max: 2 }),
  replayed: fc.boolean(),
  unanchored: fc.boolean(),
  waitMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: DAY_MS })),
  rows: fc.array(anyRow, { maxLength: 12 }),
});

type AnyBatch = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never;

/** Batches as log entries, each received some time after the one before. */
function entriesOf(batches: readonly AnyBatch[]): LogAppend[] {
  let atMs = START_MS;
  return batches.map(({ probe, waitMs, rows, ...facts }, index) => {
    atMs += waitMs;
    const sentMonoMs = Math.max(0, atMs - START_MS - 7);
    const probeId = PROBES[probe] ?? "prb_a";
    return { atMs, body: resultsEvent({ ...facts, probeId, sequence: index, sentMonoMs }, rows) };
  });
}

async function addTargets(store: Store): Promise<void> {
  const targets = [1, 2, 3, 4].map((handle) => targetNamed(`t${handle}`, handle));
  await store.log.append(
    targets.map((target) => ({ atMs: START_MS, body: { type: "target_set", target } })),
  );
}

/** Everything history says of every target, by every reader. */
async function everything(store: Store, limit: number): Promise<unknown[]> {
  const said: unknown[] = [];
  for (const targetId of ["tgt_t1", "tgt_t2", "tgt_t3", "tgt_t4"]) {
    const query = { targetId, ...ALL };
    said.push(
      await allPages((cursor) => store.history.results({ ...query, cursor, limit })),
      await store.history.results({ ...query, probeId: "prb_b", limit: 1_000 }),
      await store.history.latency({ ...query, spanMs: 300_000, probeId: "prb_c" }),
      await store.history.latency({ ...query, spanMs: 3_600_000 }),
      await store.history.latency({ ...query, spanMs: DAY_MS }),
    );
  }
  return said;
}

test("history is the same before, during and after compaction, whatever is logged", async () => {
  const inputs = [
    fc.array(anyBatch, { minLength: 1, maxLength: 12 }),
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.integer({ min: 0, max: 16 }), { maxLength: 3 }),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...inputs, async (batches, limit, cuts) => {
      const { store, dispose } = await memoryHarness();
      await addTargets(store);
      await store.log.append(entriesOf(batches));
      const before = await everything(store, limit);
      for (const upToSeq of [...cuts, 1_000]) {
        while (await store.history.compact(upToSeq, ALL.toMs)) {
          assert.deepEqual(await everything(store, limit), before);
        }
      }
      assert.deepEqual(await everything(store, limit), before);
      await store.log.forget(Infinity);
      assert.equal((await store.log.read(4, 10)).length, 0);
      await dispose();
    }),
    { numRuns: 25 },
  );
});

test("compaction goes on after a reopening, and loses and doubles nothing", async () => {
  const { store, reopen, dispose } = await fileHarness();
  assert.ok(reopen);
  await addTargets(store);
  const rows = Array.from({ length: 4 }, (_, index) => ({
    handle: index + 1,
    agoMs: index,
    latencyUs: 1_000,
  }));
  const batches = Array.from({ length: 450 }, (_, index) => ({
    probe: index % 3,
    replayed: false,
    unanchored: false,
    waitMs: 20_000,
    rows,
  }));
  await store.log.append(entriesOf(batches));
  const before = await everything(store, 1_000);
  let current = store;
  let more = true;
  while (more) {
    more = await current.history.compact(200, ALL.toMs);
    current = await reopen();
    assert.deepEqual(await everything(current, 1_000), before);
  }
  while (await current.history.compact(1_000, ALL.toMs)) current = await reopen();
  assert.deepEqual(await everything(current, 1_000), before);
  await dispose();
});

test("many results of one target fill several blocks and stay in order", async () => {
  const { store, dispose } = await memoryHarness();
  await addTargets(store);
  const rows = Array.from({ length: 700 }, (_, index) => ({
    handle: 2,
    agoMs: 700 - index,
    latencyUs: index,
  }));
  const entries = [1, 2, 3].map((sequence) => ({
    atMs: START_MS + sequence * 1_000 + 5,
    body: resultsEvent({ probeId: "prb_a", sequence, sentMonoMs: sequence * 1_000 }, rows),
  }));
  await store.log.append(entries);
  const query = { targetId: "tgt_t2", ...ALL, limit: 1_000 };
  const before = await allPages((cursor) => store.history.results({ ...query, cursor }));
  assert.equal(before.length, 2_100);
  const said = await everything(store, 1_000);
  while (await store.history.compact(1_000, ALL.toMs)) continue;
  const after = await allPages((cursor) => store.history.results({ ...query, cursor }));
  assert.deepEqual(after, before);
  assert.deepEqual(await everything(store, 1_000), said);
  await dispose();
});
