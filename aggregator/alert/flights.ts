/** What is being delivered at this moment, and what may begin beside it. */
import type { Notification } from "../../shared/channel.ts";
import { LIMITS } from "../../shared/limits.ts";

/** The book of deliveries in flight. */
export interface Flights {
  /**
   * Call before the outbox is read: what ends after this does not begin again from that reading,
   * which may show it as it was before it ended.
   */
  beginReading(): void;
  /** Runs `deliver` unless its channel is full, or its order key or itself is in flight. */
  begin(notification: Notification, deliver: () => Promise<void>): boolean;
  count(): number;
  /** Ids of the channels that have no free place. */
  fullChannels(): string[];
  /** Resolves once nothing is in flight. */
  landed(): Promise<void>;
}

/** Creates the book; `onEnd` is called after each delivery. */
export function createFlights(onEnd: () => void): Flights {
  const keysByChannel = new Map<string, Set<string>>();
  const running = new Set<Promise<void>>();
  const endedSinceReading = new Set<string>();

  function land(notification: Notification): void {
    const keys = keysByChannel.get(notification.channelId);
    keys?.delete(notification.orderKey);
    if (keys?.size === 0) keysByChannel.delete(notification.channelId);
    endedSinceReading.add(notification.id);
  }

  return {
    beginReading: () => endedSinceReading.clear(),
    begin(notification, deliver) {
      const { id, channelId, orderKey } = notification;
      const keys = keysByChannel.get(channelId) ?? new Set();
      if (keys.size >= LIMITS.channelConcurrency || keys.has(orderKey)) return false;
      if (endedSinceReading.has(id)) return false;
      keysByChannel.set(channelId, keys.add(orderKey));
      const flight = deliver().finally(() => {
        land(notification);
        running.delete(flight);
        onEnd();
      });
      running.add(flight);
      return true;
    },
    count: () => running.size,
    fullChannels: () =>
      [...keysByChannel]
        .filter(([, keys]) => keys.size >= LIMITS.channelConcurrency)
        .map(([channelId]) => channelId),
    async landed() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
