/** What the log of every store must do. */
import assert from "node:assert/strict";
import type { LogAppend } from "../../../aggregator/ports.ts";
import type { EventBody } from "../../../aggregator/verdict/event.ts";
import { START_MS, probeNamed, resultsEvent, targetNamed } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

const at = (atMs: number, body: EventBody): LogAppend => ({ atMs: START_MS + atMs, body });
const heartbeat: EventBody = {
  type: "heartbeat",
  probeId: "prb_a",
  canaries: [{ id: "prb_b", ok: true }],
  mustFailHeld: true,
  lagMs: 3,
  overloaded: false,
};

/** Every event type the log takes. */
const EVERY_EVENT: readonly EventBody[] = [
  { type: "takeover" },
  { type: "probe_set", probe: probeNamed("a") },
  { type: "probe_joined", probeId: "prb_a" },
  { type: "target_set", target: targetNamed("checkout", 1) },
  heartbeat,
  resultsEvent({ probeId: "prb_a", sentMonoMs: 5_000.25 }, [
    { handle: 1, agoMs: 20, latencyUs: 900 },
    { handle: 1, agoMs: 10, latencyUs: 900, failure: { detail: "No answer within 5 s." } },
  ]),
  { type: "tick" },
  { type: "probe_left", probeId: "prb_a", hard: false },
  { type: "target_deleted", targetId: "tgt_checkout" },
];

/** Tests of `Store.log`. */
export const LOG_TESTS: readonly StoreTest[] = [
  [
    "a new log is empty",
    async ({ store }) => {
      assert.deepEqual(await store.log.position(), { seq: 0, atMs: 0 });
      assert.deepEqual(await store.log.read(0, 10), []);
      assert.equal(await store.log.loadSnapshot(), null);
    },
  ],
  [
    "what is appended is read back in order, every kind of event as it was",
    async ({ store }) => {
      const first = await store.log.append(EVERY_EVENT.slice(0, 2).map((body) => at(1, body)));
      const second = await store.log.append(EVERY_EVENT.slice(2).map((body) => at(2, body)));
      assert.deepEqual([first, second], [1, 3]);
      const events = await store.log.read(0, 100);
      assert.deepEqual(
        events.map((event) => event.seq),
        EVERY_EVENT.map((_, index) => index + 1),
      );
      for (const [index, body] of EVERY_EVENT.entries()) {
        const found = events[index]?.body;
        if (body.type !== "results" || found?.type !== "results") {
          assert.deepEqual(found, body);
          continue;
        }
        assert.deepEqual(Buffer.from(found.bytes), Buffer.from(body.bytes));
        assert.deepEqual({ ...found, bytes: null }, { ...body, bytes: null });
      }
    },
  ],
  [
    "a read begins after a seq and holds at most its limit",
    async ({ store }) => {
      await store.log.append(Array.from({ length: 9 }, (_, index) => at(index, heartbeat)));
      const events = await store.log.read(3, 4);
      assert.deepEqual(
        events.map((event) => [event.seq, event.atMs - START_MS]),
        [
          [4, 3],
          [5, 4],
          [6, 5],
          [7, 6],
        ],
      );
    },
  ],
  [
    "appends that are made at the same moment get seqs of their own",
    async ({ store }) => {
      const firsts = await Promise.all(
        [1, 2, 3].map(() => store.log.append([at(1, heartbeat), at(1, heartbeat)])),
      );
      assert.deepEqual(firsts, [1, 3, 5]);
      assert.equal((await store.log.position()).seq, 6);
    },
  ],
  [
    "an append of nothing changes nothing",
    async ({ store }) => {
      assert.equal(await store.log.append([]), 1);
      assert.deepEqual(await store.log.position(), { seq: 0, atMs: 0 });
    },
  ],
  [
    "the position is the last row's, and survives a reopening",
    async ({ store, reopen }) => {
      await store.log.append([at(5, heartbeat), at(7, heartbeat)]);
      const position = { seq: 2, atMs: START_MS + 7 };
      assert.deepEqual(await store.log.position(), position);
      if (reopen) assert.deepEqual(await (await reopen()).log.position(), position);
    },
  ],
  [
    "the newest snapshot is loaded, and two are kept",
    async ({ store, reopen }) => {
      for (const seq of [10, 20, 30]) {
        await store.log.saveSnapshot(seq, START_MS + seq, Uint8Array.of(seq, 0, 255));
      }
      const opened = reopen ? await reopen() : store;
      const newest = await opened.log.loadSnapshot();
      assert.equal(newest?.seq, 30);
      assert.equal(newest.atMs, START_MS + 30);
      assert.deepEqual([...newest.head], [30, 0, 255]);
      assert.equal((await opened.log.loadSnapshot(30))?.seq, 20);
      assert.equal(await opened.log.loadSnapshot(20), null);
    },
  ],
  [
    "a boot gets the next ordinal of its probe, and keeps it",
    async ({ store }) => {
      assert.deepEqual(await store.probes.boot("prb_a", "boot1"), { boot: 1, lastSequence: 0 });
      assert.deepEqual(await store.probes.boot("prb_a", "boot2"), { boot: 2, lastSequence: 0 });
      assert.deepEqual(await store.probes.boot("prb_b", "boot1"), { boot: 1, lastSequence: 0 });
      assert.deepEqual(await store.probes.boot("prb_a", "boot1"), { boot: 1, lastSequence: 0 });
    },
  ],
  [
    "the position of a boot moves with the batches that are appended, and never back",
    async ({ store }) => {
      const { boot } = await store.probes.boot("prb_a", "boot1");
      await store.probes.boot("prb_a", "boot2");
      const batch = (sequence: number) =>
        at(1, resultsEvent({ probeId: "prb_a", boot, sequence, sentMonoMs: 1 }, []));
      await store.log.append([batch(1), batch(2), batch(7)]);
      await store.log.append([batch(3)]);
      assert.deepEqual(await store.probes.boot("prb_a", "boot1"), { boot: 1, lastSequence: 7 });
      assert.deepEqual(await store.probes.boot("prb_a", "boot2"), { boot: 2, lastSequence: 0 });
    },
  ],
  [
    "the newest 32 boots of a probe are known; an older one begins anew",
    async ({ store }) => {
      for (let boot = 1; boot <= 33; boot += 1) await store.probes.boot("prb_a", `boot${boot}`);
      assert.equal((await store.probes.boot("prb_a", "boot2")).boot, 2);
      assert.equal((await store.probes.boot("prb_a", "boot1")).boot, 34);
    },
  ],
];
