/**
 * Delivers notifications: at least once, in order within an order key of a channel, and no channel
 * ever waits for another. The outbox in the store is the truth; this worker only holds what is in
 * flight, so after a crash everything pending is sent again under the same id.
 */
import type { Channel, ChannelDelivery, Notification } from "../../shared/channel.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { PublicEvent } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type {
  ChannelStore,
  DeliveryUpdate,
  NotificationStore,
  PreparedNotifier,
  SendOutcome,
  ThreadStore,
} from "../ports.ts";
import { attemptDelivery } from "./attempt.ts";
import type { AttemptDeps, Attempted } from "./attempt.ts";
import { backoffMs } from "./backoff.ts";
import { deliveryOf, divert } from "./fallback.ts";
import { createFlights } from "./flights.ts";
import type { Flights } from "./flights.ts";
import { createGates } from "./gates.ts";
import type { Gates } from "./gates.ts";
import { createRecorder } from "./recording.ts";
import type { KeepUpdate } from "./recording.ts";
import { createRounds } from "./rounds.ts";
import { createSender, failure } from "./sender.ts";
import type { Sender } from "./sender.ts";
import { createSteadyTime } from "./steady-time.ts";
import type { SteadyTime } from "./steady-time.ts";
import { createWaits } from "./waits.ts";
import type { Waits } from "./waits.ts";

/** What the delivery worker works with. */
export interface DeliveryDeps {
  store: { notifications: NotificationStore; threads: ThreadStore };
  /** Finds a channel by id; usually `store.channels`. */
  channels: Pick<ChannelStore, "get">;
  /** Makes a notifier of a kind and its options; usually `prepareNotifier`. */
  notifiers: (kind: string, options: unknown) => PreparedNotifier;
  clock: Clock;
  random: Random;
  log: Log;
}

/** The delivery worker of one aggregator. */
export interface DeliveryWorker {
  /** Begins to deliver what is pending; a worker is started and stopped once. */
  start(): void;
  /**
   * Takes nothing new, gives what is in flight `deadlineMs` to finish, then aborts it; what was
   * aborted stays pending and is sent again by the next worker.
   */
  stop(deadlineMs: number): Promise<void>;
  /**
   * Looks at the outbox: call it after a commit, a requeue, and a change of a channel. `atMs` is
   * the log time of the commit, which may be ahead of a wall clock that was set back.
   */
  wake(atMs?: number): void;
  /** Sends a `channel.test` event once, past the outbox. Never rejects. */
  sendTest(channel: Channel): Promise<SendOutcome>;
}

/** Due notifications read at a time. */
const DUE_ROWS = 64;

/** Time that what was aborted has to let go, before a stop no longer waits for it. */
const ABORT_MS = 500;

/** Creates the delivery worker; it does nothing before its start. */
export function createDeliveryWorker(deps: DeliveryDeps): DeliveryWorker {
  const { clock, random, log } = deps;
  const sender = createSender({ ...deps, threads: deps.store.threads });
  const time = createSteadyTime(clock);
  const waits = createWaits(clock);
  const flights = createFlights(() => rounds.wake());
  const gates = createGates(random);
  const keep = createRecorder({ ...deps, waits, inFlight: flights.count });
  const parts = { ...deps, sender, time, waits, flights, gates, keep };
  const rounds = createRounds({
    clock,
    round: () => deliverDue(parts, () => rounds.isStarted()),
    onError: (error) =>
      log.error({ error: messageOf(error) }, "The outbox cannot be read, trying again."),
  });
  return {
    start: () => rounds.start(),
    async stop(deadlineMs) {
      const idle = rounds.stop().then(() => flights.landed());
      waits.endAll();
      await waits.atMost(idle, deadlineMs);
      sender.abort();
      await waits.atMost(idle, ABORT_MS);
    },
    wake(atMs) {
      if (atMs !== undefined) time.atLeast(atMs);
      rounds.wake();
    },
    async sendTest(channel) {
      const message = testMessage(channel, { clock, random });
      const outcome = await sender.send(channel, message);
      return outcome ?? failure("The aggregator is stopping; test the channel again.", true);
    },
  };
}

interface Parts extends DeliveryDeps, AttemptDeps {
  sender: Sender;
  time: SteadyTime;
  waits: Waits;
  flights: Flights;
  gates: Gates;
  keep: KeepUpdate;
}

/**
 * Begins everything that is due and may begin. Resolves with the wait until something else becomes
 * due, null when nothing will; what is blocked by a flight is looked at when that flight ends.
 */
async function deliverDue(parts: Parts, mayBegin: () => boolean): Promise<number | null> {
  const { store, flights, gates, time } = parts;
  let nowMs: number;
  let begun: number;
  do {
    nowMs = time.nowMs();
    flights.beginReading();
    const limit = DUE_ROWS + flights.count();
    const busy = [...flights.fullChannels(), ...gates.closed(nowMs)];
    const rows = await store.notifications.due(nowMs, limit, busy);
    begun = await beginAll(rows, parts, nowMs);
  } while (begun > 0 && mayBegin());
  const nextMs = await store.notifications.nextDueAtMs(nowMs);
  const openMs = gates.nextOpenMs(nowMs);
  // Nobody waits longer than the longest Retry-After, so whoever wrote this lived at least then:
  // a wall clock that says otherwise was set back since.
  if (nextMs !== null) time.atLeast(nextMs - LIMITS.retryAfterMsMax);
  if (nextMs === null && openMs === null) return null;
  return Math.max(0, Math.min(nextMs ?? Infinity, openMs ?? Infinity) - time.nowMs());
}

/** Begins what may begin; resolves with how many did. */
async function beginAll(
  rows: readonly Notification[],
  parts: Parts,
  nowMs: number,
): Promise<number> {
  const { channels, flights, gates } = parts;
  const known = new Map<string, ChannelDelivery | null>();
  let begun = 0;
  for (const row of rows) {
    const { channelId } = row;
    if (!known.has(channelId)) {
      const channel = await channels.get(channelId);
      known.set(channelId, channel && deliveryOf(channel));
    }
    const limits = known.get(channelId);
    const concurrency = limits?.concurrency ?? LIMITS.channelConcurrency;
    if (flights.isBlocked(row, concurrency)) continue;
    if (!gates.begin(channelId, limits?.perMinute ?? null, nowMs)) continue;
    flights.begin(row, concurrency, () => deliver(row, parts));
    begun += 1;
  }
  return begun;
}

/** Delivers one notification and keeps what became of it. Never rejects. */
async function deliver(notification: Notification, parts: Parts): Promise<void> {
  const { log, random, waits, gates, time } = parts;
  const { channelId } = notification;
  try {
    const attempted = await attempt(notification, parts);
    if (attempted === null) return;
    const isBack = gates.end(channelId, attempted.outcome, time.nowMs());
    const { update, channel } = attempted;
    tell(update, log);
    // Before it is recorded: whoever dies between the two hands it to the fallback again.
    if (channel !== null) {
      await divert({ channel, notification, update, nowMs: time.nowMs() }, parts);
    }
    await parts.keep(update);
    if (isBack) await parts.store.notifications.hasten(channelId, time.nowMs());
  } catch (error) {
    const facts = { notificationId: notification.id, channelId, error: messageOf(error) };
    log.error(facts, "A notification waits: the store does not answer.");
    await waits.wait(backoffMs(1, random));
  }
}

/** Tries once; what ends without an outcome leaves its gate as it was. */
async function attempt(notification: Notification, parts: Parts): Promise<Attempted | null> {
  let attempted: Attempted | null = null;
  try {
    attempted = await attemptDelivery(notification, parts);
    return attempted;
  } finally {
    if (attempted === null) parts.gates.end(notification.channelId, null, parts.time.nowMs());
  }
}

function tell({ delivery, state }: DeliveryUpdate, log: Log): void {
  if (state === "delivered") log.debug(delivery, "A notification was delivered.");
  else if (state === "dead") log.warn(delivery, "A notification is given up: a dead letter.");
  else log.info(delivery, "A notification could not be delivered, it is tried again.");
}

function testMessage(
  channel: Channel,
  { clock, random }: Pick<DeliveryDeps, "clock" | "random">,
): { id: string; body: string } {
  const id = newId(random, "test");
  const event: PublicEvent = {
    id: `evt_${id}`,
    type: "channel.test",
    timestamp: isoTime(clock.wallMs()),
    data: { sentence: `Test of channel ${channel.spec.name}: messages of Quorate arrive here.` },
  };
  return { id: `msg_${id}_${channel.id}`, body: JSON.stringify(event) };
}
