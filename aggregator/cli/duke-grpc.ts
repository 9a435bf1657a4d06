/** The standard gRPC health service of a duke: Check and Watch. */
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { ServerWritableStream } from "@grpc/grpc-js";
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthServer,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import { formatHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";
import { findFree, listenError } from "./listen.ts";

/** A running health service. */
export interface HealthServerHandle {
  address: HostPort;
  /** Tells the watchers that the state changed. */
  changed(): void;
  close(): void;
}

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/** Names the service answers for: the server as a whole, and itself by name. */
const SERVICES: readonly string[] = ["", "duke"];

/**
 * Starts the service; `isUp` decides between SERVING and NOT_SERVING.
 * Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export async function startHealthServer(
  listen: HostPort,
  isUp: () => boolean,
): Promise<HealthServerHandle> {
  const watchers = new Set<Watcher>();
  const now = (): HealthCheckResponse => ({
    status: isUp() ? Serving.SERVING : Serving.NOT_SERVING,
  });
  const service: HealthServer = {
    check: (call, answer) => {
      if (SERVICES.includes(call.request.service)) return answer(null, now());
      return answer({
        code: status.NOT_FOUND,
        details: 'unknown service; "" and "duke" are known',
      });
    },
    watch: (call) => {
      if (!SERVICES.includes(call.request.service)) {
        call.write({ status: Serving.SERVICE_UNKNOWN });
        return;
      }
      watchers.add(call);
      const forget = (): void => void watchers.delete(call);
      call.on("cancelled", forget).on("close", forget).on("error", forget);
      call.write(now());
    },
  };
  const server = new Server();
  server.addService(HealthService, service);
  const port = await bind(server, listen);
  return {
    address: { host: listen.host, port },
    changed: () => {
      for (const watcher of watchers) watcher.write(now());
    },
    close: () => server.forceShutdown(),
  };
}

async function bind(server: Server, listen: HostPort): Promise<number> {
  // grpc-js says only as text, and on standard error, why it cannot listen; so it is asked before.
  const free = await findFree(listen, "--grpc-listen");
  return new Promise((resolve, reject) => {
    server.bindAsync(formatHostPort(free), ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(listenError(error, free, "--grpc-listen"));
      else resolve(port);
    });
  });
}
