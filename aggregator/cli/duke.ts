/**
 * `quorate duke`: a target to try Quorate on. Like the grand old Duke of York it goes up, and
 * then down again: 200 and 500 over HTTP, SERVING and NOT_SERVING over gRPC, by turns.
 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { Command } from "commander";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { formatHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";
import type { CliContext } from "./context.ts";
import { startHealthServer } from "./duke-grpc.ts";
import { listenHttp } from "./listen.ts";
import { durationOption, listenOption } from "./parse.ts";
import { once } from "./stopping.ts";

/** What a duke is made of. */
export interface DukeOptions {
  clock: Clock;
  listen: HostPort;
  /** Where the gRPC health service listens; null: it does not. */
  grpcListen: HostPort | null;
  /** Time until it flips, milliseconds, at least 1. */
  periodMs: number;
  /** True: it never flips and is always up. */
  steady: boolean;
  /** Called at each flip. */
  onFlip?: (up: boolean) => void;
}

/** A running duke. */
export interface Duke {
  url: string;
  /** HOST:PORT of the gRPC health service; null without one. */
  grpcAddress: string | null;
  close(): Promise<void>;
}

/** Starts a duke; it is up first. */
export async function startDuke(options: DukeOptions): Promise<Duke> {
  let up = true;
  const server = createServer((request, response) => {
    request.resume();
    const [status, body] = up ? [200, "up\n"] : [500, "down\n"];
    response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" });
    response.end(body);
  });
  const http = await listenHttp(server, options.listen);
  const health = options.grpcListen
    ? await startHealthServer(options.grpcListen, () => up).catch((error: unknown) => {
        server.close();
        throw error;
      })
    : null;
  const timer = options.steady
    ? null
    : options.clock.every(options.periodMs, () => {
        up = !up;
        health?.changed();
        options.onFlip?.(up);
      });
  return {
    url: `http://${formatHostPort(http)}/`,
    grpcAddress: health ? formatHostPort(health.address) : null,
    close: async () => {
      timer?.cancel();
      health?.close();
      await closeHttp(server);
    },
  };
}

/** Stops listening and drops what is still connected. */
function closeHttp(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

interface DukeFlags {
  listen: HostPort;
  grpcListen?: HostPort;
  period: number;
  steady?: boolean;
}

/** Adds `quorate duke`. */
export function addDuke(program: Command, context: CliContext): void {
  program
    .command("duke")
    .description("a target to try Quorate on: it answers 200 and 500 by turns")
    .addOption(listenOption("--listen <host:port>", "where HTTP listens", "127.0.0.1:0"))
    .addOption(listenOption("--grpc-listen <host:port>", "serve grpc.health.v1.Health here too"))
    .addOption(durationOption("--period <duration>", "time until it flips", "60s"))
    .option("--steady", "never flip: always 200 and SERVING")
    .action((flags: DukeFlags) => runDuke(context, flags));
}

async function runDuke(context: CliContext, flags: DukeFlags): Promise<void> {
  if (flags.period < 1) throw new QuorateError("invalid", "The period must be at least 1ms.");
  const { printer } = context;
  const stop = context.stopSignal();
  const duke = await startDuke({
    clock: context.clock,
    listen: flags.listen,
    grpcListen: flags.grpcListen ?? null,
    periodMs: flags.period,
    steady: flags.steady ?? false,
    onFlip: (up) => printer.line(up ? "up: answers 200" : "down: answers 500"),
  });
  printer.line(`http ${duke.url}`);
  if (duke.grpcAddress) printer.line(`grpc ${duke.grpcAddress}`);
  await once(stop);
  await duke.close();
}
