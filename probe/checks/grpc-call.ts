/** A call of the operator's own: any unary method, with a JSON request and CEL on the reply. */
import type { ClientHttp2Session } from "node:http2";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { compileCondition, judgeCondition } from "./expression.ts";
import type { Expression, Variables } from "./expression.ts";
import { describeMethod, invalid, readDescriptors } from "./grpc-describe.ts";
import type { DescribedMethod } from "./grpc-describe.ts";
import type { GrpcCallOptions } from "./grpc-options.ts";
import { broken, GRPC_STATUS, GRPC_STATUS_NAMES, readEnd, readMessage } from "./grpc-reply.ts";
import type { GrpcEnd, GrpcReply } from "./grpc-reply.ts";
import { reflectService } from "./grpc-reflection.ts";
import { callUnary, frameOf, headersOf, replierOf } from "./grpc-session.ts";
import type { GrpcPlan } from "./grpc-session.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { hasReference } from "./secrets.ts";

/** Calls once on an open session and judges the reply. */
export type Caller = (look: Look, session: ClientHttp2Session) => void;

const VARIABLES: Variables = { reply: "dyn", latencyMs: "double" };

interface OwnCall {
  options: GrpcCallOptions;
  plan: GrpcPlan;
  path: string;
  condition: Expression | undefined;
  /** What is known of the method; by reflection it is learned in the first look. */
  known: { method: DescribedMethod; frame: Buffer } | undefined;
}

/** Prepares a call; throws QuorateError "invalid" for what does not fit the descriptors. */
export function prepareCall(options: GrpcCallOptions, plan: GrpcPlan): Caller {
  const { method, descriptors, expression } = options;
  const condition =
    expression === undefined
      ? undefined
      : compileCondition({
          text: expression,
          path: "options.call.expression",
          variables: VARIABLES,
        });
  const call: OwnCall = { options, plan, path: `/${method}`, condition, known: undefined };
  if (descriptors === undefined) return (look, session) => askReflected(call, look, session);
  call.known = knownOf(options, descriptors);
  return (look, session) => ask(call, look, session);
}

function knownOf(
  { method, request }: GrpcCallOptions,
  descriptors: string,
): { method: DescribedMethod; frame: Buffer } {
  const files = readDescriptors(descriptors);
  let described: DescribedMethod;
  try {
    described = describeMethod(method, files);
  } catch (thrown) {
    throw invalid("method", `expected a method of the descriptors: ${messageOf(thrown)}`);
  }
  try {
    return { method: described, frame: frameOf(described.encode(request)) };
  } catch (thrown) {
    // A reference to a secret stands for a text that only the probe knows.
    if (hasReference(request)) return { method: described, frame: frameOf(Buffer.alloc(0)) };
    throw invalid("request", `expected a request of ${method}: ${messageOf(thrown)}`);
  }
}

function askReflected(call: OwnCall, look: Look, session: ClientHttp2Session): void {
  if (call.known !== undefined) return ask(call, look, session);
  const { method, request } = call.options;
  const service = method.split("/")[0] ?? "";
  reflectService({ look, session, plan: call.plan, service }, (files) => {
    try {
      const described = describeMethod(method, files);
      call.known = { method: described, frame: frameOf(described.encode(request)) };
    } catch (thrown) {
      const why = look.quote(messageOf(thrown), 160);
      const detail = `The call does not fit what ${whereOf(look)} reflects: ${why}.`;
      return look.fail("misconfigured", detail);
    }
    ask(call, look, session);
  });
}

function ask(call: OwnCall, look: Look, session: ClientHttp2Session): void {
  const { known } = call;
  if (known === undefined) return;
  callUnary(look, session, {
    headers: headersOf(call.plan, call.path),
    frame: known.frame,
    bytesMax: LIMITS.checkBodyBytesMax,
    done: (reply) => judge(call, look, { reply, method: known.method }),
  });
}

function judge(
  call: OwnCall,
  look: Look,
  answer: { reply: GrpcReply; method: DescribedMethod },
): void {
  const end = readEnd(answer.reply, replierOf(look));
  if ("reason" in end) return look.fail(end.reason, end.detail);
  look.facts["grpcStatus"] = GRPC_STATUS_NAMES[end.status] ?? end.status;
  if (GRPC_STATUS_NAMES[end.status] !== call.options.expectedStatus) {
    return failStatus(call, look, end);
  }
  if (end.status !== GRPC_STATUS.OK) return look.pass();
  judgeReply(call, look, answer);
}

function failStatus(call: OwnCall, look: Look, end: GrpcEnd): void {
  const { method, expectedStatus, descriptors } = call.options;
  const where = whereOf(look);
  if (end.status !== GRPC_STATUS.UNIMPLEMENTED) {
    const expected = expectedStatus === "OK" ? "" : `, expected ${expectedStatus}`;
    return look.fail("grpc_status", `${where} answered ${end.shown}${expected}.`);
  }
  // The server may have been replaced by one that describes itself otherwise.
  if (descriptors === undefined) call.known = undefined;
  look.fail("misconfigured", `${where} does not offer ${method}; correct the option \`call\`.`);
}

function judgeReply(
  call: OwnCall,
  look: Look,
  { reply, method }: { reply: GrpcReply; method: DescribedMethod },
): void {
  const where = whereOf(look);
  const message = readMessage(reply.data, where);
  if ("reason" in message) return look.fail(message.reason, message.detail);
  let decoded: unknown;
  try {
    decoded = method.decode(message);
  } catch (thrown) {
    if (call.options.descriptors === undefined) call.known = undefined;
    const why = look.quote(messageOf(thrown), 60);
    const failure = broken(where, `sent a reply that is no message of the method (${why})`);
    return look.fail(failure.reason, failure.detail);
  }
  if (call.condition === undefined) return look.pass();
  const values = { reply: decoded, latencyMs: look.elapsedMs() };
  const reason = "reply_expression";
  const failure = judgeCondition(call.condition, values, { look, reason });
  if (failure === undefined) look.pass();
  else look.fail(failure.reason, failure.detail);
}
