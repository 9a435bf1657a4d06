/** The grpc kind: a health check or a call on a new connection, or a Watch kept open. */
import type { AbortCheck, CheckContext, CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { prepareCall } from "./grpc-call.ts";
import type { Caller } from "./grpc-call.ts";
import { GRPC_EXAMPLES, grpcSchema } from "./grpc-options.ts";
import type { GrpcOptions } from "./grpc-options.ts";
import { judgeHealth } from "./grpc-reply.ts";
import {
  callUnary,
  frameOf,
  headersOf,
  planGrpc,
  replierOf,
  startSession,
} from "./grpc-session.ts";
import type { GrpcPlan } from "./grpc-session.ts";
import { createWatch } from "./grpc-watch.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { hostPort } from "./sentence.ts";
import { secretForms } from "./secrets.ts";
import { planTls } from "./tls.ts";
import { HealthCheckRequest } from "../../shared/proto/gen/grpc/health/v1/health.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";

/** The grpc kind. */
export const grpcKind: CheckKind<typeof grpcSchema> = {
  kind: "grpc",
  summary: "Asks grpc.health.v1.Health, or calls a unary method and looks at its reply.",
  schema: grpcSchema,
  examples: GRPC_EXAMPLES,
  secretOptions: ["metadata", "tls.key"],
  prepare: prepareGrpc,
};

function prepareGrpc(options: GrpcOptions): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, service, latencyLimitMs } = options;
  const tls = options.tls === undefined ? undefined : planTls(options.tls, "h2");
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const secrets = secretForms(Object.values(options.metadata));
  const plan = planGrpc({ ...options, tls });
  const scheme = tls === undefined ? "grpc" : "grpcs";
  const what = options.call === undefined ? service : options.call.method;
  const endpoint = `${scheme}://${hostPort(host, port)}/${what}`;
  const begin = (context: CheckContext, done: (outcome: CheckOutcome) => void): Look =>
    startLook({ context, done, secrets, latencyLimitMs });
  if (options.watch) {
    return { endpoint, ...createWatch({ destination, plan, service, begin }) };
  }
  const call =
    options.call === undefined ? healthCaller(service, plan) : prepareCall(options.call, plan);
  return {
    endpoint,
    run: (context, done) => lookOnce(begin(context, done), { destination, plan, call }),
  };
}

/** What all looks of one check share. */
interface GrpcCheck {
  destination: Destination;
  plan: GrpcPlan;
  call: Caller;
}

function lookOnce(look: Look, { destination, plan, call }: GrpcCheck): AbortCheck {
  openConnection(look, destination, {
    open: (socket) => call(look, startSession(look, plan, socket)),
    // With HTTP/2 on it the session hears of the end, and says more about it.
    closed: () => undefined,
  });
  return abortOf(look);
}

function healthCaller(service: string, plan: GrpcPlan): Caller {
  const headers = headersOf(plan, "/grpc.health.v1.Health/Check");
  const frame = frameOf(HealthCheckRequest.encode({ service }).finish());
  return (look, session) => {
    callUnary(look, session, {
      headers,
      frame,
      bytesMax: LIMITS.checkReplyBytesMax,
      done(reply) {
        const failure = judgeHealth(reply, { ...replierOf(look), service });
        if (failure === undefined) look.pass();
        else look.fail(failure.reason, failure.detail);
      },
    });
  };
}
