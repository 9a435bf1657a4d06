/** A TCP proxy on a port of its own whose way to the upstream breaks on cue. */
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { systemClock } from "../../shared/clock.ts";
import { patiently } from "./patience.ts";
import { portOf } from "./target-server.ts";

/**
 * What becomes of connections. `refuse` nothing listens; `reset` accepted, then reset at once;
 * `blackhole` accepted, and nothing is ever answered; `delayMs` each piece of an answer is held
 * back for so long; `dripMs` an answer comes one byte at a time, so far apart.
 */
export type Fault =
  | "pass"
  | "refuse"
  | "reset"
  | "blackhole"
  | { delayMs: number }
  | { dripMs: number };

/** A running proxy. */
export interface FaultProxy {
  port: number;
  /** Connections that came so far. */
  dialed(): number;
  /** How new connections fare from now on; those that are open go on as they began. */
  set(fault: Fault): Promise<void>;
  /** Breaks the connections that are open now. */
  cut(): void;
  close(): Promise<void>;
}

interface Upstream {
  host: string;
  port: number;
}

/** Starts a proxy that passes everything. */
export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let fault: Fault = "pass";
  let dialed = 0;
  const server = createServer((socket) => {
    dialed += 1;
    keep(sockets, socket);
    if (fault === "reset" || fault === "refuse") return void socket.resetAndDestroy();
    if (fault === "blackhole") return void socket.resume();
    const up = connect(upstream.port, upstream.host);
    keep(sockets, up);
    socket.pipe(up);
    answer(up, socket, fault);
    socket.on("close", () => up.destroy());
    up.on("close", () => socket.destroySoon());
  });
  await listen(server, 0);
  const port = portOf(server);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port,
    dialed: () => dialed,
    cut,
    async set(next) {
      fault = next;
      if (next === "refuse" && server.listening) server.close();
      // Another connection of this machine may hold the port for a moment.
      if (next !== "refuse" && !server.listening) {
        await patiently(`port ${port} is free again`, () => listen(server, port).then(() => true));
      }
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await patiently("the proxy is closed", () => sockets.size === 0);
    },
  };
}

/** Passes an answer on, as the fault has it. */
function answer(up: Socket, socket: Socket, fault: Fault): void {
  if (typeof fault !== "object") return void up.pipe(socket);
  const clock = systemClock({ keepAlive: false });
  if ("delayMs" in fault) {
    up.on("data", (bytes: Buffer) => {
      clock.after(fault.delayMs, () => void (socket.destroyed || socket.write(bytes)));
    });
    return;
  }
  let waiting = Buffer.alloc(0);
  up.on("data", (bytes: Buffer) => void (waiting = Buffer.concat([waiting, bytes])));
  const drip = clock.every(fault.dripMs, () => {
    if (waiting.length > 0 && !socket.destroyed) socket.write(waiting.subarray(0, 1));
    waiting = waiting.subarray(1);
  });
  socket.on("close", () => drip.cancel());
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
