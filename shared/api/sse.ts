/** Reads Server-Sent Events (https://html.spec.whatwg.org/#parsing-an-event-stream). */

/** One event of a stream; comments are left out. */
export interface ServerSentEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Longest text of one event that is read; a longer one ends the stream with an error. */
const EVENT_CHARS_MAX = 4_194_304;

/** A part of a stream: an event, or a word about the stream itself. */
export interface StreamPart {
  /** The event; null when the part has none. */
  event: ServerSentEvent | null;
  /** Where to go on after a break; null when the part does not say. */
  id: string | null;
  /** How long to wait before connecting again, milliseconds; null when the part does not say. */
  retryMs: number | null;
}

function partOf(block: string): StreamPart {
  let id: string | null = null;
  let retryMs: number | null = null;
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "id") id = value;
    else if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "retry" && /^\d{1,9}$/.test(value)) retryMs = Number(value);
  }
  const found = data.length === 0 ? null : { id, event, data: data.join("\n") };
  return { event: found, id, retryMs };
}

/** The parts of a body as they come; ends when the body ends. */
export async function* readStreamParts(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamPart> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true }).replaceAll("\r", "");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_CHARS_MAX) throw new Error("an event of the stream is too long");
    for (const block of blocks) yield partOf(block);
  }
}

/** The events of a body as they come; ends when the body ends. */
export async function* readServerSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  for await (const { event } of readStreamParts(body)) {
    if (event !== null) yield event;
  }
}

/** The bytes of a stream as they come; not every browser can iterate a stream itself. */
export async function* bytesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
