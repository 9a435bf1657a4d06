import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { Webhook } from "standardwebhooks";
import { createDeliveryWorker } from "../../../aggregator/alert/delivery.ts";
import type { DeliveryWorker } from "../../../aggregator/alert/delivery.ts";
import { publicEvents } from "../../../aggregator/alert/events.ts";
import { emptyBook } from "../../../aggregator/alert/book.ts";
import type { AlertBook } from "../../../aggregator/alert/book.ts";
import { planAlerts } from "../../../aggregator/alert/plan.ts";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { Store } from "../../../aggregator/ports.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import {
  ALERT_START_MS,
  makeAlert,
  makeIncident,
  makeTransition,
} from "../../helpers/make-effects.ts";
import { makeTarget } from "../../helpers/make-nouns.ts";
import { startWebhookReceiver, until } from "../../helpers/webhook-receiver.ts";
import type { Received, WebhookReceiver } from "../../helpers/webhook-receiver.ts";

const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const lookups = { target: () => makeTarget("web", 1), probe: () => null };
const log = silentLog();
/** What alerting remembers for each store. */
const BOOKS = new WeakMap<Store, AlertBook>();

/** The machine's clock; chance always picks a short wait, so that retries come at once. */
const clock = systemClock();
const random = { float: () => 0.01, bytes: (length: number) => new Uint8Array(length) };

/** A worker that ends with the test, however that ends, and its store with it. */
function makeWorker(t: TestContext, store: Store): DeliveryWorker {
  const { channels } = store;
  const worker = createDeliveryWorker({
    store,
    channels,
    notifiers: prepareNotifier,
    clock,
    random,
    log,
  });
  worker.start();
  t.after(async () => {
    await worker.stop(0);
    await store.close();
  });
  return worker;
}

async function makeReceiver(t: TestContext): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.close());
  return receiver;
}

/** Resolves once so many notifications of the channel are delivered. */
async function delivered(store: Store, channelId: string, count: number): Promise<void> {
  await until(`${count} delivered`, async () => {
    const query = { limit: 10, channelId, state: "delivered" } as const;
    return (await store.notifications.list(query)).rows.length === count;
  });
}

async function openStore(...receivers: (readonly [string, WebhookReceiver])[]): Promise<Store> {
  const store = openSqliteStore({ path: ":memory:", clock, log });
  for (const [name, { url }] of receivers) {
    const options = { url, secret, timeoutMs: 60_000 };
    await store.channels.put(testChannel(name, { kind: "webhook", options }), null);
  }
  return store;
}

/** Commits web's incident: its opening, or its end. */
async function happen(store: Store, incident: "opened" | "resolved"): Promise<void> {
  const to = incident === "opened" ? "down" : "up";
  const number = incident === "opened" ? 4 : 6;
  const change = incident === "opened" ? "raised" : "cleared";
  const effects = [
    makeTransition({ to, number, incident }),
    makeIncident({ change: incident }),
    makeAlert({ change, number, transition: number }),
  ];
  const events = publicEvents(effects, lookups);
  const channels = await store.channels.all();
  const input = { effects, events, channels, nowMs: ALERT_START_MS, lookups };
  const book = BOOKS.get(store) ?? emptyBook();
  BOOKS.set(store, book);
  await store.notifications.add(planAlerts(book, input).notifications);
}

/** The event of a message whose signature is right. */
function verified({ body, headers, id }: Received): unknown {
  return new Webhook(secret).verify(body, {
    "webhook-id": id,
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"]),
  });
}

test("alert and recovery arrive in order, signed, under one id each", async (t) => {
  const receiver = await makeReceiver(t);
  receiver.next({ status: 500 }, "reset", { status: 429, headers: { "retry-after": "0" } });
  const store = await openStore(["a", receiver]);
  const worker = makeWorker(t, store);
  await happen(store, "opened");
  await happen(store, "resolved");
  worker.wake();
  await receiver.until(5);
  const [down, up] = ["msg_tgt_web_t4_chn_a", "msg_tgt_web_t6_chn_a"];
  assert.deepEqual(
    receiver.received.map(({ id }) => id),
    [down, down, down, down, up],
  );
  const types = receiver.received.map((one) => JSON.stringify(verified(one)).slice(0, 48));
  assert.match(types[0] ?? "", /^{"id":"evt_tgt_web_t4","type":"target.down"/);
  assert.match(types[4] ?? "", /^{"id":"evt_tgt_web_t6","type":"target.up"/);
  await worker.stop(5_000);
  const deliveries = await store.notifications.deliveries("msg_tgt_web_t4_chn_a");
  assert.deepEqual(
    deliveries.map(({ status }) => status),
    [500, null, 429, 204],
  );
});

test("a hanging receiver delays no other, and a restart sends to it again", async (t) => {
  const [dead, good] = [await makeReceiver(t), await makeReceiver(t)];
  dead.always("hang");
  const store = await openStore(["dead", dead], ["good", good]);
  const first = makeWorker(t, store);
  await happen(store, "opened");
  first.wake();
  await dead.until(1);
  await happen(store, "resolved");
  first.wake();
  await delivered(store, "chn_good", 2);
  await first.stop(0);
  await until("closed connections", () => dead.connections() === 0);

  dead.always({ status: 204 });
  const second = makeWorker(t, store);
  await dead.until(3);
  const [down, up] = ["msg_tgt_web_t4_chn_dead", "msg_tgt_web_t6_chn_dead"];
  assert.deepEqual(
    dead.received.map(({ id }) => id),
    [down, down, up],
  );
  assert.equal(dead.received[0]?.body, dead.received[1]?.body);
  await second.stop(5_000);
  assert.equal(good.received.length, 2);
});

test("a dead letter goes out when it is requeued", async (t) => {
  const receiver = await makeReceiver(t);
  receiver.next({ status: 410 });
  const store = await openStore(["a", receiver]);
  const worker = makeWorker(t, store);
  await happen(store, "opened");
  worker.wake();
  const id = "msg_tgt_web_t4_chn_a";
  await receiver.until(1);
  await until("the dead letter", () => store.notifications.requeue(id, clock.wallMs()));
  worker.wake();
  await receiver.until(2);
  assert.deepEqual(
    receiver.received.map((one) => one.id),
    [id, id],
  );
  await worker.stop(5_000);
});

test("a channel is tested by a signed message that the receiver's answer tells of", async (t) => {
  const receiver = await makeReceiver(t);
  const store = await openStore(["a", receiver]);
  const worker = makeWorker(t, store);
  const [channel] = await store.channels.all();
  assert.ok(channel);
  const outcome = await worker.sendTest(channel);
  assert.deepEqual([outcome.ok, outcome.status], [true, 204]);
  const [message] = receiver.received;
  assert.ok(message);
  assert.match(JSON.stringify(verified(message)), /"type":"channel.test"/);
  await worker.stop(5_000);
});
