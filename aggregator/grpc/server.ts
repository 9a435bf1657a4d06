/** The gRPC port: probes' sessions, watches of events, the health protocol, and reflection. */
import { createSecureContext } from "node:tls";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../../shared/clock.ts";
import { messageOf, QuorateError, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { HealthService } from "../../shared/proto/gen/grpc/health/v1/health.ts";
import { WatchService } from "../../shared/proto/gen/quorate/v1/watch.ts";
import type { Target } from "../../shared/target.ts";
import type { EventBus, MeshSessions } from "../ports.ts";
import { isLoopbackHost, parseHostPort } from "../../shared/host-port.ts";
import { createDirectory } from "./directory.ts";
import type { Health } from "./health.ts";
import { createHealth } from "./health.ts";
import type { SessionsDeps } from "./records.ts";
import { addReflection } from "./reflection.ts";
import type { Sessions } from "./sessions.ts";
import { createSessions } from "./sessions.ts";
import type { MeshHandlers } from "./wire.ts";
import { createWatches } from "./watch.ts";
import type { WatchDeps, Watches } from "./watch.ts";
import { meshDefinition } from "./wire.ts";

/** Certificate chain and private key of the port, in PEM. */
export interface GrpcTls {
  certPem: string;
  keyPem: string;
}

/** What the gRPC server needs. */
export interface GrpcServerDeps extends SessionsDeps {
  store: SessionsDeps["store"] & WatchDeps["store"];
  bus: Pick<EventBus, "subscribe">;
  /** Null: plaintext, which only a loopback address or `insecure` allows. */
  tls: GrpcTls | null;
  /** Whether plaintext may be spoken on any address. Default false; it shows tokens on the wire. */
  insecure: boolean;
}

/** The gRPC server. */
export interface GrpcServer {
  readonly sessions: MeshSessions;
  /**
   * Reads targets and probes, then listens on "host:port" (port 0: any free one) and resolves with
   * the port. Rejects with a QuorateError that says why it cannot.
   */
  listen(address: string): Promise<number>;
  /**
   * Takes no more calls, lets sessions end once what they sent is on disk, and after `deadlineMs`
   * closes what is still open.
   */
  close(deadlineMs: number): Promise<void>;
}

/** Time between pings that find connections whose other end is gone, and to wait for an answer. */
const PING_MS = 20_000;
const PING_ANSWER_MS = 10_000;

/** Credentials for an address, or a sentence why it cannot be served. */
function credentialsFor(address: string, deps: GrpcServerDeps): ServerCredentials {
  const parsed = parseHostPort(address);
  if (parsed === null) {
    throw new QuorateError(
      "invalid",
      `Expected host:port as the gRPC address, such as 127.0.0.1:7701, and found "${address}".`,
    );
  }
  const { tls, insecure } = deps;
  if (tls === null) {
    if (insecure || isLoopbackHost(parsed.host)) return ServerCredentials.createInsecure();
    throw new QuorateError(
      "invalid",
      `${address} can be reached from other machines, and probes would send their tokens to it ` +
        "in plain text: give --tls-cert and --tls-key, or --insecure if the network is trusted.",
    );
  }
  const pair = { cert_chain: Buffer.from(tls.certPem), private_key: Buffer.from(tls.keyPem) };
  try {
    // grpc-js reads the pair only when it binds, and then tells the cause without the matter.
    createSecureContext({ cert: pair.cert_chain, key: pair.private_key });
    return ServerCredentials.createSsl(null, [pair]);
  } catch (error) {
    throw new QuorateError(
      "invalid",
      `The TLS certificate and key of the gRPC address do not work: ${messageOf(error)}.`,
    );
  }
}

/** Binds, and says in a sentence why it cannot. */
function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) return resolve(port);
      const inUse = systemCodeOf(error) === "EADDRINUSE" || /EADDRINUSE/.test(error.message);
      const why = inUse ? "another program listens there" : error.message;
      reject(new QuorateError("unavailable", `Cannot listen for gRPC on ${address}: ${why}.`));
    });
  });
}

/** Lets calls end, and cuts them off at the deadline. */
function shutDown(server: Server, clock: Clock, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = clock.after(deadlineMs, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      cutOff.cancel();
      resolve();
    });
  });
}

interface Services {
  sessions: Sessions;
  health: Health;
  watches: Watches;
}

function createBareServer({ sessions, health, watches }: Services): Server {
  const server = new Server({
    "grpc.max_receive_message_length": LIMITS.grpcMessageBytesMax,
    "grpc.max_concurrent_streams": LIMITS.grpcCallsMax,
    "grpc.keepalive_time_ms": PING_MS,
    "grpc.keepalive_timeout_ms": PING_ANSWER_MS,
  });
  const mesh: MeshHandlers = { session: (call) => sessions.accept(call) };
  server.addService(meshDefinition, mesh);
  server.addService(HealthService, health.handlers);
  server.addService(WatchService, watches.handlers);
  addReflection(server);
  return server;
}

/** The engine's own objects: no target is read twice at a start, nor kept twice. */
function* engineTargets({ engine }: Pick<GrpcServerDeps, "engine">): Generator<Target> {
  for (const { target } of engine.targets()) yield target;
}

/** Creates the gRPC server; nothing listens before `listen`. */
export function createGrpcServer(deps: GrpcServerDeps): GrpcServer {
  const directory = createDirectory({
    probes: deps.store.probes,
    targets: () => engineTargets(deps),
  });
  const sessions = createSessions(deps, directory);
  const health = createHealth({ ...deps, directory });
  const watches = createWatches(deps);
  const server = createBareServer({ sessions, health, watches });
  return {
    sessions,
    async listen(address) {
      const credentials = credentialsFor(address, deps);
      await directory.load();
      const port = await bind(server, address, credentials);
      sessions.open();
      health.open();
      return port;
    },
    async close(deadlineMs) {
      health.close();
      watches.close();
      // The server shuts down when the sessions have ended, or at the deadline if that is first.
      void sessions.close();
      await shutDown(server, deps.clock, deadlineMs);
    },
  };
}
