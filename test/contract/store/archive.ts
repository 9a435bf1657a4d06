/** What becomes of the log's past: compacted, it can still be read, until it is forgotten. */
import assert from "node:assert/strict";
import type { LogAppend, Store } from "../../../aggregator/ports.ts";
import type { LogEvent } from "../../../aggregator/verdict/event.ts";
import { START_MS, compactAll, probeNamed, resultsEvent } from "../../helpers/store-data.ts";
import { targetNamed } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A target, a probe, and what happens in the minutes from one to another. */
function minutes(from: number, to: number): LogAppend[] {
  const entries: LogAppend[] = [];
  for (let minute = from; minute < to; minute += 1) {
    const atMs = START_MS + minute * MINUTE_MS;
    const sentMonoMs = (minute + 10) * MINUTE_MS;
    const rows = Array.from({ length: 1 + (minute % 7) }, (_, index) => ({
      handle: 1,
      agoMs: 10 * index,
      latencyUs: 900 + minute,
      ...(minute % 5 === 0
        ? { failure: { detail: `Minute ${minute}.`, certificate: 1 as const } }
        : {}),
    }));
    entries.push(
      { atMs, body: resultsEvent({ probeId: "prb_a", sequence: minute, sentMonoMs }, rows) },
      { atMs: atMs + 1, body: { type: "tick" } },
    );
    if (minute % 10 === 0) entries.push({ atMs: atMs + 2, body: { type: "takeover" } });
  }
  return entries;
}

async function begin(store: Store): Promise<void> {
  await store.log.append([
    { atMs: START_MS, body: { type: "takeover" } },
    { atMs: START_MS, body: { type: "probe_set", probe: probeNamed("a") } },
    { atMs: START_MS, body: { type: "target_set", target: targetNamed("a", 1) } },
  ]);
}

/** Everything after a seq, `limit` events at a time. */
async function readAll(store: Store, afterSeq: number, limit: number): Promise<LogEvent[]> {
  const all: LogEvent[] = [];
  for (;;) {
    const events = await store.log.read(all.at(-1)?.seq ?? afterSeq, limit);
    assert.ok(events.length <= limit);
    if (events.length === 0) return all;
    all.push(...events);
  }
}

/** Saves a snapshot of the log's end that says nothing but its seq. */
async function snapshot(store: Store): Promise<number> {
  const { seq, atMs } = await store.log.position();
  await store.log.saveSnapshot(seq, atMs, Uint8Array.of(seq % 256));
  return seq;
}

/** Tests of what `Store.log` keeps of its past. */
export const ARCHIVE_TESTS: readonly StoreTest[] = [
  [
    "a compacted log reads as it did, from any place and in steps of any size",
    async ({ store, reopen }) => {
      await begin(store);
      await store.log.append(minutes(1, 700));
      const before = await readAll(store, 0, 5_000);
      await compactAll(store, 900, START_MS + 400 * MINUTE_MS);
      const opened = reopen ? await reopen() : store;
      assert.deepEqual(await readAll(opened, 0, 5_000), before);
      await compactAll(opened, 10_000, START_MS + DAY_MS);
      assert.deepEqual(await readAll(opened, 0, 37), before);
      for (const seq of [1, 511, 512, 513, 1_300, before.length - 1, before.length]) {
        const expected = before.filter((event) => event.seq > seq);
        assert.deepEqual(await readAll(opened, seq, 1_000), expected);
      }
    },
  ],
  [
    "a log that was never forgotten can be folded from its first event on",
    async ({ store }) => {
      assert.deepEqual(await store.log.chapters(), []);
      await begin(store);
      assert.deepEqual(await store.log.chapters(), [{ seq: 0, atMs: START_MS }]);
      assert.equal(await store.log.chapter(0), null);
    },
  ],
  [
    "a chapter is the newest snapshot, kept as often as told and longer than snapshots are",
    async ({ store, reopen }) => {
      await begin(store);
      await store.log.keepChapter(DAY_MS);
      const seqs: number[] = [];
      for (const minute of [10, 20, 1_500, 1_510, 3_000]) {
        await store.log.append(minutes(minute, minute + 1));
        seqs.push(await snapshot(store));
        await store.log.keepChapter(DAY_MS);
      }
      const opened = reopen ? await reopen() : store;
      const [first = 0, , second = 0, , third = 0] = seqs;
      const kept = (await opened.log.chapters()).map(({ seq }) => seq);
      assert.deepEqual(kept, [0, first, second, third]);
      const bodies = await Promise.all(kept.map((seq) => opened.log.chapter(seq)));
      const numbers = bodies.map((body) => (body === null ? null : [...body]));
      assert.deepEqual(numbers, [null, [first], [second], [third]]);
    },
  ],
  [
    "parts of a snapshot stay as long as a snapshot or a chapter is theirs",
    async ({ store, reopen }) => {
      await begin(store);
      for (const seq of [10, 20, 30, 40]) {
        for (let part = 0; part < 40; part += 1) {
          await store.log.putSnapshotPart(seq, part, Uint8Array.of(seq, part));
        }
        // Of the third only parts were written: it never became a snapshot.
        if (seq !== 30) await store.log.saveSnapshot(seq, START_MS + seq, Uint8Array.of(seq));
        if (seq === 10) await store.log.keepChapter(DAY_MS);
        while (await store.log.dropSnapshotParts());
      }
      await store.log.putSnapshotPart(50, 0, Uint8Array.of(50));
      await store.log.saveSnapshot(50, START_MS + 50, Uint8Array.of(50));
      while (await store.log.dropSnapshotParts());
      const opened = reopen ? await reopen() : store;
      const last = (seq: number) => opened.log.snapshotPart(seq, 39);
      assert.deepEqual([...((await last(10)) ?? [])], [10, 39], "a chapter has it");
      assert.equal(await last(20), null);
      assert.equal(await last(30), null);
      assert.deepEqual([...((await last(40)) ?? [])], [40, 39], "the snapshot before the newest");
      assert.equal(await opened.log.snapshotPart(40, 40), null);
    },
  ],
  [
    "what is forgotten ends at a chapter, from which on everything is there",
    async ({ store }) => {
      await begin(store);
      await store.log.append(minutes(1, 300));
      const seq = await snapshot(store);
      await store.log.keepChapter(DAY_MS);
      await store.log.append(minutes(300, 600));
      const before = await readAll(store, seq, 5_000);
      await compactAll(store, 10_000, START_MS + DAY_MS);
      await store.log.forget(START_MS + 200 * MINUTE_MS);
      assert.equal((await store.log.chapters())[0]?.seq, 0, "no chapter is that old");
      await store.log.forget(START_MS + 400 * MINUTE_MS);
      assert.deepEqual(await store.log.chapters(), [{ seq, atMs: START_MS + 299 * MINUTE_MS + 1 }]);
      assert.deepEqual(await readAll(store, seq, 5_000), before);
      await store.log.forget(Infinity);
      assert.deepEqual(await store.log.chapters(), []);
      const left = new Set((await readAll(store, 0, 5_000)).map(({ body }) => body.type));
      assert.deepEqual([...left].sort(), ["probe_set", "takeover", "target_set"]);
    },
  ],
];
