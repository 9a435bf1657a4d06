/** What is being delivered at this moment, and what may begin beside it. */
import type { Notification } from "../../shared/channel.ts";

/** The book of deliveries in flight. */
export interface Flights {
  /**
   * Call before the outbox is read: what ends after this does not begin again from that reading,
   * which may show it as it was before it ended.
   */
  beginReading(): void;
  /** Whether the channel has no free place of so many, or its order key or itself is in flight. */
  isBlocked(notification: Notification, concurrency: number): boolean;
  /** Runs `deliver`; the caller looked that it is not blocked. */
  begin(notification: Notification, concurrency: number, deliver: () => Promise<void>): void;
  count(): number;
  /** Ids of the channels that have no free place. */
  fullChannels(): string[];
  /** Resolves once nothing is in flight. */
  landed(): Promise<void>;
}

/** Creates the book; `onEnd` is called after each delivery. */
export function createFlights(onEnd: () => void): Flights {
  const channels = new Map<string, { keys: Set<string>; concurrency: number }>();
  const running = new Set<Promise<void>>();
  const endedSinceReading = new Set<string>();

  function land(notification: Notification): void {
    const keys = channels.get(notification.channelId)?.keys;
    keys?.delete(notification.orderKey);
    if (keys?.size === 0) channels.delete(notification.channelId);
    endedSinceReading.add(notification.id);
  }

  return {
    beginReading: () => endedSinceReading.clear(),
    isBlocked({ id, channelId, orderKey }, concurrency) {
      const keys = channels.get(channelId)?.keys;
      if (endedSinceReading.has(id)) return true;
      return keys !== undefined && (keys.size >= concurrency || keys.has(orderKey));
    },
    begin(notification, concurrency, deliver) {
      const { channelId, orderKey } = notification;
      const keys = channels.get(channelId)?.keys ?? new Set();
      channels.set(channelId, { keys: keys.add(orderKey), concurrency });
      const flight = deliver().finally(() => {
        land(notification);
        running.delete(flight);
        onEnd();
      });
      running.add(flight);
    },
    count: () => running.size,
    fullChannels: () =>
      [...channels]
        .filter(([, { keys, concurrency }]) => keys.size >= concurrency)
        .map(([channelId]) => channelId),
    async landed() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
