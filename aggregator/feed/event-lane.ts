/** Events that many readers want alike, kept once for all of them. */
import { LIMITS } from "../../shared/limits.ts";
import type { StoredEvent } from "../ports.ts";

/**
 * A queue of which each reader has a place of its own: two thousand queues of the same events would
 * be most of the garbage of a burst. Only readers of the same bus may share one.
 */
export interface EventLane {
  /** Takes what was published; what it has already changes nothing, whoever gives it again. */
  take(stored: readonly StoredEvent[]): void;
  /** The place behind the newest event. */
  end(): number;
  /** Events from a place on, one array for all who ask for the same; the newest are kept. */
  from(place: number): readonly StoredEvent[];
}

/** Creates a lane of the events that match. */
export function createEventLane(matches: (stored: StoredEvent) => boolean): EventLane {
  let kept: StoredEvent[] = [];
  /** Place of the first that is kept. */
  let first = 0;
  let lastNumber = 0;
  let given: { place: number; events: readonly StoredEvent[] } | null = null;
  return {
    take(stored) {
      for (const one of stored) {
        if (one.number <= lastNumber) continue;
        lastNumber = one.number;
        if (matches(one)) kept.push(one);
      }
      // Whoever is further behind is too slow; half of it is dropped at a time, not each by itself.
      const over = kept.length - LIMITS.subscriberEventsMax;
      if (over < LIMITS.subscriberEventsMax) return;
      kept = kept.slice(over);
      first += over;
    },
    end: () => first + kept.length,
    from(place) {
      const end = first + kept.length;
      if (given?.place !== place || place + given.events.length !== end) {
        given = { place, events: kept.slice(Math.max(0, place - first)) };
      }
      return given.events;
    },
  };
}

/** One reader of a lane, at its place in it. */
export interface LaneReader {
  /** Gives the lane what was published, as each of its readers does. */
  publish(stored: readonly StoredEvent[]): void;
  /** How many events wait for this reader. */
  waiting(): number;
  /** Takes all that waits. */
  take(): readonly StoredEvent[];
  /** To be called once. */
  leave(): void;
}

/** Lanes by what is wanted, for as long as somebody reads them. */
export interface EventLanes {
  /** A reader at the end of the lane of this key, which is made when there is none. */
  enter(key: string, matches: (stored: StoredEvent) => boolean): LaneReader;
}

/** Creates the lanes of the readers of one bus. */
export function createEventLanes(): EventLanes {
  const lanes = new Map<string, { lane: EventLane; readers: number }>();
  return {
    enter(key, matches) {
      const shared = lanes.get(key) ?? { lane: createEventLane(matches), readers: 0 };
      lanes.set(key, shared);
      shared.readers += 1;
      const { lane } = shared;
      let place = lane.end();
      return {
        publish: (stored) => lane.take(stored),
        waiting: () => lane.end() - place,
        take: () => {
          const events = lane.from(place);
          place = lane.end();
          return events;
        },
        leave: () => {
          shared.readers -= 1;
          if (shared.readers === 0) lanes.delete(key);
        },
      };
    },
  };
}
