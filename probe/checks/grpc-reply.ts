/** The reply of a health check, from HTTP/2 headers, data and trailers. Pure. */
import type { IncomingHttpHeaders } from "node:http2";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import {
  HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type { Failure } from "./failure.ts";
import { quoted } from "./sentence.ts";

/** Everything a server sent in answer to one call. */
export interface GrpcReply {
  headers: IncomingHttpHeaders;
  /** Absent if the headers were the whole reply. */
  trailers: IncomingHttpHeaders | undefined;
  data: Buffer;
}

/** What is asked, for sentences. */
export interface GrpcQuestion {
  where: string;
  service: string;
  /** Quotes what the target sent, without secrets. */
  quote(text: string, charsMax?: number): string;
}

const STATUS_NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** What is wrong with a complete reply; undefined when it says SERVING. */
export function judgeReply(reply: GrpcReply, question: GrpcQuestion): Failure | undefined {
  const { where } = question;
  const end = reply.trailers ?? reply.headers;
  const statusText = text(end["grpc-status"]) ?? text(reply.headers["grpc-status"]);
  const httpStatus = String(reply.headers[":status"] ?? "without status");
  if (httpStatus !== "200" && statusText === undefined) {
    const detail = `${where} answered HTTP ${httpStatus} instead of gRPC.`;
    return { reason: "grpc_status", detail };
  }
  const type = text(reply.headers["content-type"]) ?? "";
  if (!/^application\/grpc(?:$|[+;])/i.test(type)) {
    return broken(where, `sent content-type ${question.quote(type)} instead of application/grpc`);
  }
  if (statusText === undefined) return broken(where, "ended the call without grpc-status");
  if (!/^\d{1,3}$/.test(statusText)) {
    return broken(where, `sent a wrong grpc-status ${question.quote(statusText)}`);
  }
  const status = Number(statusText);
  if (status !== 0) return judgeStatus(status, text(end["grpc-message"]) ?? "", question);
  return judgeMessage(reply.data, question);
}

function judgeStatus(status: number, message: string, question: GrpcQuestion): Failure {
  const { where, service } = question;
  if (status === NOT_FOUND) {
    const detail = `${where} knows no service ${quoted(service)}; correct the option \`service\`.`;
    return { reason: "misconfigured", detail };
  }
  if (status === UNIMPLEMENTED) {
    const detail = `${where} does not offer grpc.health.v1.Health; add it there, or check by tcp.`;
    return { reason: "misconfigured", detail };
  }
  const name = STATUS_NAMES[status] ?? "an unknown status";
  const said = message === "" ? "" : `: ${question.quote(percentDecoded(message), 120)}`;
  return { reason: "grpc_status", detail: `${where} answered ${name} (${status})${said}.` };
}

/** One frame: a byte of flags, four of length, and the message (gRPC over HTTP/2). */
function judgeMessage(data: Buffer, question: GrpcQuestion): Failure | undefined {
  const { where, service } = question;
  if (data.length < 5) return broken(where, `sent a frame of ${data.length} bytes`);
  if (data[0] !== 0) return broken(where, "compressed its reply, which was not asked for");
  const length = data.readUInt32BE(1);
  if (length !== data.length - 5) {
    return broken(where, `sent a frame of ${data.length - 5} bytes and called it ${length}`);
  }
  let serving: number;
  try {
    serving = HealthCheckResponse.decode(data.subarray(5)).status;
  } catch (thrown) {
    return broken(where, `sent no HealthCheckResponse (${quoted(messageOf(thrown), 60)})`);
  }
  const shown = service === "" ? "the server" : `service ${quoted(service)}`;
  switch (serving) {
    case ServingStatus.SERVING:
      return undefined;
    case ServingStatus.NOT_SERVING:
      return { reason: "grpc_not_serving", detail: `${where} says that ${shown} is NOT_SERVING.` };
    case ServingStatus.UNKNOWN:
      return { reason: "grpc_unknown", detail: `${where} says that ${shown} is UNKNOWN.` };
    case ServingStatus.SERVICE_UNKNOWN:
      return judgeStatus(NOT_FOUND, "", question);
    default:
      return broken(where, `sent an unknown serving status ${serving}`);
  }
}

function broken(where: string, flaw: string): Failure {
  return { reason: "protocol_error", detail: `${where} ${flaw}.` };
}

/** grpc-message is percent-encoded UTF-8; one that is not is shown as it came. */
function percentDecoded(message: string): string {
  const head = message.slice(0, LIMITS.detailCharsMax);
  try {
    return decodeURIComponent(head);
  } catch (thrown) {
    if (thrown instanceof URIError) return head;
    throw thrown;
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
