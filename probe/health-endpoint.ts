/** The health endpoint: what other probes use as a canary; it answers 200 while the probe runs. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import { QuorateError, messageOf, systemCodeOf } from "../shared/errors.ts";
import { formatHostPort } from "../shared/host-port.ts";
import type { HostPort } from "../shared/host-port.ts";
import { LIMITS } from "../shared/limits.ts";
import type { PushDoor } from "./push-endpoint.ts";

/** A health endpoint that listens. */
export interface HealthEndpoint {
  /** host:port it listens on. */
  address: string;
  close(): Promise<void>;
}

/** Time a client has to say its request; a slow one is disconnected. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Listens; throws a sentence when it cannot. Reports of targets go through `push`. */
export async function listenHealth(listen: HostPort, push?: PushDoor): Promise<HealthEndpoint> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, keepAlive: false },
    (request, response) => {
      if (push?.(request, response) === true) return;
      const known = request.method === "GET" || request.method === "HEAD";
      response.writeHead(known ? 200 : 405, { "content-type": "text/plain", connection: "close" });
      response.end(known ? "ok\n" : "Expected GET or HEAD.\n");
    },
  );
  server.maxConnections = LIMITS.healthConnectionsMax;
  const host = await listenOn(server, listen);
  // A client that breaks off is no event of the probe's.
  server.on("clientError", (_error, socket) => void socket.destroy());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : listen.port;
  return {
    address: formatHostPort({ host, port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Listens and gives the host; on a machine without IPv6 every address is that of IPv4. */
async function listenOn(server: Server, listen: HostPort): Promise<string> {
  try {
    await listenOnce(server, listen);
    return listen.host;
  } catch (error) {
    const without6 = ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(systemCodeOf(error));
    if (!without6 || listen.host !== "::") throw cannotListen(listen, error);
  }
  await listenOnce(server, { host: "0.0.0.0", port: listen.port }).catch((error: unknown) => {
    throw cannotListen(listen, error);
  });
  return "0.0.0.0";
}

function listenOnce(server: Server, { host, port }: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function cannotListen(listen: HostPort, error: unknown): QuorateError {
  const address = formatHostPort(listen);
  return new QuorateError(
    "unavailable",
    `Expected to listen on ${address} for health checks: ${messageOf(error)}. ` +
      "Name another address with --health-listen, or none with --no-health.",
  );
}
