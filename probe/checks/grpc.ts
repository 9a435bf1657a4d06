/** The grpc kind: grpc.health.v1.Health/Check on a new connection, over node:http2. */
import { connect as connectHttp2, constants } from "node:http2";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { z } from "zod";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { HealthCheckRequest } from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connect.ts";
import { talkFailure } from "./failure.ts";
import { judgeReply } from "./grpc-reply.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";
import { hostPort } from "./sentence.ts";
import { secretForms } from "./secrets.ts";
import { planTls } from "./tls.ts";

const RESERVED = /^(?:grpc-.*|te|content-type|user-agent|host|connection|transfer-encoding)$/;

const metadataKey = z
  .string()
  .regex(/^[0-9a-z_.-]{1,100}$/, { error: "expected a key of 0-9, a-z, '_', '-' and '.'" })
  .refine((key) => !RESERVED.test(key), { error: "expected a key that gRPC does not reserve" });

const metadataValue = z
  .string()
  .max(8_192)
  .regex(/^[\x20-\x7e]*$/, { error: "expected printable ASCII; base64 for keys ending in -bin" });

const grpcSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema,
    service: z
      .string()
      .max(200)
      .default("")
      .describe("Service asked after. Default empty: the server as a whole."),
    authority: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[A-Za-z0-9._~:[\]-]+$/, { error: "expected a host, with a port or without" })
      .optional()
      .describe("The :authority sent. Default: host and port."),
    metadata: z
      .record(metadataKey, metadataValue)
      .default({})
      .describe("Metadata to send; its values are secret."),
    tls: tlsSchema.optional().describe("Present: TLS with ALPN h2. `{}` is enough."),
    ...commonOptions,
  })
  .meta({ id: "GrpcOptions", description: "Options of the grpc check." });

/** The grpc kind. */
export const grpcKind: CheckKind<typeof grpcSchema> = {
  kind: "grpc",
  summary: "Asks grpc.health.v1.Health/Check whether a service is SERVING.",
  schema: grpcSchema,
  secretOptions: ["metadata", "tls.key"],
  prepare: prepareGrpc,
};

/** What all looks of one check share. */
interface GrpcCheck {
  service: string;
  headers: OutgoingHttpHeaders;
  /** The request in its frame: no compression, length, message. */
  frame: Buffer;
}

function prepareGrpc(options: z.output<typeof grpcSchema>): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, service, latencyLimitMs } = options;
  const tls = options.tls === undefined ? undefined : planTls(options.tls, "h2");
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const secrets = secretForms(Object.values(options.metadata));
  const message = HealthCheckRequest.encode({ service }).finish();
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  const headers: OutgoingHttpHeaders = {
    ":method": "POST",
    ":scheme": tls === undefined ? "http" : "https",
    ":path": "/grpc.health.v1.Health/Check",
    ":authority": options.authority ?? hostPort(host, port),
    ...options.metadata,
    "content-type": "application/grpc",
    te: "trailers",
    "user-agent": "quorate",
  };
  const check: GrpcCheck = { service, headers, frame };
  return {
    endpoint: `${tls === undefined ? "grpc" : "grpcs"}://${hostPort(host, port)}/${service}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      openConnection(look, destination, {
        open: (socket) => call(check, look, socket),
        // With HTTP/2 on it the session hears of the end, and says more about it.
        closed: () => undefined,
      });
      return abortOf(look);
    },
  };
}

const SESSION_OPTIONS = {
  settings: { enablePush: false, maxHeaderListSize: LIMITS.checkReplyBytesMax },
};

function call(check: GrpcCheck, look: Look, socket: Socket): void {
  const { ":scheme": scheme, ":authority": authority } = check.headers;
  const session = connectHttp2(`${String(scheme)}://${String(authority)}`, {
    ...SESSION_OPTIONS,
    createConnection: () => socket,
  });
  const releaseSocket = look.release;
  look.release = () => {
    session.destroy();
    releaseSocket();
  };
  listenToSession(look, session);
  const headers = { ...check.headers, "grpc-timeout": `${Math.ceil(look.context.timeoutMs)}m` };
  const stream = session.request(headers);
  listenToStream(check, look, stream);
  stream.end(check.frame);
}

function listenToSession(look: Look, session: ClientHttp2Session): void {
  session.on("error", (error) => broken(look, error));
  session.on("goaway", (code) => {
    // NO_ERROR lets the call finish (RFC 9113 6.8); any other code ends it.
    if (code === constants.NGHTTP2_NO_ERROR) return;
    look.fail("protocol_error", `${whereOf(look)} ended HTTP/2 with error code ${code}.`);
  });
  session.on("close", () => closedEarly(look));
}

function listenToStream(check: GrpcCheck, look: Look, stream: ClientHttp2Stream): void {
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
    if (length <= LIMITS.checkReplyBytesMax) return;
    const limit = LIMITS.checkReplyBytesMax;
    look.fail("protocol_error", `${whereOf(look)} sent more than ${limit} bytes of reply.`);
  });
  stream.on("trailers", (received: IncomingHttpHeaders) => {
    trailers = received;
  });
  stream.on("error", (error) => broken(look, error));
  stream.on("end", () => {
    if (look.ended() || headers === undefined || stream.rstCode !== 0) return;
    const reply = { headers, trailers, data: Buffer.concat(parts) };
    const failure = judgeReply(reply, {
      where: whereOf(look),
      service: check.service,
      quote: look.quote,
    });
    if (failure === undefined) look.pass();
    else look.fail(failure.reason, failure.detail);
  });
  stream.on("close", () => closedEarly(look));
}

function closedEarly(look: Look): void {
  if (look.ended()) return;
  look.fail("connection_closed", `${whereOf(look)} closed the connection before its reply.`);
}

/** Errors of HTTP/2 are the target's: it broke the protocol or reset the stream. */
function broken(look: Look, error: unknown): void {
  if (look.ended()) return;
  const where = whereOf(look);
  if (systemCodeOf(error).startsWith("ERR_HTTP2")) {
    const detail = `${where} broke HTTP/2: ${look.quote(messageOf(error), 120)}.`;
    return look.fail("protocol_error", detail);
  }
  const failure = talkFailure(error, where);
  look.fail(failure.reason, failure.detail);
}
