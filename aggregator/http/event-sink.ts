/** Where the bytes of a stream of events go, and how its reader is waited for. */
import type { ServerResponse } from "node:http";
import { nextTurn } from "../../shared/turn.ts";

/** What comes through the web's own streams. */
export type Body = ReadableStreamDefaultController<Uint8Array>;

/** Takes the bytes of one stream. */
export interface EventSink {
  /** Whether so much waits in it that its reader has to be waited for. */
  isFull(): boolean;
  /** Resolves when there is room, or when it is woken. */
  room(): Promise<void>;
  /** Ends the waiting for room. */
  wake(): void;
  write(bytes: Uint8Array): void;
}

/** Bytes that wait before the reader of a stream has to be waited for. */
export const BUFFER_BYTES = 65_536;

/**
 * A sink into the body of an answer or, where Node's own server gives the answer, past the body
 * into the answer itself: half of what a write through a stream of the web costs is promises.
 */
export function createEventSink(body: Body, answer: ServerResponse | undefined): EventSink {
  let wake = (): void => {};
  const target = answer === undefined ? bodyTarget(body) : answerTarget(answer, body, () => wake());
  return {
    ...target,
    room: () => new Promise((go) => (wake = go)),
    wake: () => wake(),
  };
}

type Target = Pick<EventSink, "isFull" | "write">;

function bodyTarget(body: Body): Target {
  return {
    isFull: () => (body.desiredSize ?? 0) <= 0,
    write: (bytes) => body.enqueue(bytes),
  };
}

/**
 * Until the turn after the head was written it is full, and what must be said is said through the
 * body: whoever writes the head writes what is in the body in the same turn of the event loop.
 */
function answerTarget(answer: ServerResponse, body: Body, onRoom: () => void): Target {
  let isOpen = false;
  answer.on("drain", onRoom);
  void headWritten(answer).then(() => {
    isOpen = true;
    onRoom();
  });
  return {
    isFull: () => !isOpen || answer.writableLength >= BUFFER_BYTES,
    write: (bytes) => {
      if (!isOpen) body.enqueue(bytes);
      else if (!answer.writableEnded) answer.write(bytes);
    },
  };
}

/** Resolves in the turn after the head of an answer was written, or when there will be none. */
async function headWritten(answer: ServerResponse): Promise<void> {
  while (!answer.headersSent && !answer.destroyed) await nextTurn();
  await nextTurn();
}
