/** Real servers on port 0 of 127.0.0.1 that misbehave on cue. */
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../shared/clock.ts";
import type { Certificate } from "./certificates.ts";

/** A server that a check may look at. */
export interface TargetServer {
  port: number;
  /** Requests or connections it has seen, as text, in order. */
  seen: string[];
  /** Connections open now. */
  open(): number;
  close(): Promise<void>;
}

/** What a server does with one connection. */
export type Cue = (socket: Socket, seen: string[]) => void;

/** The port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  if (!isAddressInfo(address)) throw new Error("the server does not listen on a port");
  return address.port;
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

/** Starts a server that follows the cue on every connection; with TLS if there is a certificate. */
export async function startTarget(cue: Cue, tls?: Certificate): Promise<TargetServer> {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const serve = (socket: Socket): void => cue(socket, seen);
  const server =
    tls === undefined
      ? createTcpServer({ allowHalfOpen: true }, serve)
      : createTlsServer({ ...tls, allowHalfOpen: true }, serve);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => undefined);
  server.on("secureConnection", (socket: Socket) => socket.on("error", () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    seen,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await startTarget(() => undefined);
  await server.close();
  return server.port;
}

/** Waits for the end of a request's head, notes the request, then follows the cue. */
export function afterRequest(cue: Cue): Cue {
  return (socket, seen) => {
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      const before = text.includes("\r\n\r\n");
      text += bytes.toString("latin1");
      if (before || !text.includes("\r\n\r\n")) return;
      seen.push(text);
      cue(socket, seen);
    });
    socket.on("end", () => socket.end());
  };
}

/** An HTTP answer. */
export interface HttpAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The text of an answer, with its content-length. */
export function httpText(answer: HttpAnswer = {}): string {
  const { status = 200, headers = {}, body = "" } = answer;
  const lines = Object.entries({ "content-length": String(Buffer.byteLength(body)), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} Reason\r\n${head}\r\n${body}`;
}

/** Answers every request and closes. */
export function answers(answer: HttpAnswer = {}): Cue {
  return afterRequest((socket) => void socket.end(httpText(answer)));
}

/** Sends these texts to every request as they are, each in a packet of its own, and closes. */
export function speaks(...texts: string[]): Cue {
  return afterRequest((socket) => {
    const [first = "", ...rest] = texts;
    socket.setNoDelay(true);
    socket.write(first, "latin1", () => {
      for (const text of rest) socket.write(text, "latin1");
      socket.end();
    });
  });
}

/** Accepts and reads, and never says a word. */
export const silent: Cue = (socket, seen) => {
  seen.push("a connection");
  socket.resume();
  socket.on("end", () => socket.end());
};

/** Sends one byte of the text a second to every request. */
export function drips(text: string): Cue {
  return afterRequest(dripsAtOnce(text));
}

/** Sends one byte of the text a second on every connection. */
export function dripsAtOnce(text: string): Cue {
  return (socket) => {
    let at = 0;
    const drip = (): void => void socket.write(text.charAt(at++));
    drip();
    const timer = systemClock({ keepAlive: false }).every(1_000, drip);
    socket.on("close", () => timer.cancel());
  };
}

/** Begins an answer to every request and repeats the text for as long as it is read. */
export function floods(head: string, text: string): Cue {
  return afterRequest(poursAtOnce(head, text));
}

/** Sends `head` on every connection and repeats the text for as long as it is read. */
export function poursAtOnce(head: string, text: string): Cue {
  return (socket) => {
    if (head !== "") socket.write(head);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(text));
    };
    socket.on("drain", pour);
    pour();
  };
}

/** Answers every request by a reset, after `head` if there is one. */
export function resets(head = ""): Cue {
  return afterRequest((socket) => {
    if (head === "") resetNow(socket);
    else socket.write(head, () => resetNow(socket));
  });
}

/** Resets at once. resetAndDestroy sends a FIN before, and the client may see that one first. */
export function resetNow(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}

/** Sends `head` to every request, closes its own side only, and goes on reading. */
export function halfCloses(head = ""): Cue {
  return afterRequest((socket) => void socket.end(head));
}

/** A server that listens but never accepts, with its backlog full: connecting hangs. */
export async function startDeafTarget(): Promise<TargetServer> {
  const source = `
    const { parentPort } = require("node:worker_threads");
    const net = require("node:net");
    const server = net.createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(source, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const { connect } = await import("node:net");
  const fillers = Array.from({ length: 8 }, () => connect(port, "127.0.0.1"));
  for (const filler of fillers) filler.on("error", () => undefined);
  await new Promise<void>((resolve) => fillers[0]?.on("connect", () => resolve()));
  return {
    port,
    seen: [],
    open: () => 0,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
