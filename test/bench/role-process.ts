/** Roles of a benchmark: each in a process of its own, so that its CPU is its own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Measured } from "./roles/meter.ts";

/** As many open files as the system allows: every check on its way is one. */
const MANY_FILES = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';

/** Starts a role in a process of its own. */
export function startRole(role: string, parameters: readonly (number | string)[]): ChildProcess {
  const file = fileURLToPath(new URL(`roles/${role}.js`, import.meta.url));
  const command = [process.execPath, file, ...parameters.map(String)];
  return spawn("sh", ["-c", MANY_FILES, ...command], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** The first message of a child that has `key`. */
export function message(child: ChildProcess, key: "port" | "measured"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on("message", (said) => {
      const found = Object.entries(said ?? {}).find(([name]) => name === key);
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`A benchmark role ended with code ${code}.`)));
  });
}

/** Guarantee: roles send what meter.ts declares; they are the benchmarks' own files. */
function asMeasured(said: unknown): Measured {
  return said as Measured;
}

/** Runs a role until it has measured itself. */
export async function measure(
  role: string,
  parameters: readonly (number | string)[],
): Promise<Measured> {
  const child = startRole(role, parameters);
  try {
    return asMeasured(await message(child, "measured"));
  } finally {
    await endRole(child);
  }
}

/** Ends a role and waits for it. */
export async function endRole(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** CPU of one check, microseconds. */
export function perCheck({ cpuUs, completed }: Measured): number {
  return cpuUs / Math.max(1, completed);
}
