/** The stream of events: resumed after a break where it ended, and told when that cannot be. */
import { signal } from "@preact/signals";
import type { ApiEvent } from "../../../../shared/api/event.ts";
import { readServerSentEvents } from "../../../../shared/api/sse.ts";
import { ApiFault, signedOut } from "../api.ts";
import { clock } from "../clock.ts";

/** How the page hears of what happens. */
export type LinkState = "connecting" | "live" | "lost";

/** State of the connection. */
export const link = signal<LinkState>("connecting");

/** Who is told. */
export interface StreamListener {
  onEvent(event: Pick<ApiEvent, "number" | "type" | "timestamp" | "data">): void;
  /** Something may have been missed: what is shown has to be asked for anew. */
  onGap(): void;
}

/** The aggregator sends a comment every 15 s; silence of this length is a dead connection. */
const SILENT_MS_MAX = 40_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

type Data = ApiEvent["data"];

/**
 * The body of an event.
 * Guarantee: the aggregator writes every event from a PublicEvent, whose data has a sentence.
 */
function dataOf(text: string): { type: string; timestamp: string; data: Data } {
  return JSON.parse(text) as { type: string; timestamp: string; data: Data };
}

/** Chunks of a body; older browsers cannot iterate a stream themselves. */
async function* chunksOf(body: ReadableStream<Uint8Array>, onChunk: () => void) {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onChunk();
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/** A timer that ends what says nothing for too long. */
function createSilenceGuard() {
  const silent = new AbortController();
  const start = () => clock.after(SILENT_MS_MAX, () => silent.abort());
  let timer = start();
  return {
    signal: silent.signal,
    heard: (): void => {
      timer.cancel();
      timer = start();
    },
    end: (): void => timer.cancel(),
  };
}

interface Reading {
  listener: StreamListener;
  /** The last event that was seen; null: none, or those of another history. */
  lastNumber: number | null;
  stop: AbortSignal;
}

/** Reads one connection to its end; rejects when it cannot be opened or breaks. */
async function readOnce(reading: Reading): Promise<void> {
  const { listener, stop, lastNumber } = reading;
  const guard = createSilenceGuard();
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (lastNumber !== null) headers["last-event-id"] = String(lastNumber);
  try {
    const init = { headers, signal: AbortSignal.any([stop, guard.signal]) };
    const response = await fetch("/api/v1/events", init);
    if (!response.ok || response.body === null) throw new ApiFault(response.status, "refused");
    // Without a number to go on from, what happened before this moment is not told.
    if (lastNumber === null) listener.onGap();
    link.value = "live";
    for await (const event of readServerSentEvents(chunksOf(response.body, guard.heard))) {
      if (event.event === "dropped") return listener.onGap();
      reading.lastNumber = Number(event.id);
      listener.onEvent({ number: reading.lastNumber, ...dataOf(event.data) });
    }
  } finally {
    guard.end();
  }
}

/** Listens until the returned function is called. */
export function openStream(listener: StreamListener): () => void {
  const stopped = new AbortController();
  const reading: Reading = { listener, lastNumber: null, stop: stopped.signal };
  let wake = (): void => {};

  async function follow(): Promise<void> {
    for (let retryMs = RETRY_MS_MIN; !stopped.signal.aborted;) {
      try {
        await readOnce(reading);
      } catch (error) {
        // Numbers of another history: begin anew. Everything else is tried again.
        const status = error instanceof ApiFault ? error.status : 0;
        if (status === 422) reading.lastNumber = null;
        if (status === 401) return signedOut();
      }
      if (stopped.signal.aborted) return;
      if (link.value === "live") retryMs = RETRY_MS_MIN;
      link.value = "lost";
      await new Promise<void>((resolve) => {
        wake = resolve;
        clock.after(retryMs, resolve);
      });
      retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
    }
  }

  const hurry = (): void => wake();
  addEventListener("online", hurry);
  void follow();
  return () => {
    stopped.abort();
    wake();
    removeEventListener("online", hurry);
  };
}
