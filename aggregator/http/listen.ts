/** Listens for HTTP: with TLS when a certificate is given, and stops within a deadline. */
import { createServer as createPlainServer } from "node:http";
import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Clock } from "../../shared/clock.ts";
import { messageOf, QuorateError, systemCodeOf } from "../../shared/errors.ts";
import { formatHostPort, isLoopbackHost } from "../../shared/host-port.ts";
import type { Log } from "../../shared/log.ts";
import type { HttpApp } from "./app.ts";

/** Where and how to listen. */
export interface ListenOptions {
  app: HttpApp;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Certificate and key as PEM; absent: plaintext. */
  tls?: { cert: string | Buffer; key: string | Buffer } | undefined;
  clock: Clock;
  log: Log;
}

/** A server that listens. */
export interface HttpListener {
  port: number;
  /** Such as http://127.0.0.1:7700. */
  url: string;
  /**
   * Takes no new connection, ends the streams of events, waits at most `deadlineMs` (default 3000)
   * for answers that are on their way, then closes what is left.
   */
  close(deadlineMs?: number): Promise<void>;
}

/** A client must have sent its headers and body within this time. */
const REQUEST_MS = 30_000;

/** Listens; rejects with a sentence when it cannot. Warns of plaintext beyond this machine. */
export async function listenHttp(options: ListenOptions): Promise<HttpListener> {
  const { app, host, port, tls, clock, log } = options;
  const listener = getRequestListener(app.fetch);
  const handle: Parameters<typeof createPlainServer>[1] = (incoming, outgoing) => {
    // It answers for every error itself, and never rejects for what a client did.
    listener(incoming, outgoing).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, "A connection failed.");
      outgoing.destroy();
    });
  };
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
  const server =
    tls === undefined
      ? createPlainServer(limits, handle)
      : createTlsServer({ ...limits, ...tls, minVersion: "TLSv1.2" }, handle);
  const connections = trackConnections(server, tls !== undefined);
  await startListening(server, host, port);
  // Such as out of file descriptors: the next connection may fare better.
  server.on("error", (error) => log.error({ error: messageOf(error) }, "Accepting failed."));
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) {
    throw new QuorateError("internal", "The server listens, but has no address.");
  }
  const address = formatHostPort({ host, port: bound.port });
  const url = `${tls === undefined ? "http" : "https"}://${address}`;
  if (tls === undefined && !isLoopbackHost(bound.address.replace(/^::ffff:/, ""))) {
    const sentence = "The API listens beyond this machine without TLS: tokens travel in the clear.";
    log.warn({ url }, `${sentence} Give --tls-cert and --tls-key, or put a TLS proxy before it.`);
  }
  return {
    port: bound.port,
    url,
    close: (deadlineMs = 3_000) => {
      app.close();
      return stopListening({ server, connections, clock, deadlineMs });
    },
  };
}

function startListening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const code = systemCodeOf(error);
      const why =
        code === "EADDRINUSE"
          ? "the address is in use; stop what listens there, or give another with --listen"
          : messageOf(error);
      reject(new QuorateError("unavailable", `Cannot listen on ${host}:${port}: ${why}.`));
    });
    server.listen(port, host, resolve);
  });
}

/** Connections and how many answers each is waiting for. */
function trackConnections(server: Server, isTls: boolean) {
  const waiting = new Map<Socket, number>();
  let stopping = false;
  const closeIfIdle = (socket: Socket): void => {
    if (stopping && (waiting.get(socket) ?? 0) === 0) socket.destroy();
  };
  server.on(isTls ? "secureConnection" : "connection", (socket: Socket) => {
    waiting.set(socket, 0);
    socket.once("close", () => waiting.delete(socket));
    closeIfIdle(socket);
  });
  server.on("request", ({ socket }, answer) => {
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    answer.once("close", () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      closeIfIdle(socket);
    });
  });
  return {
    /** Closes what waits for no answer, now and from now on. */
    closeIdle: (): void => {
      stopping = true;
      // Node's own closeIdleConnections leaves those open that never sent a request.
      for (const socket of waiting.keys()) closeIfIdle(socket);
    },
  };
}

interface Stopping {
  server: Server;
  connections: { closeIdle(): void };
  clock: Clock;
  deadlineMs: number;
}

function stopListening({ server, connections, clock, deadlineMs }: Stopping): Promise<void> {
  return new Promise((resolve) => {
    const deadline = clock.after(deadlineMs, () => server.closeAllConnections());
    server.close(() => {
      deadline.cancel();
      resolve();
    });
    connections.closeIdle();
  });
}
