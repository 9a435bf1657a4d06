/**
 * Delivers notifications: at least once, in order within an order key of a channel, and no channel
 * ever waits for another. The outbox in the store is the truth; this worker only holds what is in
 * flight, so after a crash everything pending is sent again under the same id.
 */
import type { Channel, Notification } from "../../shared/channel.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { messageOf, QuorateError } from "../../shared/errors.ts";
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
} from "../ports.ts";
import { attemptDelivery } from "./attempt.ts";
import type { AttemptDeps } from "./attempt.ts";
import { backoffMs } from "./backoff.ts";
import { createFlights } from "./flights.ts";
import type { Flights } from "./flights.ts";
import { createRounds } from "./rounds.ts";
import { createSender, failure } from "./sender.ts";
import type { Sender } from "./sender.ts";
import { createSteadyTime } from "./steady-time.ts";
import type { SteadyTime } from "./steady-time.ts";
import { createWaits } from "./waits.ts";
import type { Waits } from "./waits.ts";

/** What the delivery worker works with. */
export interface DeliveryDeps {
  store: { notifications: NotificationStore };
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
  const sender = createSender(deps);
  const time = createSteadyTime(clock);
  const waits = createWaits(clock);
  const flights = createFlights(() => rounds.wake());
  const parts = { ...deps, sender, time, waits, flights };
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
}

/**
 * Begins everything that is due and may begin. Resolves with the wait until something else becomes
 * due, null when nothing will; what is blocked by a flight is looked at when that flight ends.
 */
async function deliverDue(parts: Parts, mayBegin: () => boolean): Promise<number | null> {
  const { store, flights, time } = parts;
  let nowMs: number;
  let begun: number;
  do {
    nowMs = time.nowMs();
    flights.beginReading();
    const limit = DUE_ROWS + flights.count();
    const rows = await store.notifications.due(nowMs, limit, flights.fullChannels());
    begun = rows.filter((row) => flights.begin(row, () => deliver(row, parts))).length;
  } while (begun > 0 && mayBegin());
  const nextMs = await store.notifications.nextDueAtMs(nowMs);
  if (nextMs === null) return null;
  // Nobody waits longer than the longest Retry-After, so whoever wrote this lived at least then:
  // a wall clock that says otherwise was set back since.
  time.atLeast(nextMs - LIMITS.retryAfterMsMax);
  return Math.max(0, nextMs - time.nowMs());
}

/** Delivers one notification and keeps what became of it. Never rejects. */
async function deliver(notification: Notification, parts: Parts): Promise<void> {
  const { log, random, waits } = parts;
  const facts = { notificationId: notification.id, channelId: notification.channelId };
  try {
    const update = await attemptDelivery(notification, parts);
    if (update === null) return;
    tell(update, log);
    await keep(update, parts);
  } catch (error) {
    log.error(
      { ...facts, error: messageOf(error) },
      "A notification waits: its channel is unread.",
    );
    await waits.wait(backoffMs(1, random));
  }
}

/**
 * Keeps the update, as often as it takes. The notification stays in flight meanwhile: given free,
 * it would be sent again each time that the disk is still full.
 */
async function keep(update: DeliveryUpdate, { store, log, random, waits }: Parts): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      await store.notifications.record(update);
      return;
    } catch (error) {
      // Removed by expiry meanwhile: there is nothing left to record it of.
      if (error instanceof QuorateError && error.code === "not_found") return;
      const facts = { notificationId: update.delivery.notificationId, error: messageOf(error) };
      log.error(facts, "A delivery cannot be recorded, trying again.");
      if (!(await waits.wait(backoffMs(failures, random)))) return;
    }
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
