/**
 * Lines: sockets that serve one look after the other, each look on a connection of its own. A
 * socket of Node is 3 kB of objects that outlive a young collection, as its closed handle holds on
 * to it; made anew for each look they are most of the garbage of a probe. `connect` on a socket
 * that has emitted "close" begins anew: https://nodejs.org/api/net.html#socketconnect
 */
import { Socket } from "node:net";
import type { OnReadOpts, SocketConstructorOpts, TcpSocketConnectOpts } from "node:net";
import { LIMITS } from "../../shared/limits.ts";

/** What comes of a line goes to its user, as long as it has one. */
export interface LineHandlers<User> {
  connected(user: User, socket: Socket): void;
  /** So many bytes lie at the beginning of the buffer; they are valid only during the call. */
  received(user: User, length: number): void;
  failed(user: User, error: Error): void;
  ended(user: User): void;
}

/** Sockets in use, and some that wait to be used again. */
export interface Lines<User> {
  /** Opens a connection; may throw for options that are none. Returns what closes it. */
  dial(user: User, options: TcpSocketConnectOpts): () => void;
  /** Sockets that wait. */
  idle(): number;
}

/** Options of a socket that its types leave out; the manual of node:net has both. */
type SocketOptions = SocketConstructorOpts & { onread: OnReadOpts };

interface Line<User> {
  socket: Socket;
  /** Null: nobody is interested any more. */
  user: User | null;
  /** Whether nothing of its last connection can come any more once it has closed. */
  clean: boolean;
  closed: boolean;
}

/** Creates lines without any socket; libuv fills `buffer` for whichever has something to read. */
export function createLines<User>(buffer: Uint8Array, handlers: LineHandlers<User>): Lines<User> {
  const idle: Line<User>[] = [];

  function newLine(): Line<User> {
    const callback = (length: number): boolean => {
      if (line.user !== null) handlers.received(line.user, length);
      return line.user !== null;
    };
    const options: SocketOptions = { onread: { buffer, callback } };
    const socket = new Socket(options);
    const line: Line<User> = { socket, user: null, clean: false, closed: true };
    socket.on("connect", () => {
      line.clean = true;
      if (line.user !== null) handlers.connected(line.user, socket);
    });
    socket.on("error", (error) => {
      line.clean = false;
      if (line.user !== null) handlers.failed(line.user, error);
    });
    socket.on("end", () => {
      if (line.user !== null) handlers.ended(line.user);
    });
    socket.on("close", () => {
      line.closed = true;
      giveBack(line);
    });
    return line;
  }

  /** A line waits once it is closed and its user has left, whichever comes last. */
  function giveBack(line: Line<User>): void {
    const free = line.clean && line.closed && line.user === null;
    if (free && idle.length < LIMITS.idleLinesMax) idle.push(line);
  }

  return {
    idle: () => idle.length,
    dial(user, options) {
      const line = idle.pop() ?? newLine();
      const { socket } = line;
      line.user = user;
      line.clean = false;
      line.closed = false;
      socket.connect(options);
      return () => {
        if (line.user !== user) return;
        line.user = null;
        // What was not written yet is told of when the handle is gone: not in another's time.
        if (socket.writableLength > 0) line.clean = false;
        if (line.closed) giveBack(line);
        else socket.destroy();
      };
    },
  };
}
