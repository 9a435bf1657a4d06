/** Node's own HTTP servers as targets: several versions, routes, TLS that asks for a client. */
import { createServer as createHttp1 } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { createSecureServer, createServer as createHttp2 } from "node:http2";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { connect } from "node:net";
import type { Server, Socket } from "node:net";
import type { Certificate } from "./certificates.ts";
import { portOf } from "./target-server.ts";

/** A request as a route sees it. */
export interface Asked {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  /** Common name of the certificate that the client showed; empty if it showed none. */
  client: string;
  version: string;
}

/** What a route answers. */
export interface Told {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** A running target. */
export interface HttpTarget {
  port: number;
  seen: Asked[];
  close(): Promise<void>;
}

/** How a target listens. */
export interface HttpTargetOptions {
  version?: "1.1" | "2";
  certificate?: Certificate;
  /** Authority that client certificates must come from. */
  clientCa?: string;
}

/** Starts a server that answers everything by `route`. */
export async function startHttp(
  route: (asked: Asked) => Told,
  options: HttpTargetOptions = {},
): Promise<HttpTarget> {
  const seen: Asked[] = [];
  const sockets = new Set<Socket>();
  const serve = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const parts: Buffer[] = [];
    request.on("data", (bytes: Buffer) => parts.push(bytes));
    request.on("end", () => {
      const asked = askedOf(request, Buffer.concat(parts).toString("latin1"));
      seen.push(asked);
      const { status = 200, headers = {}, body = "" } = route(asked);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.statusCode = status;
      response.end(body);
    });
  };
  const server = serverOf(options, serve);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: portOf(server),
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

type Serve = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

function serverOf(
  { version = "1.1", certificate, clientCa }: HttpTargetOptions,
  serve: Serve,
): Server {
  if (certificate === undefined) return version === "2" ? createHttp2(serve) : createHttp1(serve);
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true };
  const tls = { ...certificate, ...client };
  return version === "2" ? createSecureServer(tls, serve) : createHttps(tls, serve);
}

function askedOf(request: IncomingMessage | Http2ServerRequest, body: string): Asked {
  const { socket } = request;
  const peer = "getPeerX509Certificate" in socket ? peerOf(socket) : "";
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body,
    client: peer,
    version: request.httpVersion,
  };
}

function peerOf(socket: object): string {
  const read: unknown = Reflect.get(socket, "getPeerX509Certificate");
  const certificate: unknown = typeof read === "function" ? read.call(socket) : undefined;
  if (typeof certificate !== "object" || certificate === null) return "";
  return String(Reflect.get(certificate, "subject"));
}

/** A proxy that opens tunnels. */
export interface ProxyTarget {
  port: number;
  /** What CONNECT asked for, with the credentials that came with it. */
  seen: { target: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

/** Starts a proxy; with a status it refuses every CONNECT by it, with "silence" by nothing. */
export async function startProxy(refusal?: number | "silence"): Promise<ProxyTarget> {
  const seen: ProxyTarget["seen"] = [];
  const sockets = new Set<Socket>();
  const server = createHttp1();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    const target = request.url ?? "";
    seen.push({ target, authorization: request.headers["proxy-authorization"] });
    if (refusal === "silence") return;
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const { hostname, port } = new URL(`http://${target}`);
    const up = connect(Number(port || 80), hostname, () => {
      socket.write("HTTP/1.1 200 Tunnel\r\nx: y\r\n\r\n");
      up.pipe(socket).pipe(up);
    });
    sockets.add(up);
    up.on("error", () => socket.destroy());
    socket.on("close", () => up.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: portOf(server),
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
