/** The processes of `quorate mesh`: started, watched, and all ended within a deadline. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError, messageOf } from "../../shared/errors.ts";

/** How a child ended. */
export interface ChildEnd {
  code: number | null;
  signal: string | null;
}

/** A running child. */
export interface Child {
  name: string;
  pid: number;
  logFile: string;
  /** Null while it runs. */
  end(): ChildEnd | null;
  /** Resolves when it ended. */
  ended: Promise<ChildEnd>;
}

/** What to start. */
export interface ChildOptions {
  /** Name in messages, such as `rack-a`. */
  name: string;
  /** Arguments of quorate, the program first. */
  args: readonly string[];
  /** File that gets its standard error; an older one is emptied. */
  logFile: string;
  /** Called with each line of its standard output. */
  onLine?: (line: string) => void;
  /** Called when it ended although nobody asked it to. */
  onUnexpectedEnd: (child: Child, end: ChildEnd) => void;
}

/** Starts children and ends them all. */
export interface Children {
  start(options: ChildOptions): Promise<Child>;
  /** Asks every child to end, and kills what is still there after `patienceMs`. */
  stopAll(patienceMs: number): Promise<void>;
}

/** How this program is started again: the interpreter, and its arguments up to the script. */
export interface SelfCommand {
  execPath: string;
  args: readonly string[];
}

interface Running {
  process: ChildProcess;
  child: Child;
  /** Resolves once it runs; rejects when it cannot be started. */
  spawned: Promise<void>;
}

/**
 * Creates the keeper of children. Each child is started with `--until-stdin-closes` and a pipe as
 * standard input, so that it ends also when this process is killed and can say nothing any more.
 */
export function createChildren(self: SelfCommand, clock: Clock): Children {
  const running = new Set<Running>();
  let stopping = false;
  return {
    start: async (options) => {
      if (stopping)
        throw new QuorateError("unavailable", `${options.name} is not started any more.`);
      const started = spawnChild(self, options);
      running.add(started);
      void started.child.ended.then((end) => {
        running.delete(started);
        if (!stopping && started.child.pid !== 0) options.onUnexpectedEnd(started.child, end);
      });
      await started.spawned;
      return started.child;
    },
    stopAll: async (patienceMs) => {
      stopping = true;
      const all = [...running];
      for (const { process } of all) {
        process.stdin?.end();
        process.kill("SIGTERM");
      }
      const killer = clock.after(patienceMs, () => {
        for (const { process } of all) process.kill("SIGKILL");
      });
      await Promise.all(all.map(({ child }) => child.ended));
      killer.cancel();
    },
  };
}

function spawnChild(self: SelfCommand, options: ChildOptions): Running {
  const { name, logFile, onLine } = options;
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, "w", 0o600);
  const args = [...self.args, "--until-stdin-closes", ...options.args];
  const process = spawn(self.execPath, args, { stdio: ["pipe", "pipe", log] });
  closeSync(log);
  // Writing into a pipe whose reader is gone is the exit event's story, not an error of its own.
  process.stdin?.on("error", () => undefined);
  if (process.stdout) {
    createInterface({ input: process.stdout }).on("line", (line) => onLine?.(line));
  }
  let end: ChildEnd | null = null;
  const ended = new Promise<ChildEnd>((resolve) => {
    const finish = (code: number | null, signal: string | null): void => {
      end ??= { code, signal };
      resolve(end);
    };
    process.once("exit", finish);
    // What could not be started ends without an exit event.
    process.once("error", () => finish(null, null));
  });
  const spawned = new Promise<void>((resolve, reject) => {
    process.once("spawn", resolve);
    process.once("error", (error) => {
      reject(new QuorateError("internal", `Cannot start ${name}: ${messageOf(error)}.`));
    });
  });
  const child: Child = { name, pid: process.pid ?? 0, logFile, end: () => end, ended };
  return { process, child, spawned };
}

/** Says how a child ended: "was killed by SIGKILL" or "ended with exit code 1". */
export function describeEnd({ code, signal }: ChildEnd): string {
  return signal === null ? `ended with exit code ${code ?? 0}` : `was killed by ${signal}`;
}

/** The last lines of a child's log, for an error message; empty when there are none. */
export function logTail(file: string, lines = 5): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
