import assert from "node:assert/strict";
import test from "node:test";
import { createDeliveryWorker } from "../../../aggregator/alert/delivery.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { silentLog } from "../../../shared/log.ts";
import { seededRandom } from "../../../shared/random.ts";
import { failed, openDeliveryRoom, testChannel } from "../../helpers/delivery-room.ts";
import { settle } from "../../helpers/sim-clock.ts";

test("an idle worker sets no timer, and a waiting one exactly one", async () => {
  const room = await openDeliveryRoom("a");
  assert.equal(room.clock.pending(), 0);
  room.behave("a", () => failed());
  await room.add("a/web/m1", "a/web/m2", "a/mail/n1");
  assert.equal(room.clock.pending(), 1);
  await room.close();
  assert.equal(room.clock.pending(), 0);
});

test("a wall clock set back delays nothing", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed());
  await room.add("a/web/m1");
  room.clock.stepWall(-7_200_000);
  room.behave("a", () => failed({ ok: true }));
  await room.clock.run(2_000);
  assert.equal((await room.notification("m1")).state, "delivered");
  await room.close();
});

test("a commit in the log's time is due although the wall clock is behind it", async () => {
  const room = await openDeliveryRoom("a");
  const logMs = room.clock.wallMs() + 600_000;
  room.clock.stepWall(-1);
  const intent = { channelId: "chn_a", orderKey: "web", state: "pending", reason: "" } as const;
  const { notifications } = room.store;
  await notifications.add([{ ...intent, id: "m1", body: "{}", createdAtMs: logMs }]);
  room.worker.wake(logMs);
  await settle();
  assert.deepEqual(room.ids(), ["m1"]);
  await room.close();
});

test("a store that fails is asked again after a second, not in a spin", async () => {
  const room = await openDeliveryRoom("a");
  await room.add("a/web/m1");
  let asked = 0;
  const broken = {
    ...room.store.notifications,
    due: () => {
      asked += 1;
      return Promise.reject(new QuorateError("unavailable", "The disk is away."));
    },
  };
  const worker = createDeliveryWorker({
    store: { ...room.store, notifications: broken },
    channels: room.store.channels,
    notifiers: () => assert.fail("nothing can be sent"),
    clock: room.clock,
    random: seededRandom(1),
    log: silentLog(),
  });
  worker.start();
  await room.clock.run(10_500);
  assert.equal(asked, 11);
  await worker.stop(0);
  await room.close();
});

test("a delivery that cannot be recorded is not sent again before it is", async () => {
  const room = await openDeliveryRoom("a");
  await room.worker.stop(0);
  const { notifications, channels } = room.store;
  await room.add("a/web/m1");
  let failures = 3;
  let sends = 0;
  const worker = createDeliveryWorker({
    store: {
      ...room.store,
      notifications: {
        ...notifications,
        recordAll: async (updates) => {
          failures -= 1;
          if (failures >= 0) throw new QuorateError("unavailable", "The disk is full.");
          await notifications.recordAll(updates);
        },
      },
    },
    channels,
    notifiers: () => ({
      destination: "a",
      timeoutMs: 1_000,
      send: () => {
        sends += 1;
        return Promise.resolve(failed({ ok: true }));
      },
    }),
    clock: room.clock,
    random: seededRandom(1),
    log: silentLog(),
  });
  worker.start();
  await room.clock.run(10_000);
  assert.equal(sends, 1);
  assert.equal((await room.notification("m1")).state, "delivered");
  await worker.stop(0);
  await room.close();
});

test("a test of a channel is sent once, past the outbox, whatever comes of it", async () => {
  const room = await openDeliveryRoom("a");
  room.behave("a", () => failed({ status: 500 }));
  const outcome = await room.worker.sendTest(testChannel("a"));
  assert.equal(outcome.ok, false);
  const [message] = room.sent;
  assert.match(message?.id ?? "", /^msg_test_[0-9a-z]+_chn_a$/);
  assert.match(message?.body ?? "", /"type":"channel.test"/);
  await room.clock.run(60_000);
  assert.equal(room.sent.length, 1);
  assert.equal((await room.store.notifications.list({ limit: 10 })).rows.length, 0);
  await room.close();
});

test("a test of a channel whose options are wrong says what is wrong", async () => {
  const room = await openDeliveryRoom("a");
  const worker = createDeliveryWorker({
    store: room.store,
    channels: room.store.channels,
    notifiers: () => {
      throw new QuorateError("invalid", "The url is missing.");
    },
    clock: room.clock,
    random: seededRandom(1),
    log: silentLog(),
  });
  const outcome = await worker.sendTest(testChannel("a"));
  assert.deepEqual(outcome, {
    ...failed({ status: null, retry: false }),
    detail: "The channel cannot send, correct its options: The url is missing.",
  });
  await room.close();
});
