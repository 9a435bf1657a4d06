/** A TCP proxy on a port of its own whose way to the upstream breaks on cue. */
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { systemClock } from "../../shared/clock.ts";
import { patiently } from "./patience.ts";
import { portOf } from "./target-server.ts";

/**
 * What becomes of connections. `refuse` nothing listens; `reset` accepted, then reset at once;
 * `blackhole` accepted, and nothing is ever answered; `delayMs` each piece of an answer is held
 * back for so long; `dripMs` an answer comes one byte at a time, so far apart; `inTurn` each
 * connection fares as the next of the list: a lossy path whose rate is known.
 */
export type Fault = PlainFault | { inTurn: readonly PlainFault[] };

/** A fault that is the same for each connection. */
type PlainFault =
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

/** A host and a port. */
interface Upstream {
  host: string;
  port: number;
}

/** Starts a proxy that passes everything, on a free port of 127.0.0.1 or where it is told to. */
export async function startFaultProxy(
  upstream: Upstream,
  where: Upstream = { host: "127.0.0.1", port: 0 },
): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let fault: Fault = "pass";
  let dialed = 0;
  const server = createServer((socket) => {
    const fate = fateOf(fault, dialed);
    dialed += 1;
    keep(sockets, socket);
    if (fate === "reset" || fate === "refuse") return void socket.resetAndDestroy();
    if (fate === "blackhole") return void socket.resume();
    const up = connect(upstream.port, upstream.host);
    keep(sockets, up);
    socket.pipe(up);
    answer(up, socket, fate);
    socket.on("close", () => up.destroy());
  });
  await listen(server, where);
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
        await patiently(`port ${port} is free again`, () =>
          listen(server, { ...where, port }).then(() => true),
        );
      }
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await patiently("the proxy is closed", () => sockets.size === 0);
    },
  };
}

function fateOf(fault: Fault, dialed: number): PlainFault {
  if (typeof fault !== "object" || !("inTurn" in fault)) return fault;
  return fault.inTurn[dialed % fault.inTurn.length] ?? "pass";
}

/** Passes an answer on, as the fault has it. */
function answer(up: Socket, socket: Socket, fault: PlainFault): void {
  const hangUp = (): void => socket.destroySoon();
  if (typeof fault !== "object") {
    up.on("close", hangUp);
    return void up.pipe(socket);
  }
  const clock = systemClock({ keepAlive: false });
  if ("delayMs" in fault) {
    // The end of an answer takes as long as the answer does, or it would overtake it.
    up.on("close", () => void clock.after(fault.delayMs, hangUp));
    up.on("data", (bytes: Buffer) => {
      clock.after(fault.delayMs, () => void (socket.destroyed || socket.write(bytes)));
    });
    return;
  }
  let waiting = Buffer.alloc(0);
  up.on("data", (bytes: Buffer) => void (waiting = Buffer.concat([waiting, bytes])));
  const drip = clock.every(fault.dripMs, () => {
    if (waiting.length === 0) return void (up.destroyed && hangUp());
    if (!socket.destroyed) socket.write(waiting.subarray(0, 1));
    waiting = waiting.subarray(1);
  });
  socket.on("close", () => drip.cancel());
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
}

function listen(server: Server, { host, port }: Upstream): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
