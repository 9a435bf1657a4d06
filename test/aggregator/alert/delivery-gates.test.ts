import assert from "node:assert/strict";
import test from "node:test";
import { BREAKER_FAILURES } from "../../../aggregator/alert/gates.ts";
import { failed, openDeliveryRoom, testChannel } from "../../helpers/delivery-room.ts";
import type { DeliveryRoom } from "../../helpers/delivery-room.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Gives a channel of the room limits of its own. */
async function limit(room: DeliveryRoom, name: string, delivery: object): Promise<void> {
  const channel = testChannel(name, { delivery: { ...DEFAULTS, ...delivery } });
  await room.store.channels.put({ ...channel, revision: 2 }, 1);
}

const DEFAULTS = { concurrency: 4, fold: true, fallbackAfterMs: 300_000 };

const targets = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `t${from + index}`);

test("a receiver dead for an hour delays nobody, and then gets all in order", async () => {
  const room = await openDeliveryRoom("dead", "good");
  room.behave("dead", () => failed({ status: null, detail: "Connection refused." }));
  for (let minute = 0; minute < 60; minute += 1) {
    await room.add(...targets(5).map((key) => `dead/${key}/${key}-${minute}`));
    await room.add(`good/web/g${minute}`);
    assert.equal(room.ids("good").length, minute + 1, "the other channel waits for nothing");
    await room.clock.run(MINUTE_MS);
  }
  assert.ok(room.ids("dead").length < 200, `knocked ${room.ids("dead").length} times`);
  room.behave("dead", () => failed({ ok: true, status: 200 }));
  const before = room.sent.length;
  await room.clock.run(6 * MINUTE_MS);
  const arrived = room.ids("dead").slice(before - 60);
  for (const key of targets(5)) {
    const own = arrived.filter((id) => id.startsWith(`${key}-`));
    assert.deepEqual(
      own,
      Array.from({ length: 60 }, (_, minute) => `${key}-${minute}`),
      "each target's messages arrive in their order, none is left out",
    );
  }
  const { rows } = await room.store.notifications.list({ limit: 1_000, state: "pending" });
  assert.equal(rows.length, 0, "all of it within minutes of the receiver's return");
  await room.close();
});

test("after some failures in a row one message at a time knocks at the receiver", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed());
  await room.add(...targets(40).map((key) => `a/${key}/${key}`));
  const first = room.sent.length;
  assert.ok(first >= BREAKER_FAILURES && first < BREAKER_FAILURES + 4, `${first} sent`);
  await room.clock.run(10 * MINUTE_MS);
  assert.ok(room.sent.length - first <= 10, `${room.sent.length - first} knocks in 10 min`);
  assert.ok(room.sent.length - first >= 4, `${room.sent.length - first} knocks in 10 min`);
  await room.close();
});

test("a receiver that asks to wait gets nothing at all meanwhile", async () => {
  const room = await openDeliveryRoom("a", "b");
  room.behave("a", () => failed({ status: 429, retryAfterMs: 60_000 }));
  await limit(room, "a", { concurrency: 1 });
  await room.add("a/web/m1", "a/mail/m2", "b/web/n1");
  assert.deepEqual(room.ids(), ["m1", "n1"]);
  await room.clock.run(59_000);
  assert.deepEqual(room.ids("a"), ["m1"]);
  room.behave("a", () => failed({ ok: true }));
  await room.clock.run(2_000);
  assert.deepEqual(room.ids("a").sort(), ["m1", "m1", "m2"]);
  await room.close();
});

test("a refusal of one message is no failure of its receiver", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed({ status: 400, retry: false }));
  await room.add(...targets(20).map((key) => `a/${key}/${key}`));
  assert.equal(room.sent.length, 20);
  await room.close();
});

test("a channel's rate is kept, and what is left waits in order", async () => {
  const room = await openDeliveryRoom("a");
  await limit(room, "a", { perMinute: 60 });
  await room.add(...targets(30).map((key) => `a/web/${key}`));
  assert.equal(room.sent.length, 1);
  await room.clock.run(10_000);
  assert.ok(room.sent.length >= 10 && room.sent.length <= 12, `${room.sent.length} in 10 s`);
  await room.clock.run(MINUTE_MS);
  assert.deepEqual(room.ids(), targets(30));
  await room.close();
});

test("a channel's own number of messages at once is kept", async () => {
  const room = await openDeliveryRoom("a");
  await limit(room, "a", { concurrency: 2 });
  room.behave("a", () => new Promise(() => {}));
  await room.add(...targets(10).map((key) => `a/${key}/${key}`));
  assert.equal(room.sent.length, 2);
  await room.close();
});

test("what a channel cannot deliver for long goes to its fallback too, once", async () => {
  const room = await openDeliveryRoom("dead", "other");
  await limit(room, "dead", { fallback: "other", fallbackAfterMs: 300_000 });
  room.behave("dead", () => failed());
  await room.add(...targets(12).map((key) => `dead/${key}/${key}`));
  await room.clock.run(4 * MINUTE_MS);
  assert.deepEqual(room.ids("other"), []);
  await room.clock.run(8 * MINUTE_MS);
  assert.deepEqual(
    room.ids("other").sort(),
    targets(12)
      .map((key) => `${key}_fb_chn_other`)
      .sort(),
  );
  const copy = await room.notification("t0_fb_chn_other");
  assert.equal(copy.reason, "Sent because channel dead cannot deliver it.");
  await room.clock.run(2 * HOUR_MS);
  assert.equal(room.ids("other").length, 12, "each copy once");
  room.behave("dead", () => failed({ ok: true }));
  await room.clock.run(6 * MINUTE_MS);
  assert.equal((await room.notification("t11")).state, "delivered", "the channel gets it still");
  await room.close();
});

test("two channels that are each other's fallback do not send to and fro", async () => {
  const room = await openDeliveryRoom("a", "b");
  for (const [name, fallback] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    await limit(room, name, { fallback });
    room.behave(name, () => failed({ retry: false, detail: "Refused." }));
  }
  await room.add("a/web/m1");
  await room.clock.run(HOUR_MS);
  assert.deepEqual(room.ids(), ["m1", "m1_fb_chn_b"]);
  await room.close();
});

test("a fallback that is not there is told of, and nothing else is lost", async () => {
  const room = await openDeliveryRoom("a");
  await limit(room, "a", { fallback: "nowhere" });
  room.behave("a", () => failed({ retry: false, detail: "Refused." }));
  await room.add("a/web/m1");
  assert.equal((await room.notification("m1")).state, "dead");
  await room.close();
});
