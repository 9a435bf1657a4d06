/**
 * `--serve-health`: this probe's own view of its targets as grpc.health.v1.Health, so that a
 * service beside it asks for the health of what it depends on in the protocol it knows. The service
 * is the name of the target; "" is the probe itself.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../shared/clock.ts";
import { messageOf, QuorateError, systemCodeOf } from "../shared/errors.ts";
import { createHealthService } from "../shared/grpc-health.ts";
import { formatHostPort, isLoopbackHost } from "../shared/host-port.ts";
import type { HostPort } from "../shared/host-port.ts";
import { LIMITS } from "../shared/limits.ts";
import {
  HealthService,
  HealthCheckResponse_ServingStatus as Serving,
} from "../shared/proto/gen/grpc/health/v1/health.ts";
import { createViews } from "./view.ts";
import type { LocalView, Views } from "./view.ts";

/** How often views that grew too old are told to watchers. */
const EXPIRY_LOOK_MS = 1_000;
/** Time open calls have to end. */
const CLOSE_MS = 500;

const SERVING_OF: Record<LocalView, Serving> = {
  reached: Serving.SERVING,
  failing: Serving.NOT_SERVING,
  unknown: Serving.UNKNOWN,
};

/** What serving health needs. */
export interface ServeHealthDeps {
  clock: Clock;
  listen: HostPort;
  /** Allows an address that is not loopback, where it speaks plaintext to anybody. */
  insecure: boolean;
}

/** Health that is served. */
export interface ServedHealth {
  /** host:port it listens on. */
  address: string;
  /** What is fed with results and assignments. */
  views: Views;
  close(): Promise<void>;
}

/** Serves; throws a sentence when it cannot. */
export async function serveHealth({
  clock,
  listen,
  insecure,
}: ServeHealthDeps): Promise<ServedHealth> {
  if (!insecure && !isLoopbackHost(listen.host)) {
    throw new QuorateError(
      "invalid",
      `${formatHostPort(listen)} can be reached from other machines, and --serve-health speaks ` +
        "plaintext to anybody: name a loopback address, or give --insecure if that is meant.",
    );
  }
  const views = createViews(clock, (name) => service.look(name));
  const service = createHealthService({
    statusOf(name) {
      if (name === "") return Serving.SERVING;
      const view = views.of(name);
      return view === null ? Serving.SERVICE_UNKNOWN : SERVING_OF[view];
    },
    unknownSentence: (shown) =>
      `This probe is given no target named ${shown}; "" is the probe itself.`,
    stoppingSentence: "The probe is stopping; watch again in a moment.",
  });
  const server = new Server({
    "grpc.max_receive_message_length": LIMITS.grpcMessageBytesMax,
    "grpc.max_concurrent_streams": LIMITS.grpcCallsMax,
  });
  server.addService(HealthService, service.handlers);
  const port = await bind(server, listen);
  const timer = clock.every(EXPIRY_LOOK_MS, () => views.expired().forEach(service.look));
  return {
    address: formatHostPort({ host: listen.host, port }),
    views,
    close() {
      timer.cancel();
      service.close();
      return shutDown(server, clock);
    },
  };
}

function bind(server: Server, listen: HostPort): Promise<number> {
  const address = formatHostPort(listen);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) return resolve(port);
      const inUse = systemCodeOf(error) === "EADDRINUSE" || /EADDRINUSE/.test(error.message);
      const why = inUse ? "another program listens there" : messageOf(error);
      const sentence = `Cannot serve health on ${address}: ${why}. Name another --serve-health.`;
      reject(new QuorateError("unavailable", sentence));
    });
  });
}

function shutDown(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = clock.after(CLOSE_MS, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      cutOff.cancel();
      resolve();
    });
  });
}
