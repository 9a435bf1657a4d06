/** Reads a stream of events a piece at a time, as a test wants it. */
import assert from "node:assert/strict";

/** A reader of a stream of text. */
export interface SseReader {
  /** Resolves once the text read so far matches; rejects when the stream ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Reads to the end of the stream. */
  rest(): Promise<string>;
  /** The numbers (`id:`) of all events read so far; where the stream begins is none of them. */
  numbers(): number[];
  leave(): Promise<void>;
}

/** Reads the body of an answer. */
export function readSse(response: Response): SseReader {
  assert.ok(response.body !== null);
  const stream: ReadableStream<Uint8Array> = response.body;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (value !== undefined) text += decoder.decode(value, { stream: true });
    return !done;
  };
  return {
    until: async (pattern) => {
      while (!pattern.test(text)) assert.ok(await more(), `the stream ended; it said: ${text}`);
      return text;
    },
    rest: async () => {
      while (await more());
      return text;
    },
    numbers: () => [...text.matchAll(/^id: (\d+)\nevent:/gm)].map((match) => Number(match[1])),
    leave: () => reader.cancel(),
  };
}
