/** Roles of a benchmark: each in a process of its own, so that its CPU is its own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../shared/clock.ts";

/** As many open files as the system allows: every check on its way is one. */
const MANY_FILES = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';

/** Longest wait for a word of a role; a benchmark that hangs says so instead. */
const WORD_MS = 30_000;

const clock = systemClock();

/** Starts a role in a process of its own. */
export function startRole(role: string, parameters: readonly (number | string)[]): ChildProcess {
  const file = fileURLToPath(new URL(`roles/${role}.js`, import.meta.url));
  return startProcess([process.execPath, file, ...parameters.map(String)]);
}

/** Starts any program in a process of its own, with many files and a channel to talk by. */
export function startProcess(command: readonly string[]): ChildProcess {
  return spawn("sh", ["-c", MANY_FILES, ...command], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** The number of a process that was started. */
export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("A process of the benchmark could not be started.");
  return pid;
}

/** The first message of a child that has `key`; rejects when it ends or says nothing for long. */
export function message(
  child: ChildProcess,
  key: "port" | "counted" | "ready" | "usage" | "heard" | "told",
  waitMs = WORD_MS,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hear = (said: unknown): void => {
      const found = Object.entries(said ?? {}).find(([name]) => name === key);
      if (found) settle(() => resolve(found[1]));
    };
    const ended = (code: number | null): void =>
      settle(() => reject(new Error(`A benchmark role ended with code ${code}.`)));
    const timer = clock.after(waitMs, () =>
      settle(() => reject(new Error(`A benchmark role did not say ${key} in ${waitMs} ms.`))),
    );
    const settle = (then: () => void): void => {
      timer.cancel();
      child.off("message", hear);
      child.off("exit", ended);
      then();
    };
    child.on("message", hear);
    child.on("exit", ended);
  });
}

/** What a role has counted so far. */
export async function countOf(child: ChildProcess): Promise<number> {
  const counted = message(child, "counted");
  child.send("count");
  return Number(await counted);
}

/** Time a role has to end before it is ended. */
const END_MS = 5_000;

/** Ends a role and waits for it; one that does not end by itself is killed. */
export async function endRole(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const timer = clock.after(END_MS, () => void child.kill("SIGKILL"));
  child.kill("SIGTERM");
  await ended;
  timer.cancel();
}
