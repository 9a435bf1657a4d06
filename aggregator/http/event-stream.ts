/** Events as Server-Sent Events (https://html.spec.whatwg.org/#server-sent-events). */
import type { Clock } from "../../shared/clock.ts";
import { isoTime, sleep } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import { openEventFeed, TOO_SLOW } from "../feed/event-feed.ts";
import type { EventFeed, EventFeedOptions } from "../feed/event-feed.ts";
import type { EventChunks } from "./event-chunks.ts";

/** What a stream works with. */
export interface EventStreamOptions extends Omit<EventFeedOptions, "onTooSlow"> {
  clock: Clock;
  log: Log;
  /** Whether events carry who saw what. */
  votes: boolean;
  /** The bytes of events, shared by all streams. */
  chunks: EventChunks;
  /** How long what comes is gathered into one write; asked after each write. */
  gatherMs: () => number;
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

/** Bytes that wait in the stream before its reader has to be waited for. */
const BUFFER_BYTES = 65_536;

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

/** Where the writer writes. */
type Controller = ReadableStreamDefaultController<Uint8Array>;

function createWriter(options: EventStreamOptions) {
  const { clock, log, closing } = options;
  const encoder = new TextEncoder();
  let controller: Controller | null = null;
  let resume = (): void => {};
  let ended = false;

  const feed = openEventFeed({ ...options, onTooSlow: () => end(DROPPED) });
  const heartbeat = clock.every(HEARTBEAT_MS, () => void beat().catch(failed));
  const stop = (): void => end(": the aggregator is stopping\n\n");
  const unwatch = options.watchRevoked(() => end(REVOKED));
  const write = (text: string): void => controller?.enqueue(encoder.encode(text));
  const isFull = (): boolean => (controller?.desiredSize ?? 0) <= 0;

  function end(last: string | null): void {
    if (ended) return;
    ended = true;
    heartbeat.cancel();
    unwatch();
    closing.removeEventListener("abort", stop);
    feed.close();
    if (last !== null) {
      write(last);
      controller?.close();
    }
    resume();
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
    else if (!isFull()) write(`: heartbeat ${isoTime(clock.wallMs())}\n\n`);
  }

  /** Resolves when the reader has room for more, or is gone. */
  const room = async (): Promise<boolean> => {
    if (isFull()) await new Promise<void>((go) => (resume = go));
    return !ended;
  };

  return {
    start(opened: Controller): void {
      controller = opened;
      write(`retry: ${RETRY_MS}\n${placeOf(options.after)}: events of Quorate\n\n`);
      closing.addEventListener("abort", stop);
      if (closing.aborted) return stop();
      const enqueue = (bytes: Uint8Array): void => opened.enqueue(bytes);
      pump(feed, { ...options, room, enqueue }).catch(failed);
    },
    resume: (): void => resume(),
    end,
  };
}

/** Events of one write at most: what a reader who is slow has to be waited for. */
const CHUNK_EVENTS = 64;

/** What a pump writes with. */
interface Writing extends Pick<EventStreamOptions, "clock" | "gatherMs" | "chunks" | "votes"> {
  room: () => Promise<boolean>;
  enqueue: (bytes: Uint8Array) => void;
}

/** Writes the events of a feed as fast as the reader takes them. */
async function pump(feed: EventFeed, writing: Writing): Promise<void> {
  const { clock, gatherMs, chunks, votes } = writing;
  for (;;) {
    const events = await feed.next();
    if (events.length === 0) return;
    for (let first = 0; first < events.length; first += CHUNK_EVENTS) {
      if (!(await writing.room())) return;
      writing.enqueue(chunks.of(events.slice(first, first + CHUNK_EVENTS), votes));
    }
    const waitMs = gatherMs();
    if (waitMs > 0) await sleep(clock, waitMs);
  }
}
