/** A connection of a look: what its socket says, and what that means for the look. */
import type { OnReadOpts, Socket } from "node:net";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { connectFailure, networkUnreachable, talkFailure, tlsFailure } from "./failure.ts";
import type { Failure } from "./failure.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { NameOptions } from "./resolve.ts";
import { askForRoute } from "./route.ts";
import { quoted } from "./sentence.ts";
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
  /**
   * True: the kind does nothing with the socket but write, and keeps no hold of it, so that it may
   * serve another look once it has closed. Default false.
   */
  lends?: boolean;
  /** Takes the OCSP answer stapled to the certificate. Absent: none is asked for. */
  staple?: (response: Buffer) => void;
}

/**
 * One buffer for all sockets of the process: libuv fills it and calls back before it reads from
 * the next socket, so a chunk costs no allocation; a handler copies what it keeps.
 */
export const SHARED = Buffer.allocUnsafeSlow(65_536);

/** One connection under way: what its socket callbacks share. */
export interface Connection {
  look: Look;
  handlers: ConnectionHandlers;
  tls: TlsPlan | undefined;
  serverName: string;
  /** False once released: whatever the socket still says is not heard. */
  live: boolean;
  /** Whether a byte came. */
  heard: boolean;
  /** When the present phase began, monotonic milliseconds. */
  sinceMs: number;
}

/** The connection stands, handshaken if there is TLS: the kind may talk. */
export function opened(connection: Connection, socket: Socket): void {
  if (!connection.live) return;
  connection.look.phase = "talking";
  guarded(connection.look, () => connection.handlers.open(socket, connection));
}

/** Microseconds since the last lap of this connection. */
export function lap(connection: Connection): number {
  const nowMs = connection.look.context.clock.monoMs();
  const tookUs = Math.round((nowMs - connection.sinceMs) * 1_000);
  connection.sinceMs = nowMs;
  return tookUs;
}

/** How a socket of its own is read; undefined if the kind reads by itself. */
export function readerOf(connection: Connection): OnReadOpts | undefined {
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

/** What takes the bytes of a connection; undefined if the kind reads by itself. */
export function receiverOf(connection: Connection): ((bytes: Buffer) => void) | undefined {
  if (connection.handlers.data === undefined) return undefined;
  return (bytes) => receive(connection, bytes);
}

/** Hands bytes to the kind, and times the first. */
export function receive(connection: Connection, bytes: Buffer): void {
  if (!connection.live) return;
  const { look } = connection;
  if (!connection.heard) {
    connection.heard = true;
    look.phases.firstByteUs += lap(connection);
  }
  guarded(look, () => connection.handlers.data?.(bytes));
}

/** Runs a handler; what it throws is our fault and says nothing about the target. */
export function guarded(look: Look, handle: () => void): void {
  try {
    handle();
  } catch (thrown) {
    const detail = `An error inside the probe while it looked at ${whereOf(look)}`;
    look.fail("internal", `${detail}: ${quoted(messageOf(thrown))}.`);
  }
}

/** The target closed its side. */
export function ended(connection: Connection): void {
  const { look, handlers } = connection;
  if (!connection.live) return;
  if (look.phase === "talking") return guarded(look, handlers.closed);
  failed(connection, { code: "ECONNRESET" });
}

/** Something went wrong: what it means depends on how far the connection has come. */
export function failed(connection: Connection, error: unknown): void {
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

/** Node refuses some options by throwing, for instance a source address that is none. */
export function refused(look: Look, thrown: unknown): void {
  const detail = `This probe cannot connect to ${whereOf(look)}: ${quoted(messageOf(thrown))}.`;
  look.fail("internal", detail);
}
