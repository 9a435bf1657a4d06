/** What a channel cannot deliver goes to its fallback too: a dead receiver hides nothing. */
import { channelDeliverySchema } from "../../shared/channel.ts";
import type { Channel, ChannelDelivery, Notification } from "../../shared/channel.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import type { ChannelStore, DeliveryUpdate, NewNotification, NotificationStore } from "../ports.ts";

/** What a diversion works with. */
export interface FallbackDeps {
  store: { notifications: NotificationStore };
  channels: Pick<ChannelStore, "get">;
  log: Log;
}

/** A failed delivery and when it is looked at. */
export interface FailedDelivery {
  channel: Channel;
  notification: Notification;
  update: DeliveryUpdate;
  nowMs: number;
}

/** Mark in the id of a copy; a copy is not copied again, or two channels would play ping-pong. */
const COPY_MARK = "_fb_";

/** How a channel is delivered to, defaults filled in. */
export function deliveryOf(channel: Channel): ChannelDelivery {
  return channelDeliverySchema.parse(channel.spec.delivery ?? {});
}

/**
 * Copies to the fallback what is given up, and whatever else of the channel waits for too long:
 * with a dead receiver only one message at a time is tried, but all of them wait. A copy has a
 * stable id, so one that is there already is ignored.
 */
export async function divert(failed: FailedDelivery, deps: FallbackDeps): Promise<void> {
  const { channel, notification, update, nowMs } = failed;
  const { fallback, fallbackAfterMs } = deliveryOf(channel);
  if (fallback === undefined || update.delivery.ok) return;
  const { notifications } = deps.store;
  const isLate = ({ createdAtMs }: Notification): boolean => nowMs - createdAtMs >= fallbackAfterMs;
  const lost = update.state === "dead" || isLate(notification) ? [notification] : [];
  const query = { channelId: channel.id, state: "pending", limit: LIMITS.fallbackRowsMax } as const;
  const waiting = update.state === "dead" ? [] : (await notifications.list(query)).rows;
  const rows = [...lost, ...waiting.reverse().filter(isLate)].filter(
    ({ id }) => !id.includes(COPY_MARK),
  );
  if (rows.length === 0) return;
  const other = await deps.channels.get(fallback);
  if (other === null || other.id === channel.id || !other.spec.enabled) {
    const facts = { channel: channel.spec.name, fallback };
    deps.log.warn(facts, "A channel has no fallback: it is not there, itself, or disabled.");
    return;
  }
  const reason = `Sent because channel ${channel.spec.name} cannot deliver it.`;
  const copies = new Map(rows.map((row) => [row.id, copyOf(row, { other, reason, nowMs })]));
  await notifications.add([...copies.values()]);
}

interface Copy {
  other: Channel;
  reason: string;
  nowMs: number;
}

function copyOf(row: Notification, { other, reason, nowMs }: Copy): NewNotification {
  return {
    id: `${row.id}${COPY_MARK}${other.id}`,
    channelId: other.id,
    orderKey: row.orderKey,
    state: "pending",
    reason,
    body: row.body,
    createdAtMs: nowMs,
  };
}
