import assert from "node:assert/strict";
import test from "node:test";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { failed, openDeliveryRoom, testChannel } from "../../helpers/delivery-room.ts";
import { settle } from "../../helpers/sim-clock.ts";

const HOUR_MS = 3_600_000;

const never = (): Promise<SendOutcome> => new Promise(() => {});

test("a notification is sent at once and its delivery is recorded", async () => {
  const room = await openDeliveryRoom("a");
  await room.add("a/web/m1");
  assert.deepEqual(room.ids(), ["m1"]);
  const row = await room.notification("m1");
  assert.equal(row.state, "delivered");
  assert.equal(row.lastError, null);
  const [delivery, ...rest] = await room.store.notifications.deliveries("m1");
  assert.equal(rest.length, 0);
  assert.deepEqual(
    [delivery?.attempt, delivery?.ok, delivery?.status, delivery?.detail],
    [1, true, 204, "Delivered."],
  );
  await room.close();
});

test("a failed delivery is tried again under the same id within the doubling ceiling", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed());
  await room.add("a/web/m1");
  await room.clock.run(30 * HOUR_MS);
  assert.equal(room.sent.length, LIMITS.deliveryAttemptsMax);
  assert.deepEqual([...new Set(room.ids())], ["m1"]);
  assert.equal(new Set(room.sent.map(({ body }) => body)).size, 1);
  const waits = room.sent
    .slice(1)
    .map((one, index) => one.monoMs - (room.sent[index]?.monoMs ?? 0));
  waits.forEach((waitMs, index) => {
    const ceilingMs = Math.min(1_000 * 2 ** index, LIMITS.deliveryBackoffMsMax);
    assert.ok(waitMs > 0 && waitMs <= ceilingMs + 1, `wait ${index} was ${waitMs}`);
  });
  await room.close();
});

test("after the last attempt it is a dead letter, and a requeue revives it", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed());
  await room.add("a/web/m1");
  await room.clock.run(30 * HOUR_MS);
  const dead = await room.notification("m1");
  assert.equal(dead.state, "dead");
  assert.equal(dead.lastError, "It failed. Given up after 100 attempts.");
  room.behave("a", () => ({ ...failed(), ok: true, status: 200, detail: "Delivered." }));
  assert.equal(await room.store.notifications.requeue("m1", room.clock.wallMs()), true);
  room.worker.wake();
  await settle();
  assert.equal((await room.notification("m1")).state, "delivered");
  assert.equal(room.sent.length, 101);
  await room.close();
});

test("a refusal that no retry helps is a dead letter at once", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed({ status: 410, retry: false, detail: "Gone." }));
  await room.add("a/web/m1");
  await room.clock.run(3_600_000);
  assert.equal(room.sent.length, 1);
  const row = await room.notification("m1");
  assert.deepEqual([row.state, row.lastError], ["dead", "Gone."]);
  await room.close();
});

test("Retry-After is honoured, up to an hour", async () => {
  const room = await openDeliveryRoom("a");
  const asked = [90_000, 86_400_000];
  room.behave("a", () => failed({ status: 429, retryAfterMs: asked.shift() ?? 0 }));
  await room.add("a/web/m1");
  await room.clock.run(89_000);
  assert.equal(room.sent.length, 1);
  await room.clock.run(2_000);
  assert.equal(room.sent.length, 2);
  await room.clock.run(3_590_000);
  assert.equal(room.sent.length, 2);
  await room.clock.run(11_000);
  assert.equal(room.sent.length, 3);
  await room.close();
});

test("messages of one target leave in order, each after the one before it ended", async () => {
  const room = await openDeliveryRoom("a");
  let failures = 3;
  room.behave("a", ({ id }) => {
    if (id !== "m1" || failures === 0) return failed({ ok: true });
    failures -= 1;
    return failed();
  });
  await room.add("a/web/m1", "a/web/m2", "a/web/m3", "a/mail/n1");
  assert.deepEqual(room.ids(), ["m1", "n1"]);
  await room.clock.run(60_000);
  assert.deepEqual(room.ids(), ["m1", "n1", "m1", "m1", "m1", "m2", "m3"]);
  await room.close();
});

test("a channel sends at most so many at once, and never two of one target", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", never);
  await room.add(...Array.from({ length: 20 }, (_, index) => `a/t${index % 10}/m${index}`));
  assert.deepEqual(room.ids(), ["m0", "m1", "m2", "m3"]);
  assert.equal(room.sent.length, LIMITS.channelConcurrency);
  await room.close();
});

test("a hanging channel with many targets never delays another", async () => {
  const room = await openDeliveryRoom("dead", "good");
  room.behave("dead", never);
  await room.add(...Array.from({ length: 500 }, (_, index) => `dead/t${index}/d${index}`));
  await room.add("good/web/g1");
  assert.deepEqual(room.ids("good"), ["g1"]);
  let failures = 1;
  room.behave("good", () => (failures-- > 0 ? failed() : failed({ ok: true })));
  await room.add("good/web/g2", "good/web/g3");
  assert.equal(room.ids("dead").length, LIMITS.channelConcurrency);
  await room.clock.run(1_100);
  assert.deepEqual(room.ids("good"), ["g1", "g2", "g2", "g3"]);
  await room.close();
});

test("a notifier that ignores its abort is left alone after its deadline", async () => {
  const room = await openDeliveryRoom("a");
  let aborted = false;
  room.behave("a", async (_message, signal) => {
    signal.addEventListener("abort", () => (aborted = true));
    return await never();
  });
  await room.add("a/web/m1");
  await room.clock.run(11_500);
  assert.equal(aborted, true);
  const [delivery] = await room.store.notifications.deliveries("m1");
  assert.equal(delivery?.detail, "The notifier did not end within 10 s and was left alone.");
  assert.equal((await room.notification("m1")).state, "pending");
  await room.close();
});

test("a notifier that throws is a failure that is tried again", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => {
    throw new Error("boom");
  });
  await room.add("a/web/m1");
  const row = await room.notification("m1");
  assert.deepEqual([row.state, row.lastError], ["pending", "The notifier failed: boom"]);
  await room.close();
});

test("what is in flight at a crash is sent again under the same id", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", never);
  await room.add("a/web/m1", "a/web/m2");
  await room.worker.stop(0);
  room.behave("a", () => failed({ ok: true }));
  const next = room.restart();
  next.start();
  await settle();
  assert.deepEqual(room.ids(), ["m1", "m1", "m2"]);
  assert.equal((await room.store.notifications.deliveries("m1")).length, 1);
  await next.stop(0);
  await room.close();
});

test("a stop lets what is in flight finish and begins nothing new", async () => {
  const room = await openDeliveryRoom("a");
  let finish: (outcome: SendOutcome) => void = () => assert.fail("nothing was sent");
  room.behave("a", () => new Promise((resolve) => (finish = resolve)));
  await room.add("a/web/m1", "a/web/m2");
  const stopped = room.worker.stop(5_000);
  await settle();
  finish(failed({ ok: true }));
  await stopped;
  assert.deepEqual(room.ids(), ["m1"]);
  assert.equal((await room.notification("m1")).state, "delivered");
  assert.equal((await room.notification("m2")).state, "pending");
  assert.equal(room.clock.pending(), 0);
  await room.store.close();
});

test("what waits for a deleted or disabled channel is a dead letter with the reason", async () => {
  const room = await openDeliveryRoom("gone", "off");
  await room.store.channels.delete("chn_gone");
  const off = testChannel("off", { enabled: false });
  await room.store.channels.put({ ...off, revision: 2 }, 1);
  await room.add("gone/web/m1", "off/web/m2");
  assert.deepEqual(room.ids(), []);
  const [gone, disabled] = [await room.notification("m1"), await room.notification("m2")];
  assert.equal(gone.state, "dead");
  assert.equal(gone.lastError, "The channel was deleted before this could be delivered.");
  assert.equal(disabled.state, "dead");
  assert.match(disabled.lastError ?? "", /is disabled: enable it, then requeue/);
  await room.close();
});

test("a changed channel is used as it is now", async () => {
  const room = await openDeliveryRoom("a");
  await room.add("a/web/m1");
  const changed = testChannel("a", { options: { name: "b" } });
  await room.store.channels.put({ ...changed, revision: 2 }, 1);
  await room.add("a/web/m2");
  assert.deepEqual(
    room.sent.map(({ channel, id }) => `${channel} ${id}`),
    ["a m1", "b m2"],
  );
  await room.close();
});
