/** Events as the bytes of a stream, written once for all readers who are given the same ones. */
import type { StoredEvent } from "../ports.ts";
import { withoutVotes } from "../feed/event-filter.ts";

/** Chunks of streams. */
export interface EventChunks {
  /** Some events as Server-Sent Events; `votes`: with who saw what. Not to be written to. */
  of(events: readonly StoredEvent[], votes: boolean): Uint8Array;
}

interface Chunk {
  events: readonly StoredEvent[];
  votes: boolean;
  bytes: Uint8Array;
}

/** Chunks that are remembered: readers ask one after the other, with a few filters among them. */
const CHUNKS_KEPT = 8;

const eventText = ({ number, event }: StoredEvent): string =>
  `id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** Creates the chunks of one aggregator. */
export function createEventChunks(): EventChunks {
  const encoder = new TextEncoder();
  const kept: Chunk[] = [];
  return {
    of(events, votes) {
      const known = kept.find((chunk) => chunk.votes === votes && isSame(chunk.events, events));
      if (known) return known.bytes;
      const shown = votes ? events : events.map(withoutVotes);
      const bytes = encoder.encode(shown.map(eventText).join(""));
      if (kept.push({ events, votes, bytes }) > CHUNKS_KEPT) kept.shift();
      return bytes;
    },
  };
}

/** Whether these are the very same events: what is published is one object for every reader. */
function isSame(left: readonly StoredEvent[], right: readonly StoredEvent[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((event, index) => event === right[index]);
}
