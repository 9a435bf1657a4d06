/** Servers of the system, run as a process on a free port with a folder of their own. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathOf } from "./needs.ts";
import { patiently } from "./patience.ts";
import { closedPort } from "./target-server.ts";

/** A server of the system that runs. */
export interface Daemon {
  port: number;
  /** Its folder, removed when it is closed. */
  folder: string;
  close(): Promise<void>;
}

/** How a server is started. */
export interface DaemonOptions {
  program: string;
  /** Makes its files and gives its arguments. */
  prepare(place: { folder: string; port: number }): readonly string[];
  /** Whether it serves. Default: a TCP connection to its port is accepted. */
  ready?: (place: { folder: string; port: number }) => Promise<boolean>;
}

/** Starts a server and waits until it serves; what it wrote is told when it ends early. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), `quorate-${options.program}-`));
  // Servers that leave the rights of root must still reach their folder.
  chmodSync(folder, 0o777);
  const port = await closedPort();
  const place = { folder, port };
  const args = options.prepare(place);
  const child = spawn(pathOf(options.program), args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4_000)));
  }
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      resolve();
    };
    child.on("exit", end);
    child.on("error", end);
  });
  const close = async (): Promise<void> => {
    if (!over) child.kill("SIGKILL");
    await ended;
    child.stdout.destroy();
    child.stderr.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ready = options.ready ?? ((at: { port: number }) => accepts(at.port));
    await patiently(`${options.program} serves: ${args.join(" ")}`, () => over || ready(place));
    if (over) throw new Error(`${options.program} ended: ${said}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, folder, close };
}

/** Whether a TCP connection to the port of 127.0.0.1 is accepted. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(socket.destroy() === socket));
    socket.on("error", () => resolve(false));
  });
}
