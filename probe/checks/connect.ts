/** Connecting: name, TCP, TLS, with phases, and every error mapped to an outcome. */
import { connect as connectTcp, isIP } from "node:net";
import type { OnReadOpts, Socket, TcpSocketConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { connectFailure, networkUnreachable, talkFailure, tlsFailure } from "./failure.ts";
import type { Failure } from "./failure.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { resolveAddress } from "./resolve.ts";
import type { NameOptions } from "./resolve.ts";
import { askForRoute } from "./route.ts";
import { quoted } from "./sentence.ts";
import { acceptCertificate } from "./tls.ts";
import type { TlsPlan } from "./tls.ts";

/** Where a connection goes. */
export interface Destination extends NameOptions {
  host: string;
  port: number;
  /** Absent: plain TCP. */
  tls?: TlsPlan | undefined;
}

/** What a kind does with its connection; a throw ends the look as `internal`. */
export interface ConnectionHandlers {
  /** Connected, and handshaken if there is TLS; the look is `talking`. */
  open(socket: Socket, connection: Connection): void;
  /** Bytes came. They are valid only during the call. Absent: the kind reads by itself. */
  data?: (bytes: Buffer) => void;
  /** The target closed its side. */
  closed(): void;
  /** Takes the OCSP answer stapled to the certificate. Absent: none is asked for. */
  staple?: (response: Buffer) => void;
}

/**
 * One buffer for all sockets of the process: libuv fills it and calls back before it reads from
 * the next socket, so a chunk costs no allocation; a handler copies what it keeps.
 */
const SHARED = Buffer.allocUnsafeSlow(65_536);

/** How a connection of a look is opened: straight to its destination, or through something. */
export type Dial = (look: Look, destination: Destination, handlers: ConnectionHandlers) => void;

/** Opens the look's next connection; the one before must be released. */
export function openConnection(
  look: Look,
  destination: Destination,
  handlers: ConnectionHandlers,
): void {
  look.host = destination.host;
  look.port = destination.port;
  look.address = "";
  resolveAddress(look, destination, () => connectAddress(look, destination, handlers));
}

/** One connection under way: what its socket callbacks share. */
export interface Connection {
  look: Look;
  handlers: ConnectionHandlers;
  tls: TlsPlan | undefined;
  serverName: string;
  /** False once released: whatever the socket still says is not heard. */
  live: boolean;
  /** When the present phase began, monotonic milliseconds. */
  sinceMs: number;
}

function connectAddress(look: Look, destination: Destination, handlers: ConnectionHandlers): void {
  look.phase = "connecting";
  const { tls } = destination;
  const connection: Connection = {
    look,
    handlers,
    tls,
    serverName: tls?.serverName ?? destination.host,
    live: true,
    sinceMs: look.context.clock.monoMs(),
  };
  let socket: Socket;
  try {
    socket = tls === undefined ? dialTcp(connection) : dialTls(connection, tls);
  } catch (thrown) {
    return refused(look, thrown);
  }
  look.release = () => {
    connection.live = false;
    socket.destroy();
  };
  socket.on("error", (error) => failed(connection, error));
  socket.on("end", () => ended(connection));
}

/** Node refuses some options by throwing, for instance a source address that is none. */
function refused(look: Look, thrown: unknown): void {
  const detail = `This probe cannot connect to ${whereOf(look)}: ${quoted(messageOf(thrown))}.`;
  look.fail("internal", detail);
}

/** What a plain connection becomes. */
export interface Upgrade {
  socket: Socket;
  tls: TlsPlan;
  handlers: ConnectionHandlers;
}

/**
 * Goes on in TLS on a plain connection that stands (STARTTLS, a tunnel of a proxy). The certificate
 * must be for `tls.serverName`, or else for `look.host`. Nothing may have been read beyond the
 * plain part: what follows it is taken as TLS.
 */
export function upgradeToTls(from: Connection, upgrade: Upgrade): void {
  const { look } = from;
  const { socket, tls, handlers } = upgrade;
  from.live = false;
  const serverName = tls.serverName ?? look.host;
  const sinceMs = look.context.clock.monoMs();
  const connection: Connection = { look, handlers, tls, serverName, live: true, sinceMs };
  look.phase = "handshaking";
  const releasePlain = look.release;
  let secured: Socket;
  try {
    secured = secure(connection, { ...tlsOptions(connection, tls), socket });
    // With `onread` a TLS socket on top of another one gives nothing out.
    const take = receiverOf(connection);
    if (take !== undefined) secured.on("data", take);
  } catch (thrown) {
    return refused(look, thrown);
  }
  look.release = () => {
    connection.live = false;
    secured.destroy();
    releasePlain();
  };
  for (const side of [socket, secured]) side.on("error", (error) => failed(connection, error));
  secured.on("end", () => ended(connection));
  socket.on("close", () => ended(connection));
}

function dialTcp(connection: Connection): Socket {
  const { look } = connection;
  const options: TcpSocketConnectOpts = { host: look.address, port: look.port };
  const { sourceAddress } = look;
  if (sourceAddress !== undefined) options.localAddress = sourceAddress;
  const onread = readerOf(connection);
  if (onread !== undefined) options.onread = onread;
  const socket = connectTcp(options);
  socket.on("connect", () => {
    look.phases.connectUs += lap(connection);
    opened(connection, socket);
  });
  return socket;
}

/** Options of tls.connect that its types leave out; the manual of node:tls has both. */
type DialOptions = ConnectionOptions & {
  onread?: OnReadOpts | undefined;
  localAddress?: string | undefined;
  requestOCSP?: boolean | undefined;
};

function dialTls(connection: Connection, plan: TlsPlan): Socket {
  const { look } = connection;
  const options = tlsOptions(connection, plan);
  options.host = look.address;
  options.port = look.port;
  if (look.sourceAddress !== undefined) options.localAddress = look.sourceAddress;
  const onread = readerOf(connection);
  if (onread !== undefined) options.onread = onread;
  const socket = secure(connection, options);
  socket.on("connect", () => {
    if (!connection.live) return;
    look.phases.connectUs += lap(connection);
    look.phase = "handshaking";
  });
  return socket;
}

function tlsOptions(connection: Connection, plan: TlsPlan): DialOptions {
  const { serverName } = connection;
  const options: DialOptions = {
    secureContext: plan.context,
    rejectUnauthorized: plan.verify,
    host: serverName,
  };
  if (isIP(serverName) === 0) options.servername = serverName;
  if (plan.protocol !== undefined) options.ALPNProtocols = [plan.protocol];
  return options;
}

function secure(connection: Connection, options: DialOptions): TLSSocket {
  const { look, tls } = connection;
  const { staple } = connection.handlers;
  if (staple !== undefined) options.requestOCSP = true;
  const socket = connectTls(options);
  socket.on("OCSPResponse", (response) => {
    if (connection.live && Buffer.isBuffer(response)) guarded(look, () => staple?.(response));
  });
  socket.on("secureConnect", () => {
    if (!connection.live || tls === undefined) return;
    look.phases.tlsUs += lap(connection);
    guarded(look, () => {
      if (acceptCertificate(look, socket, tls)) opened(connection, socket);
    });
  });
  return socket;
}

function opened(connection: Connection, socket: Socket): void {
  if (!connection.live) return;
  connection.look.phase = "talking";
  guarded(connection.look, () => connection.handlers.open(socket, connection));
}

/** Microseconds since the last lap of this connection. */
function lap(connection: Connection): number {
  const nowMs = connection.look.context.clock.monoMs();
  const tookUs = Math.round((nowMs - connection.sinceMs) * 1_000);
  connection.sinceMs = nowMs;
  return tookUs;
}

function readerOf(connection: Connection): OnReadOpts | undefined {
  const take = receiverOf(connection);
  if (take === undefined) return undefined;
  return {
    buffer: SHARED,
    callback: (length) => {
      if (!connection.live) return false;
      take(SHARED.subarray(0, length));
      return true;
    },
  };
}

/** Hands bytes to the kind, and times the first; undefined if the kind reads by itself. */
function receiverOf(connection: Connection): ((bytes: Buffer) => void) | undefined {
  if (connection.handlers.data === undefined) return undefined;
  let first = true;
  return (bytes) => {
    if (!connection.live) return;
    const { look } = connection;
    if (first) {
      first = false;
      look.phases.firstByteUs += lap(connection);
    }
    guarded(look, () => connection.handlers.data?.(bytes));
  };
}

/** Gives a connection that stands to the look that `part` prepared, and to other handlers. */
export function handOver(
  connection: Connection,
  { look, handlers }: { look: Look; handlers: ConnectionHandlers },
): void {
  const part = connection.look;
  connection.look = look;
  connection.handlers = handlers;
  look.part = undefined;
  look.phase = "talking";
  look.release = part.release;
  connection.sinceMs = look.context.clock.monoMs();
}

/** Runs a handler; what it throws is our fault and says nothing about the target. */
function guarded(look: Look, handle: () => void): void {
  try {
    handle();
  } catch (thrown) {
    const detail = `An error inside the probe while it looked at ${whereOf(look)}`;
    look.fail("internal", `${detail}: ${quoted(messageOf(thrown))}.`);
  }
}

function ended(connection: Connection): void {
  const { look, handlers } = connection;
  if (!connection.live) return;
  if (look.phase === "talking") return guarded(look, handlers.closed);
  failed(connection, { code: "ECONNRESET" });
}

function failed(connection: Connection, error: unknown): void {
  const { look, serverName } = connection;
  if (!connection.live) return;
  const where = whereOf(look);
  if (look.phase === "connecting" && systemCodeOf(error) === "ENETUNREACH") {
    look.release();
    return askForRoute(look, (route) => {
      end(look, route ? networkUnreachable(where) : connectFailure(error, where));
    });
  }
  if (look.phase === "handshaking") return end(look, tlsFailure(error, where, serverName));
  end(look, look.phase === "connecting" ? connectFailure(error, where) : talkFailure(error, where));
}

function end(look: Look, failure: Failure): void {
  look.fail(failure.reason, failure.detail);
}
