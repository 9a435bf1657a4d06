/** What the outbox of every store must do. */
import assert from "node:assert/strict";
import type { Store } from "../../../aggregator/ports.ts";
import type { NotificationState } from "../../../shared/channel.ts";
import { START_MS, allPages, intent } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

interface Attempt {
  state: NotificationState;
  attempt?: number;
  nextMs?: number;
}

async function record(store: Store, id: string, attempt: Attempt): Promise<void> {
  const ok = attempt.state === "delivered";
  await store.notifications.record({
    delivery: {
      notificationId: id,
      channelId: "chn_a",
      attempt: attempt.attempt ?? 1,
      atMs: START_MS + 10,
      durationMs: 5,
      status: ok ? 200 : 500,
      ok,
      detail: ok ? "Taken." : "The receiver answered 500.",
      request: "POST http://127.0.0.1/hook",
    },
    state: attempt.state,
    nextAttemptAtMs: START_MS + (attempt.nextMs ?? 10),
  });
}

async function due(store: Store, atMs: number, limit = 10): Promise<string[]> {
  const rows = await store.notifications.due(START_MS + atMs, limit);
  return rows.map(({ id }) => id);
}

/** Tests of `Store.notifications`. */
export const NOTIFICATION_TESTS: readonly StoreTest[] = [
  [
    "only the first pending notification of an order key in a channel is due",
    async ({ store }) => {
      await store.notifications.add([
        intent("a1"),
        intent("a2"),
        intent("b1", { orderKey: "tgt_b" }),
        intent("c1", { channelId: "chn_c" }),
        intent("w1", { orderKey: "tgt_w", state: "withheld" }),
      ]);
      assert.deepEqual(await due(store, 0), ["a1", "b1", "c1"]);
      assert.deepEqual(await due(store, 0, 2), ["a1", "b1"]);
      assert.deepEqual(await due(store, -1), []);
      const others = await store.notifications.due(START_MS, 1, ["chn_a", "chn_x"]);
      assert.deepEqual(
        others.map(({ id }) => id),
        ["c1"],
      );
      await record(store, "a1", { state: "delivered" });
      assert.deepEqual(await due(store, 0), ["a2", "b1", "c1"]);
    },
  ],
  [
    "a notification that waits for its retry holds those behind it",
    async ({ store }) => {
      await store.notifications.add([intent("a1"), intent("a2")]);
      await record(store, "a1", { state: "pending", nextMs: 1_000 });
      assert.deepEqual(await due(store, 999), []);
      assert.equal(await store.notifications.nextDueAtMs(), START_MS + 1_000);
      assert.equal(await store.notifications.nextDueAtMs(START_MS + 999), START_MS + 1_000);
      assert.equal(await store.notifications.nextDueAtMs(START_MS + 1_000), null);
      assert.deepEqual(await due(store, 1_000), ["a1"]);
      await record(store, "a1", { state: "dead", attempt: 2 });
      assert.deepEqual(await due(store, 1_000), ["a2"]);
      await record(store, "a2", { state: "delivered" });
      assert.equal(await store.notifications.nextDueAtMs(), null);
    },
  ],
  [
    "what became of each attempt stands in the notification and its deliveries",
    async ({ store }) => {
      await store.notifications.add([intent("a1")]);
      await record(store, "a1", { state: "pending", nextMs: 70 });
      const waiting = (await store.notifications.list({ limit: 1 })).rows[0];
      assert.equal(waiting?.attempts, 1);
      assert.equal(waiting.nextAttemptAtMs, START_MS + 70);
      assert.equal(waiting.lastError, "The receiver answered 500.");
      assert.equal(waiting.deliveredAtMs, null);
      await record(store, "a1", { state: "delivered", attempt: 2 });
      const sent = (await store.notifications.list({ limit: 1 })).rows[0];
      assert.equal(sent?.state, "delivered");
      assert.equal(sent.lastError, null);
      assert.equal(sent.deliveredAtMs, START_MS + 15);
      const deliveries = await store.notifications.deliveries("a1");
      assert.deepEqual(
        deliveries.map(({ attempt, ok, status }) => [attempt, ok, status]),
        [
          [1, false, 500],
          [2, true, 200],
        ],
      );
      assert.deepEqual(await store.notifications.deliveries("none"), []);
    },
  ],
  [
    "a delivery of a notification that is not there is refused",
    async ({ store }) => {
      await assert.rejects(record(store, "none", { state: "delivered" }), { code: "not_found" });
    },
  ],
  [
    "a dead notification that is requeued leaves first again, with all its attempts",
    async ({ store }) => {
      await store.notifications.add([intent("a1"), intent("a2")]);
      assert.equal(await store.notifications.requeue("a1", START_MS), false);
      await record(store, "a1", { state: "dead", attempt: 12 });
      assert.deepEqual(await due(store, 100), ["a2"]);
      assert.equal(await store.notifications.requeue("a1", START_MS + 100), true);
      const [first, ...others] = await store.notifications.due(START_MS + 100, 10);
      assert.deepEqual([first?.id, first?.attempts, others], ["a1", 0, []]);
      assert.equal(await store.notifications.requeue("none", START_MS), false);
    },
  ],
  [
    "notifications are listed newest first, narrowed by channel and state",
    async ({ store }) => {
      const states = ["pending", "withheld", "pending", "withheld", "pending"] as const;
      await store.notifications.add(
        states.map((state, index) =>
          intent(`n${index}`, { state, channelId: index < 3 ? "chn_a" : "chn_b" }),
        ),
      );
      const ids = async (narrow: { channelId?: string; state?: NotificationState }) =>
        (await allPages((cursor) => store.notifications.list({ ...narrow, cursor, limit: 2 }))).map(
          ({ id }) => id,
        );
      assert.deepEqual(await ids({}), ["n4", "n3", "n2", "n1", "n0"]);
      assert.deepEqual(await ids({ channelId: "chn_a" }), ["n2", "n1", "n0"]);
      assert.deepEqual(await ids({ state: "withheld" }), ["n3", "n1"]);
      assert.deepEqual(await ids({ channelId: "chn_b", state: "pending" }), ["n4"]);
    },
  ],
  [
    "what is pending for a channel can be made due at once, in its order",
    async ({ store }) => {
      await store.notifications.add([
        intent("a"),
        intent("b"),
        intent("c", { orderKey: "tgt_c", channelId: "chn_b" }),
      ]);
      await record(store, "a", { state: "pending", nextMs: 600_000 });
      await record(store, "c", { state: "pending", nextMs: 600_000 });
      assert.deepEqual(await due(store, 100), []);
      await store.notifications.hasten("chn_a", START_MS + 100);
      assert.deepEqual(await due(store, 100), ["a"]);
      await record(store, "a", { state: "delivered" });
      assert.deepEqual(await due(store, 100), ["b"]);
    },
  ],
  [
    "what a receiver named a thread is kept for each channel, and the last name counts",
    async ({ store }) => {
      assert.equal(await store.threads.get("chn_a", "inc_1"), null);
      await store.threads.put("chn_a", "inc_1", "12");
      await store.threads.put("chn_b", "inc_1", "77");
      await store.threads.put("chn_a", "inc_1", "13");
      assert.equal(await store.threads.get("chn_a", "inc_1"), "13");
      assert.equal(await store.threads.get("chn_b", "inc_1"), "77");
    },
  ],
];
