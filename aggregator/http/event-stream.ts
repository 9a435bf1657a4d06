/** Events as Server-Sent Events (https://html.spec.whatwg.org/#server-sent-events). */
import type { ServerResponse } from "node:http";
import type { Clock } from "../../shared/clock.ts";
import { isoTime } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import { openEventFeed, TOO_SLOW } from "../feed/event-feed.ts";
import type { EventFeed, EventFeedOptions } from "../feed/event-feed.ts";
import type { EventChunks } from "./event-chunks.ts";
import { BUFFER_BYTES, createEventSink } from "./event-sink.ts";
import type { Body, EventSink } from "./event-sink.ts";

/** What a stream works with. */
export interface EventStreamOptions extends Omit<EventFeedOptions, "onTooSlow"> {
  clock: Clock;
  log: Log;
  /** Whether events carry who saw what. */
  votes: boolean;
  /** The bytes of events, shared by all streams. */
  chunks: EventChunks;
  /** The answer that the body belongs to, to be written to directly; absent: there is none. */
  answer?: ServerResponse | undefined;
  /** Aborted when the program stops. */
  closing: AbortSignal;
  /** Whether the reader may still read; asked at every heartbeat. */
  isAllowed: () => Promise<boolean>;
  /** Calls back when the reader is sent away. Returns what ends that. */
  watchRevoked: (onRevoked: () => void) => () => void;
  /** Called once when the stream has ended, however it did. */
  onEnd: () => void;
}

const HEARTBEAT_MS = 15_000;

/** How long a client should wait before it connects again. */
const RETRY_MS = 2_000;

/** The last event of a reader that is too slow. */
const DROPPED = `event: dropped\ndata: ${TOO_SLOW}\n\n`;

/** The last line of a reader whose token or session is over. */
const REVOKED = ": the token is no longer valid\n\n";

/** Where the stream begins, so that a reader who hears nothing more can go on from there. */
const placeOf = (after: number | null): string => (after === null ? "" : `id: ${after}\n`);

/**
 * A body of events. It ends when the reader leaves, is too slow (told by a last `dropped` event),
 * may no longer read, or the program stops (told by a last comment). Throws unavailable when there
 * are too many subscribers.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const writer = createWriter(options);
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => writer.start(controller),
      pull: () => writer.resume(),
      cancel: () => writer.end(null),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
  );
}

function createWriter(options: EventStreamOptions) {
  const { clock, log, closing, answer } = options;
  const encoder = new TextEncoder();
  let body: Body | null = null;
  let sink: EventSink | null = null;
  let ended = false;

  const feed = openEventFeed({ ...options, onTooSlow: () => end(DROPPED) });
  const heartbeat = clock.every(HEARTBEAT_MS, () => void beat().catch(failed));
  const stop = (): void => end(": the aggregator is stopping\n\n");
  const unwatch = options.watchRevoked(() => end(REVOKED));
  const write = (text: string): void => sink?.write(encoder.encode(text));

  function end(last: string | null): void {
    if (ended) return;
    ended = true;
    heartbeat.cancel();
    unwatch();
    closing.removeEventListener("abort", stop);
    feed.close();
    if (last !== null) {
      write(last);
      body?.close();
    }
    sink?.wake();
    options.onEnd();
  }

  function failed(error: unknown): void {
    log.error({ error: messageOf(error) }, "A stream of events failed.");
    end(": something unexpected happened, connect again\n\n");
  }

  async function beat(): Promise<void> {
    const allowed = await options.isAllowed();
    if (ended) return;
    if (!allowed) end(REVOKED);
    else if (sink?.isFull() === false) write(`: heartbeat ${isoTime(clock.wallMs())}\n\n`);
  }

  return {
    start(opened: Body): void {
      const events = createEventSink(opened, answer);
      body = opened;
      sink = events;
      write(`retry: ${RETRY_MS}\n${placeOf(options.after)}: events of Quorate\n\n`);
      closing.addEventListener("abort", stop);
      if (closing.aborted) return stop();
      // Whatever becomes of the body: another answer may have taken its place.
      answer?.once("close", () => end(null));
      pump(feed, { ...options, sink: events, hasEnded: () => ended }).catch(failed);
    },
    resume: (): void => sink?.wake(),
    end,
  };
}

/**
 * Events of one write at most, with and without who saw what: some 100 kB, which wait for a reader
 * who is slow, beside its buffer.
 */
const CHUNK_EVENTS_VOTES = 64;
const CHUNK_EVENTS = 256;

/** What a pump writes with. */
interface Writing extends Pick<EventStreamOptions, "chunks" | "votes"> {
  sink: EventSink;
  hasEnded: () => boolean;
}

/** Writes the events of a feed as fast as the reader takes them. */
async function pump(feed: EventFeed, { sink, hasEnded, chunks, votes }: Writing): Promise<void> {
  const most = votes ? CHUNK_EVENTS_VOTES : CHUNK_EVENTS;
  for (;;) {
    const events = await feed.next();
    if (events.length === 0) return;
    for (let first = 0; first < events.length; first += most) {
      while (!hasEnded() && sink.isFull()) await sink.room();
      if (hasEnded()) return;
      // As it is when it fits: the same array for all readers is the quickest to know again.
      const some = events.length <= most ? events : events.slice(first, first + most);
      sink.write(chunks.of(some, votes));
    }
  }
}
