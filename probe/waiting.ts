/**
 * Looks that wait for a place. Those whose target was passed over the last time come first, so that
 * a probe that is asked for twice what it can looks at every target every second time, instead of
 * always at the same half. Among equals the newest comes first: under load somebody must be passed
 * over, and so those who are looked at are looked at in time, not all of them at the last moment.
 */
import { createQueue } from "./queue.ts";
import type { Queue } from "./queue.ts";
import type { Look } from "./seat.ts";

/** Looks that wait. */
export interface Waiting {
  push(look: Look): void;
  /** Takes out the one that is next; undefined when none waits. */
  next(): Look | undefined;
  /** Takes out those in front that are over, or cannot start in time any more. */
  shed(isTooLate: (look: Look) => boolean, tooLate: (look: Look) => void): void;
  size(): number;
}

/** Slots in a row that a target was passed over, beyond which more give no more right. */
const MISSED_MAX = 3;

/** Creates an empty waiting room. */
export function createWaiting(): Waiting {
  /** The last one has those who come first. */
  const queues: Queue<Look>[] = Array.from({ length: MISSED_MAX + 2 }, () => createQueue<Look>());
  let size = 0;

  return {
    push(look) {
      queues[rankOf(look)]?.push(look);
      size += 1;
    },
    next() {
      if (size === 0) return undefined;
      for (let rank = queues.length - 1; rank >= 0; rank -= 1) {
        const look = queues[rank]?.pop();
        if (look === undefined) continue;
        size -= 1;
        return look;
      }
      return undefined;
    },
    shed(isTooLate, tooLate) {
      if (size === 0) return;
      for (const queue of queues) {
        for (let look = queue.peek(); look !== undefined; look = queue.peek()) {
          const over = look.state !== "waiting";
          if (!over && !isTooLate(look)) break;
          queue.shift();
          size -= 1;
          if (!over) tooLate(look);
        }
      }
    },
    size: () => size,
  };
}

/** Attempts of a burst come first: they confirm a failure, or take it back. */
function rankOf(look: Look): number {
  return look.attempt > 0 ? MISSED_MAX + 1 : Math.min(look.seat.missed, MISSED_MAX);
}
