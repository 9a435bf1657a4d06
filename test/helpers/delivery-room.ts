/** A delivery worker on a real store and a simulated clock, with notifiers that obey the test. */
import { createDeliveryWorker } from "../../aggregator/alert/delivery.ts";
import type { DeliveryWorker } from "../../aggregator/alert/delivery.ts";
import type {
  NewNotification,
  OutgoingMessage,
  SendOutcome,
  Store,
} from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { channelSpecSchema } from "../../shared/channel.ts";
import type { Channel, ChannelSpec, Notification } from "../../shared/channel.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import { settle, simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";

/** A send as the receiver of a channel would see it. */
export interface Sent extends OutgoingMessage {
  channel: string;
  /** Monotonic time of the attempt. */
  monoMs: number;
}

/** What a channel makes of a message; a promise that never settles is a hanging receiver. */
export type Behaviour = (
  message: OutgoingMessage,
  signal: AbortSignal,
) => SendOutcome | Promise<SendOutcome>;

/** A room to deliver in. */
export interface DeliveryRoom {
  store: Store;
  clock: SimClock;
  worker: DeliveryWorker;
  sent: readonly Sent[];
  /** How the channels of this name answer; ok when nothing is said. */
  behave(channel: string, behaviour: Behaviour): void;
  /** Makes another worker on the same store, as after a restart. */
  restart(): DeliveryWorker;
  /** Adds intents and wakes the worker; each is `channel/orderKey/id`. */
  add(...intents: string[]): Promise<void>;
  /** Ids sent so far, of one channel or of all. */
  ids(channel?: string): string[];
  notification(id: string): Promise<Notification>;
  close(): Promise<void>;
}

/** A channel with id `chn_<name>`. */
export function testChannel(name: string, over: Partial<ChannelSpec> = {}, atMs = 0): Channel {
  const spec = channelSpecSchema.parse({ name, kind: "fake", options: { name }, ...over });
  return { id: `chn_${name}`, revision: 1, createdAtMs: atMs, updatedAtMs: atMs, spec };
}

/** An outcome that is not ok; `retry` true unless told otherwise. */
export function failed(over: Partial<SendOutcome> = {}): SendOutcome {
  return { ok: false, status: 500, detail: "It failed.", retry: true, retryAfterMs: null, ...over };
}

const DELIVERED: SendOutcome = { ...failed(), ok: true, status: 204, detail: "Delivered." };

/** Opens a room with these channels; its worker is started. */
export async function openDeliveryRoom(...channels: string[]): Promise<DeliveryRoom> {
  const clock = simClock();
  const store = openSqliteStore({ path: ":memory:", clock, log: silentLog() });
  for (const name of channels) await store.channels.put(testChannel(name), null);
  const sent: Sent[] = [];
  const behaviours = new Map<string, Behaviour>();
  const make = (): DeliveryWorker =>
    createDeliveryWorker({
      store,
      channels: store.channels,
      notifiers: (_kind, options) => notifierOf(channelName(options), { sent, behaviours, clock }),
      clock,
      random: seededRandom(7),
      log: silentLog(),
    });
  const worker = make();
  worker.start();
  await settle();
  return {
    store,
    clock,
    worker,
    sent,
    behave: (channel, behaviour) => void behaviours.set(channel, behaviour),
    restart: make,
    async add(...intents) {
      await store.notifications.add(intents.map((text) => intentOf(text, clock.wallMs())));
      worker.wake();
      await settle();
    },
    ids: (channel) =>
      sent.filter((one) => channel === undefined || one.channel === channel).map(({ id }) => id),
    notification: async (id) => await find(store, id),
    async close() {
      await worker.stop(0);
      await store.close();
    },
  };
}

interface NotifierParts {
  sent: Sent[];
  behaviours: ReadonlyMap<string, Behaviour>;
  clock: SimClock;
}

function notifierOf(channel: string, { sent, behaviours, clock }: NotifierParts) {
  return {
    destination: channel,
    timeoutMs: 10_000,
    async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
      const { id, body, atMs } = message;
      sent.push({ id, body, atMs, channel, monoMs: clock.monoMs() });
      return await (behaviours.get(channel)?.(message, signal) ?? DELIVERED);
    },
  };
}

function channelName(options: unknown): string {
  const named = typeof options === "object" && options !== null && "name" in options;
  return named ? String(options.name) : "";
}

function intentOf(text: string, atMs: number): NewNotification {
  const [channel = "", orderKey = "", id = ""] = text.split("/");
  return {
    id,
    channelId: `chn_${channel}`,
    orderKey,
    state: "pending",
    reason: "Sent because a test wants it.",
    body: JSON.stringify({ id }),
    createdAtMs: atMs,
  };
}

async function find(store: Store, id: string): Promise<Notification> {
  const { rows } = await store.notifications.list({ limit: 1_000 });
  const row = rows.find((one) => one.id === id);
  if (!row) throw new Error(`no notification ${id}`);
  return row;
}
