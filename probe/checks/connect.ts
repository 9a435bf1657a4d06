/** Connecting: name, TCP, TLS, with phases, and every error mapped to an outcome. */
import { connect as connectTcp, isIP } from "node:net";
import type { OnReadOpts, Socket, TcpSocketConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { ended, failed, guarded, lap, opened, readerOf, receive } from "./connection.ts";
import { receiverOf, refused, SHARED } from "./connection.ts";
import type { Connection, ConnectionHandlers, Destination } from "./connection.ts";
import { createLines } from "./lines.ts";
import type { Lines } from "./lines.ts";
import type { Look } from "./look.ts";
import { resolveAddress } from "./resolve.ts";
import { acceptCertificate } from "./tls.ts";
import type { TlsPlan } from "./tls.ts";

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

function connectAddress(look: Look, destination: Destination, handlers: ConnectionHandlers): void {
  look.phase = "connecting";
  const { tls } = destination;
  const connection: Connection = {
    look,
    handlers,
    tls,
    serverName: tls?.serverName ?? destination.host,
    live: true,
    heard: false,
    sinceMs: look.context.clock.monoMs(),
  };
  try {
    const hangUp =
      handlers.lends === true && tls === undefined
        ? LINES.dial(connection, tcpOptions(look))
        : dialOwn(connection);
    look.release = () => {
      connection.live = false;
      hangUp();
    };
  } catch (thrown) {
    refused(look, thrown);
  }
}

/** Dials with a socket of its own. */
function dialOwn(connection: Connection): () => void {
  const { tls } = connection;
  const socket = tls === undefined ? dialTcp(connection) : dialTls(connection, tls);
  socket.on("error", (error) => failed(connection, error));
  socket.on("end", () => ended(connection));
  return () => void socket.destroy();
}

/** The sockets of looks that lend theirs. */
const LINES: Lines<Connection> = createLines(SHARED, {
  connected,
  received: (connection, length) => {
    if (connection.live) receive(connection, SHARED.subarray(0, length));
  },
  failed,
  ended,
});

function connected(connection: Connection, socket: Socket): void {
  connection.look.phases.connectUs += lap(connection);
  opened(connection, socket);
}

function tcpOptions({ address, port, sourceAddress }: Look): TcpSocketConnectOpts {
  const options: TcpSocketConnectOpts = { host: address, port };
  if (sourceAddress !== undefined) options.localAddress = sourceAddress;
  return options;
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
  const fresh = { live: true, heard: false };
  const connection: Connection = { look, handlers, tls, serverName, ...fresh, sinceMs };
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
  const options = tcpOptions(connection.look);
  const onread = readerOf(connection);
  if (onread !== undefined) options.onread = onread;
  const socket = connectTcp(options);
  socket.on("connect", () => connected(connection, socket));
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
