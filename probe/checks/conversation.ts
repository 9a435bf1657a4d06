/** A conversation on one connection: bytes are kept until a whole message is there. */
import type { Socket } from "node:net";
import { LIMITS } from "../../shared/limits.ts";
import type { Connection, ConnectionHandlers } from "./connection.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { createReceived } from "./tcp-script.ts";

/** What a kind says and hears on its connection. */
export interface Conversation {
  /** Connected, and handshaken if there is TLS: the kind says its first words, or waits. */
  open(socket: Socket, connection: Connection): void;
  /**
   * Looks at everything that was received and not yet taken, and returns how many bytes of it make
   * the next message; 0: more must come. It may end the look.
   */
  take(bytes: Buffer): number;
  /** What is waited for, as in "before {its greeting}". */
  awaited(): string;
}

const PIECE_BYTES = 8_192;

/**
 * Handlers of a connection on which a conversation is held. Ends the look when the target closes
 * early, and when it sends more than LIMITS.checkReplyBytesMax without a message.
 */
export function hold(look: Look, conversation: Conversation): ConnectionHandlers {
  const received = createReceived();
  let opened = false;
  const advance = (): void => {
    while (!look.ended()) {
      const bytes = received.bytes();
      const taken = bytes.length === 0 ? 0 : conversation.take(bytes);
      if (taken <= 0) return;
      received.drop(taken);
    }
  };
  const got = (): string => {
    const bytes = received.bytes();
    return bytes.length === 0 ? "nothing more" : look.quote(bytes.toString("latin1"), 60);
  };
  const tooLong = (): void => {
    const sentence = `${whereOf(look)} sent more than ${LIMITS.checkReplyBytesMax} bytes as`;
    look.fail("protocol_error", `${sentence} ${conversation.awaited()}.`);
  };
  look.progress = () => `: expected ${conversation.awaited()}, got ${got()}`;
  return {
    open(socket, connection) {
      opened = true;
      conversation.open(socket, connection);
    },
    data(bytes) {
      // In pieces, so that the end of one message and many whole ones behind it have room.
      for (let at = 0; at < bytes.length && opened && !look.ended(); at += PIECE_BYTES) {
        if (!received.add(bytes.subarray(at, at + PIECE_BYTES))) return tooLong();
        advance();
      }
    },
    closed() {
      const sentence = `${whereOf(look)} closed the connection before`;
      look.fail("connection_closed", `${sentence} ${conversation.awaited()}, after ${got()}.`);
    },
  };
}
