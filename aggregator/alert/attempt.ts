/** One attempt to deliver one notification, and what it makes of it. */
import type { Channel, Notification } from "../../shared/channel.ts";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";
import type { ChannelStore, DeliveryUpdate, SendOutcome } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import { failure } from "./sender.ts";
import type { Sender } from "./sender.ts";
import type { SteadyTime } from "./steady-time.ts";

/** What an attempt works with. */
export interface AttemptDeps {
  channels: Pick<ChannelStore, "get">;
  sender: Sender;
  clock: Clock;
  time: SteadyTime;
  random: Random;
}

/** What an attempt gave. */
export interface Attempted {
  update: DeliveryUpdate;
  outcome: SendOutcome;
  /** Null when it was deleted. */
  channel: Channel | null;
}

/** Tries once; null when the send was aborted, so that nothing is known of it. */
export async function attemptDelivery(
  notification: Notification,
  deps: AttemptDeps,
): Promise<Attempted | null> {
  const { clock, sender } = deps;
  const channel = await deps.channels.get(notification.channelId);
  const atMs = clock.wallMs();
  const startMonoMs = clock.monoMs();
  const outcome = refusal(channel, notification) ?? (await send(channel, notification, sender));
  if (outcome === null) return null;
  const attempt = notification.attempts + 1;
  const next = judge(outcome, attempt, deps);
  const delivery = {
    notificationId: notification.id,
    channelId: notification.channelId,
    attempt,
    atMs,
    durationMs: Math.round(clock.monoMs() - startMonoMs),
    status: outcome.status,
    ok: outcome.ok,
    detail: next.detail,
    request: channel === null ? "" : sender.requestOf(channel, notification),
  };
  const update = { delivery, state: next.state, nextAttemptAtMs: next.atMs };
  return { update, outcome, channel };
}

async function send(
  channel: Channel | null,
  notification: Notification,
  sender: Sender,
): Promise<SendOutcome | null> {
  return channel && (await sender.send(channel, notification));
}

/** Why it cannot even be tried; null when it can. */
function refusal(channel: Channel | null, notification: Notification): SendOutcome | null {
  // A store finds channels by name too; a channel named like the id of a deleted one is another.
  if (channel === null || channel.id !== notification.channelId) {
    return failure("The channel was deleted before this could be delivered.", false);
  }
  if (channel.spec.enabled) return null;
  return failure("The channel is disabled: enable it, then requeue this notification.", false);
}

interface Next {
  state: DeliveryUpdate["state"];
  atMs: number;
  detail: string;
}

/**
 * | outcome | attempts so far | state | next attempt |
 * |---|---|---|---|
 * | ok | any | delivered | – |
 * | not worth trying again | any | dead | – |
 * | failed | a multiple of LIMITS.deliveryAttemptsMax | dead | – |
 * | failed | any other | pending | after the backoff, and not before Retry-After |
 *
 * A multiple, because attempts go on counting when a dead notification is requeued.
 */
function judge(outcome: SendOutcome, attempt: number, { time, random }: AttemptDeps): Next {
  const atMs = time.nowMs();
  const { detail } = outcome;
  if (outcome.ok) return { state: "delivered", atMs, detail };
  if (!outcome.retry) return { state: "dead", atMs, detail };
  const max = LIMITS.deliveryAttemptsMax;
  if (attempt % max === 0) {
    return { state: "dead", atMs, detail: `${detail} Given up after ${max} attempts.` };
  }
  const askedMs = Math.min(outcome.retryAfterMs ?? 0, LIMITS.retryAfterMsMax);
  const waitMs = Math.max(askedMs, backoffMs(attempt % max, random));
  return { state: "pending", atMs: atMs + waitMs, detail };
}
