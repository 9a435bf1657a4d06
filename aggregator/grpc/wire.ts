/** The Mesh service as this server speaks it: unreadable messages are values, not throws. */
import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { messageOf } from "../../shared/errors.ts";
import type { AggregatorMessage } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { MeshService, ProbeMessage } from "../../shared/proto/gen/quorate/v1/mesh.ts";

/** What came in: a message, or why the bytes are none. */
export type Received =
  | { ok: true; body: NonNullable<ProbeMessage["body"]> }
  | { ok: false; sentence: string };

/** The stream of one session. */
export type SessionCall = ServerDuplexStream<Received, AggregatorMessage>;

/** The handlers of the Mesh service. */
export interface MeshHandlers {
  session: handleBidiStreamingCall<Received, AggregatorMessage>;
  [name: string]: handleBidiStreamingCall<Received, AggregatorMessage>;
}

/** Decodes a message; what is no message of this protocol becomes a sentence. */
function receive(bytes: Uint8Array): Received {
  try {
    const { body } = ProbeMessage.decode(bytes);
    if (body !== undefined) return { ok: true, body };
    return {
      ok: false,
      sentence:
        "Expected a message with hello, results, heartbeat or goodbye, and found none of them; " +
        "is the probe newer than the aggregator?",
    };
  } catch (error) {
    return {
      ok: false,
      sentence:
        "Expected a ProbeMessage of quorate.v1, and these " +
        `${bytes.length} bytes cannot be read as one: ${messageOf(error)}.`,
    };
  }
}

/**
 * The service definition. The generated one throws on bytes that are no message, which grpc-js
 * answers with a bare INTERNAL; a session shall end with a sentence instead.
 */
export const meshDefinition = {
  session: { ...MeshService.session, requestDeserialize: receive },
} as const;
