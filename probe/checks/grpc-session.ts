/** HTTP/2 of a gRPC check: one session on the look's connection, and calls on it. */
import { connect as connectHttp2, constants } from "node:http2";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { talkFailure } from "./failure.ts";
import type { Failure } from "./failure.ts";
import type { GrpcReply, Replier } from "./grpc-reply.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { hostPort } from "./sentence.ts";

/** Who replies, as a look knows it. */
export function replierOf(look: Look): Replier {
  return { where: whereOf(look), quote: look.quote };
}

/** Headers that all calls of one check have in common. */
export interface GrpcPlan {
  scheme: "http" | "https";
  authority: string;
  metadata: Readonly<Record<string, string>>;
}

/** The plan for a host and port, with its own authority or metadata if there are some. */
export function planGrpc(options: {
  host: string;
  port: number;
  tls: object | undefined;
  authority?: string | undefined;
  metadata: Readonly<Record<string, string>>;
}): GrpcPlan {
  return {
    scheme: options.tls === undefined ? "http" : "https",
    authority: options.authority ?? hostPort(options.host, options.port),
    metadata: options.metadata,
  };
}

/** Headers of one method, such as `/grpc.health.v1.Health/Check`. */
export function headersOf(plan: GrpcPlan, path: string): OutgoingHttpHeaders {
  return {
    ":method": "POST",
    ":scheme": plan.scheme,
    ":path": path,
    ":authority": plan.authority,
    ...plan.metadata,
    "content-type": "application/grpc",
    te: "trailers",
    "user-agent": "quorate",
  };
}

/** A message in its frame: no compression, length, message. */
export function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

const SESSION_OPTIONS = {
  settings: { enablePush: false, maxHeaderListSize: LIMITS.checkReplyBytesMax },
};

/** Starts HTTP/2 on the socket of a look; errors and early ends of it end the look. */
export function startSession(look: Look, plan: GrpcPlan, socket: Socket): ClientHttp2Session {
  const session = connectHttp2(`${plan.scheme}://${plan.authority}`, {
    ...SESSION_OPTIONS,
    createConnection: () => socket,
  });
  const releaseSocket = look.release;
  look.release = () => {
    session.destroy();
    releaseSocket();
  };
  session.on("error", (error) => failLook(look, error));
  session.on("goaway", (code) => {
    // NO_ERROR lets the call finish (RFC 9113 6.8); any other code ends it.
    if (code === constants.NGHTTP2_NO_ERROR) return;
    look.fail("protocol_error", `${whereOf(look)} ended HTTP/2 with error code ${code}.`);
  });
  session.on("close", () => closedEarly(look));
  return session;
}

/** One call. */
export interface UnaryCall {
  headers: OutgoingHttpHeaders;
  /** The request in its frame. */
  frame: Buffer;
  /** Bytes of the reply that are taken; more ends the look. */
  bytesMax: number;
  /** Takes the complete reply. */
  done(reply: GrpcReply): void;
}

/** Calls a unary method; whatever goes wrong before the reply is complete ends the look. */
export function callUnary(look: Look, session: ClientHttp2Session, call: UnaryCall): void {
  const leftMs = Math.max(1, Math.ceil(look.context.timeoutMs - look.elapsedMs()));
  const stream = session.request({ ...call.headers, "grpc-timeout": `${leftMs}m` });
  const sentMs = look.context.clock.monoMs();
  let headers: IncomingHttpHeaders | undefined;
  let trailers: IncomingHttpHeaders | undefined;
  const parts: Buffer[] = [];
  let length = 0;
  stream.on("response", (received) => {
    headers = received;
    look.phases.firstByteUs += Math.round((look.context.clock.monoMs() - sentMs) * 1_000);
  });
  stream.on("data", (bytes: Buffer) => {
    length += bytes.length;
    parts.push(bytes);
    if (length <= call.bytesMax) return;
    const detail = `${whereOf(look)} sent more than ${call.bytesMax} bytes of reply.`;
    look.fail("protocol_error", detail);
  });
  stream.on("trailers", (received: IncomingHttpHeaders) => {
    trailers = received;
  });
  let complete = false;
  stream.on("end", () => {
    if (look.ended() || headers === undefined || stream.rstCode !== 0) return;
    complete = true;
    call.done({ headers, trailers, data: Buffer.concat(parts) });
  });
  endsWith(look, stream, () => complete);
  stream.end(call.frame);
}

function endsWith(look: Look, stream: ClientHttp2Stream, complete: () => boolean): void {
  stream.on("error", (error) => failLook(look, error));
  stream.on("close", () => {
    if (!complete()) closedEarly(look);
  });
}

function closedEarly(look: Look): void {
  if (look.ended()) return;
  look.fail("connection_closed", `${whereOf(look)} closed the connection before its reply.`);
}

function failLook(look: Look, error: unknown): void {
  if (look.ended()) return;
  const failure = http2Failure(error, replierOf(look));
  look.fail(failure.reason, failure.detail);
}

/** Errors of HTTP/2 are the target's: it broke the protocol or reset the stream. */
export function http2Failure(error: unknown, { where, quote }: Replier): Failure {
  if (systemCodeOf(error).startsWith("ERR_HTTP2")) {
    const detail = `${where} broke HTTP/2: ${quote(messageOf(error), 120)}.`;
    return { reason: "protocol_error", detail };
  }
  return talkFailure(error, where);
}
