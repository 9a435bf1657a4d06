/** Replies of gRPC calls, from HTTP/2 headers, data and trailers. Pure. */
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

/** Who replied, for sentences. */
export interface Replier {
  where: string;
  /** Quotes what the target sent, without secrets. */
  quote(text: string, charsMax?: number): string;
}

/** What a health check asked, for sentences. */
export interface HealthQuestion extends Replier {
  service: string;
}

/** Names of the status codes, in their order. */
export const GRPC_STATUS_NAMES = [
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
] as const;

/** Codes that have a meaning of their own for a check. */
export const GRPC_STATUS = { OK: 0, NOT_FOUND: 5, UNIMPLEMENTED: 12 } as const;

/** How a call ended, as the server says. */
export interface GrpcEnd {
  /** Status code, 0 to 999. */
  status: number;
  /** The name of the code with its number and, quoted, what the server said of it. */
  shown: string;
}

/** The end of a complete reply; a failure when it is no reply of gRPC. */
export function readEnd(reply: GrpcReply, replier: Replier): GrpcEnd | Failure {
  const { where } = replier;
  const end = reply.trailers ?? reply.headers;
  const statusText = text(end["grpc-status"]) ?? text(reply.headers["grpc-status"]);
  const flaw = headerFlaw(reply, { ...replier, statusText });
  if (flaw !== undefined) return flaw;
  if (statusText === undefined) return broken(where, "ended the call without grpc-status");
  if (!/^\d{1,3}$/.test(statusText)) {
    return broken(where, `sent a wrong grpc-status ${replier.quote(statusText)}`);
  }
  const status = Number(statusText);
  const name = GRPC_STATUS_NAMES[status] ?? "an unknown status";
  const message = text(end["grpc-message"]) ?? "";
  const silent = message === "" || status === GRPC_STATUS.OK;
  const said = silent ? "" : `: ${replier.quote(percentDecoded(message), 120)}`;
  return { status, shown: `${name} (${status})${said}` };
}

/** What shows in the headers that this is no gRPC; undefined when nothing does. */
export function headerFlaw(
  { headers }: Pick<GrpcReply, "headers">,
  replier: Replier & { statusText?: string | undefined },
): Failure | undefined {
  const { where } = replier;
  const httpStatus = String(headers[":status"] ?? "without status");
  if (httpStatus !== "200" && replier.statusText === undefined) {
    const detail = `${where} answered HTTP ${httpStatus} instead of gRPC.`;
    return { reason: "grpc_status", detail };
  }
  const type = text(headers["content-type"]) ?? "";
  if (/^application\/grpc(?:$|[+;])/i.test(type)) return undefined;
  return broken(where, `sent content-type ${replier.quote(type)} instead of application/grpc`);
}

/** One frame: a byte of flags, four of length, and the message (gRPC over HTTP/2). */
export function readMessage(data: Buffer, where: string): Buffer | Failure {
  if (data.length < 5) return broken(where, `sent a frame of ${data.length} bytes`);
  if (data[0] !== 0) return broken(where, "compressed its reply, which was not asked for");
  const length = data.readUInt32BE(1);
  if (length !== data.length - 5) {
    return broken(where, `sent a frame of ${data.length - 5} bytes and called it ${length}`);
  }
  return data.subarray(5);
}

/** What is wrong with a complete reply to Health/Check; undefined when it says SERVING. */
export function judgeHealth(reply: GrpcReply, question: HealthQuestion): Failure | undefined {
  const end = readEnd(reply, question);
  if ("reason" in end) return end;
  if (end.status !== GRPC_STATUS.OK) return judgeHealthEnd(end, question);
  const message = readMessage(reply.data, question.where);
  return "reason" in message ? message : judgeServing(message, question);
}

/** The failure of a health call that did not end OK. */
export function judgeHealthEnd(end: GrpcEnd, { where, service }: HealthQuestion): Failure {
  if (end.status === GRPC_STATUS.NOT_FOUND) {
    const detail = `${where} knows no service ${quoted(service)}; correct the option \`service\`.`;
    return { reason: "misconfigured", detail };
  }
  if (end.status === GRPC_STATUS.UNIMPLEMENTED) {
    const detail = `${where} does not offer grpc.health.v1.Health; add it there, or check by tcp.`;
    return { reason: "misconfigured", detail };
  }
  return { reason: "grpc_status", detail: `${where} answered ${end.shown}.` };
}

/** What is wrong with a HealthCheckResponse; undefined when it says SERVING. */
export function judgeServing(message: Buffer, question: HealthQuestion): Failure | undefined {
  const { where, service } = question;
  let serving: number;
  try {
    serving = HealthCheckResponse.decode(message).status;
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
      return judgeHealthEnd({ status: GRPC_STATUS.NOT_FOUND, shown: "" }, question);
    default:
      return broken(where, `sent an unknown serving status ${serving}`);
  }
}

/** The failure of a target that broke the protocol. */
export function broken(where: string, flaw: string): Failure {
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
