/** The health endpoint: what other probes use as a canary; it answers 200 while the probe runs. */
import { createServer } from "node:http";
import { QuorateError, messageOf } from "../shared/errors.ts";
import { formatHostPort } from "../shared/host-port.ts";
import type { HostPort } from "../shared/host-port.ts";
import { LIMITS } from "../shared/limits.ts";

/** A health endpoint that listens. */
export interface HealthEndpoint {
  /** host:port it listens on. */
  address: string;
  close(): Promise<void>;
}

/** Time a client has to say its request; a slow one is disconnected. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Listens; throws a sentence when it cannot. */
export async function listenHealth(listen: HostPort): Promise<HealthEndpoint> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, keepAlive: false },
    (request, response) => {
      const known = request.method === "GET" || request.method === "HEAD";
      response.writeHead(known ? 200 : 405, { "content-type": "text/plain", connection: "close" });
      response.end(known ? "ok\n" : "Expected GET or HEAD.\n");
    },
  );
  server.maxConnections = LIMITS.healthConnectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(listen, error)));
    server.listen(listen.port, listen.host, resolve);
  });
  // A client that breaks off is no event of the probe's.
  server.on("clientError", (_error, socket) => void socket.destroy());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : listen.port;
  return {
    address: formatHostPort({ host: listen.host, port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function cannotListen(listen: HostPort, error: Error): QuorateError {
  const address = formatHostPort(listen);
  return new QuorateError(
    "unavailable",
    `Expected to listen on ${address} for health checks: ${messageOf(error)}. ` +
      "Name another address with --health-listen, or none with --no-health.",
  );
}
