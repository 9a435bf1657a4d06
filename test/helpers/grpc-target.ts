/** A gRPC server with the health service, and an HTTP/2 server that breaks its rules. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerErrorResponse, ServerWritableStream } from "@grpc/grpc-js";
import { createServer as createHttp2Server } from "node:http2";
import type { ServerHttp2Stream } from "node:http2";
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthServer,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type { Certificate } from "./certificates.ts";
import { portOf } from "./target-server.ts";

/** What a service can be: SERVING, NOT_SERVING, … */
export { Serving };

/** What the health service says: a serving status, an error, or nothing for ever. */
export type HealthSays = { status: Serving } | { code: number; details: string } | "silence";

/** A running gRPC server. */
export interface GrpcTarget {
  port: number;
  /** Services asked after and the metadata that came with it. */
  seen: { service: string; metadata: Record<string, unknown> }[];
  /** Changes what is said from now on. */
  say(says: HealthSays): void;
  /** Calls of Watch that are open. */
  watchers(): number;
  close(): Promise<void>;
}

/** Starts a server with the health service, or without any service. */
export async function startGrpc(
  first: HealthSays | "no health service",
  tls?: Certificate,
): Promise<GrpcTarget> {
  let says: HealthSays = first === "no health service" ? "silence" : first;
  const seen: GrpcTarget["seen"] = [];
  const watchers = new Set<Watcher>();
  const service: HealthServer = {
    check(call, reply) {
      seen.push({ service: call.request.service, metadata: call.metadata.getMap() });
      if (says === "silence") return;
      if ("status" in says) return reply(null, { status: says.status });
      const error: Partial<ServerErrorResponse> = { code: says.code, details: says.details };
      reply(error);
    },
    watch(call) {
      seen.push({ service: call.request.service, metadata: call.metadata.getMap() });
      watchers.add(call);
      call.on("cancelled", () => watchers.delete(call));
      tellWatcher(call, says);
    },
  };
  const server = new Server();
  if (first !== "no health service") server.addService(HealthService, service);
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
        ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    seen,
    say: (next) => {
      says = next;
      for (const watcher of watchers) tellWatcher(watcher, next);
    },
    watchers: () => watchers.size,
    close: async () => server.forceShutdown(),
  };
}

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

function tellWatcher(call: Watcher, says: HealthSays): void {
  if (says === "silence") return;
  if ("status" in says) call.write({ status: says.status });
  else call.emit("error", says);
}

/** Starts a bare HTTP/2 server whose every stream is handled by `handle`. */
export async function startHttp2(
  handle: (stream: ServerHttp2Stream) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createHttp2Server();
  const streams = new Set<ServerHttp2Stream>();
  server.on("stream", (stream: ServerHttp2Stream) => {
    streams.add(stream);
    stream.on("error", () => undefined);
    stream.on("close", () => streams.delete(stream));
    handle(stream);
  });
  server.on("sessionError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        for (const stream of streams) stream.session?.destroy();
        server.close(() => resolve());
      }),
  };
}
