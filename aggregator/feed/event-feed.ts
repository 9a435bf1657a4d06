/** Events for one subscriber: first those of the store, then live ones, without gap or double. */
import { LIMITS } from "../../shared/limits.ts";
import type { EventBus, EventStore, StoredEvent } from "../ports.ts";
import { createEventLanes } from "./event-lane.ts";
import type { EventLanes } from "./event-lane.ts";

/** Rows read from the store at a time. */
const READ_ROWS = 500;

/** What a reader is told whose feed ended because it was too slow. */
export const TOO_SLOW =
  `This reader was too slow: more than ${LIMITS.subscriberEventsMax} events waited for it. ` +
  "Connect again with the last number seen to go on.";

/** What a feed works with. */
export interface EventFeedOptions {
  events: Pick<EventStore, "after" | "lastNumber">;
  bus: Pick<EventBus, "subscribe">;
  matches: (stored: StoredEvent) => boolean;
  /** Events after this number; null: those from now on. */
  after: number | null;
  /** Called once when more events wait than may; the feed has ended then. */
  onTooSlow: () => void;
  /** Shares what waits with readers of the same bus and key, who want the same. Default not. */
  share?: { lanes: EventLanes; key: string } | undefined;
  /** Waited for between the coming of events and their taking, so that more come. Default not. */
  gather?: () => Promise<void>;
}

/** Events for one subscriber. */
export interface EventFeed {
  /** Resolves with at least one event, in order, or with none when the feed has ended. */
  next(): Promise<readonly StoredEvent[]>;
  /** Ends the feed. */
  close(): void;
}

/**
 * Opens a feed. It subscribes before it reads, and reads the store until it has met what is being
 * published; only then it keeps live events, at most LIMITS.subscriberEventsMax. Throws
 * unavailable when there are too many subscribers.
 */
export function openEventFeed(options: EventFeedOptions): EventFeed {
  const { events, bus, matches, after, onTooSlow, share, gather } = options;
  let ended = false;
  let caughtUp = false;
  /** Number of the last event that was given, or read and not wanted. */
  let seen = after;
  let published = 0;
  let wake = (): void => {};

  const unsubscribe = bus.subscribe((stored) => {
    lane.publish(stored);
    published = Math.max(published, stored.at(-1)?.number ?? 0);
    if (!caughtUp) return;
    if (lane.waiting() > LIMITS.subscriberEventsMax) {
      close();
      onTooSlow();
    } else if (lane.waiting() > 0) wake();
  });
  const lane = (share?.lanes ?? createEventLanes()).enter(share?.key ?? "", matches);

  function close(): void {
    if (ended) return;
    ended = true;
    unsubscribe();
    lane.leave();
    wake();
  }

  /** Reads the next events of the store; what was published meanwhile is read in the next turn. */
  async function catchUp(): Promise<StoredEvent[]> {
    const from = seen ?? (await events.lastNumber());
    // A number of the future, of a store that was put back, would wait for ever.
    const start = Math.min(from, Math.max(await events.lastNumber(), published));
    const rows = await events.after(start, READ_ROWS);
    seen = rows.at(-1)?.number ?? start;
    caughtUp = rows.length < READ_ROWS && published <= seen;
    // Read already; what is published from now on waits, and may have been read, too.
    lane.take();
    return rows.filter(matches);
  }

  return {
    async next() {
      for (;;) {
        if (ended) return [];
        const ready = caughtUp ? newerThan(seen ?? 0, lane.take()) : await catchUp();
        if (ended) return [];
        if (ready.length > 0) return ready;
        if (!caughtUp || lane.waiting() > 0) continue;
        await new Promise<void>((done) => (wake = done));
        await gather?.();
      }
    },
    close,
  };
}

/** Without what was read from the store before it was published; numbers ascend. */
function newerThan(number: number, events: readonly StoredEvent[]): readonly StoredEvent[] {
  if ((events[0]?.number ?? Infinity) > number) return events;
  return events.filter((one) => one.number > number);
}
