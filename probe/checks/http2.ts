/** One request over HTTP/2, on a connection of its own. */
import { connect as connectHttp2 } from "node:http2";
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import type { Socket } from "node:net";
import { LIMITS } from "../../shared/limits.ts";
import type { Dial } from "./connect.ts";
import { http2Failure } from "./grpc-session.ts";
import type { Head } from "./http-head.ts";
import type { Hop } from "./http-request.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";

const SESSION_OPTIONS = {
  settings: { enablePush: false, maxHeaderListSize: LIMITS.checkHeadBytesMax },
};

/** What HTTP/2 hands over of an answer. */
export interface AnswerReceiver {
  /** The head came; true: the body is wanted, as much of it as `bytesMax`. */
  head(head: Head): boolean;
  bytesMax: number;
  /** The body is complete, or as much of it as is wanted. */
  body(head: Head, body: Buffer): void;
}

interface Asked {
  look: Look;
  hop: Hop;
}

/** Sends the request of a hop; its answer goes to the receiver, or what is wrong ends the look. */
export function askHttp2(dial: Dial, { look, hop }: Asked, receiver: AnswerReceiver): void {
  let live = true;
  dial(look, hop.destination, {
    open(socket) {
      const session = startSession({ look, hop }, socket);
      const releaseSocket = look.release;
      look.release = () => {
        live = false;
        session.destroy();
        releaseSocket();
      };
      const broken = (error: unknown): void => {
        if (!live || look.ended()) return;
        const failure = http2Failure(error, { where: whereOf(look), quote: look.quote });
        look.fail(failure.reason, failure.detail);
      };
      const closed = (): void => {
        if (!live || look.ended()) return;
        const detail = `${whereOf(look)} closed the connection before its answer was complete.`;
        look.fail("connection_closed", detail);
      };
      session.on("error", broken);
      session.on("close", closed);
      const stream = session.request(requestHeaders(hop), { endStream: hop.content === undefined });
      stream.on("error", broken);
      stream.on("close", closed);
      listen({ look, stream, live: () => live && !look.ended() }, receiver);
      if (hop.content !== undefined) stream.end(hop.content);
    },
    // With HTTP/2 on it the session hears of the end, and says more about it.
    closed: () => undefined,
  });
}

function startSession({ hop }: Asked, socket: Socket) {
  return connectHttp2(hop.url.origin, { ...SESSION_OPTIONS, createConnection: () => socket });
}

function requestHeaders(hop: Hop): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    ":method": hop.method,
    ":scheme": hop.url.protocol.slice(0, -1),
    ":authority": hop.headers.get("host") ?? hop.url.host,
    ":path": `${hop.url.pathname}${hop.url.search}`,
  };
  for (const [name, value] of hop.headers) if (name !== "host") headers[name] = value;
  if (hop.content !== undefined) headers["content-length"] = hop.content.length;
  return headers;
}

interface Listening {
  look: Look;
  stream: ClientHttp2Stream;
  live(): boolean;
}

function listen({ look, stream, live }: Listening, receiver: AnswerReceiver): void {
  const sentMs = look.context.clock.monoMs();
  let head: Head | undefined;
  const parts: Buffer[] = [];
  let length = 0;
  look.progress = () =>
    head === undefined ? ": no headers came" : `: the headers and ${length} bytes of the body came`;
  const finish = (): void => {
    if (!live() || head === undefined) return;
    receiver.body(head, Buffer.concat(parts).subarray(0, receiver.bytesMax));
  };
  stream.on("response", (received) => {
    look.phases.firstByteUs += Math.round((look.context.clock.monoMs() - sentMs) * 1_000);
    const read = headOf(received);
    if (!live() || !receiver.head(read)) return;
    head = read;
  });
  stream.on("data", (bytes: Buffer) => {
    if (!live() || head === undefined || length >= receiver.bytesMax) return;
    length += bytes.length;
    parts.push(bytes);
    if (length >= receiver.bytesMax) finish();
  });
  stream.on("end", () => {
    if (stream.rstCode === 0 && length < receiver.bytesMax) finish();
  });
}

function headOf(received: IncomingHttpHeaders): Head {
  let headers: Map<string, string> | undefined;
  const all = (): Map<string, string> => {
    headers ??= new Map(
      Object.entries(received)
        .filter(([name]) => !name.startsWith(":"))
        .map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]),
    );
    return headers;
  };
  return {
    status: Number(received[":status"] ?? 0),
    header: (name) => all().get(name),
    headers: all,
    setCookies: () => [...(received["set-cookie"] ?? [])],
  };
}
