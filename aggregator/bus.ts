/** The event bus: committed events to every subscriber in this process. */
import { messageOf, QuorateError } from "../shared/errors.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Log } from "../shared/log.ts";
import type { EventBus, StoredEvent } from "./ports.ts";

/** What the bus works with. */
export interface EventBusOptions {
  log: Log;
  /** Most subscribers at a time; one more is refused. Default LIMITS.subscribersMax. */
  subscribersMax?: number;
}

/**
 * Creates an event bus. It holds no event: a subscriber that cannot take one at once keeps it in a
 * bounded queue of its own, so that no reader is ever waited for.
 */
export function createEventBus({ log, subscribersMax }: EventBusOptions): EventBus {
  const max = subscribersMax ?? LIMITS.subscribersMax;
  const subscribers = new Set<{ onEvents: (events: readonly StoredEvent[]) => void }>();
  return {
    publish: (events) => {
      if (events.length === 0) return;
      for (const subscriber of subscribers) {
        try {
          subscriber.onEvents(events);
        } catch (error) {
          // One that throws must not keep the others, or the engine, from going on.
          log.error({ error: messageOf(error) }, "A subscriber of events failed.");
        }
      }
    },
    subscribe: (onEvents) => {
      if (subscribers.size >= max) {
        const sentence = `There are ${max} subscribers of events already, which is the most.`;
        throw new QuorateError("unavailable", `${sentence} Try again later.`);
      }
      const subscriber = { onEvents };
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
  };
}
