/** Reads Server-Sent Events (https://html.spec.whatwg.org/#parsing-an-event-stream). */

/** One event of a stream; comments are left out. */
export interface ServerSentEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Longest text of one event that is read; a longer one ends the stream with an error. */
const EVENT_CHARS_MAX = 4_194_304;

function eventOf(block: string): ServerSentEvent | null {
  let id: string | null = null;
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
  }
  return data.length === 0 ? null : { id, event, data: data.join("\n") };
}

/** The events of a body as they come; ends when the body ends. */
export async function* readServerSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true }).replaceAll("\r", "");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_CHARS_MAX) throw new Error("an event of the stream is too long");
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) yield event;
    }
  }
}
