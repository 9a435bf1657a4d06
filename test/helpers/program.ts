/** Processes of the built command, started as a person would start them. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { patiently } from "./patience.ts";

const MAIN = fileURLToPath(new URL("../../dist/aggregator/cli/main.js", import.meta.url));

/** Characters kept of what a process says on standard error. */
const ERROR_CHARS_MAX = 20_000;

/** How a process ended. */
export interface ProgramEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running process. */
export interface Program {
  pid: number;
  /** All of its standard output so far. */
  output(): string;
  /** The end of its standard error so far. */
  errors(): string;
  /** The first match of a pattern in its standard output; rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Null while it runs. */
  end(): ProgramEnd | null;
  ended: Promise<ProgramEnd>;
  /** Kills it if it still runs, and waits for its end. */
  close(): Promise<void>;
}

/** What differs from a plain start. */
export interface ProgramOptions {
  env?: Record<string, string>;
  /** False: it does not end with this process. Default true. */
  tied?: boolean;
  /** Words before the command, that run it elsewhere. */
  through?: readonly string[];
}

/** Starts `quorate` with these arguments. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const tie = options.tied === false ? [] : ["--until-stdin-closes"];
  const words = [...(options.through ?? []), process.execPath, MAIN, ...tie, ...args];
  const [command = "", ...rest] = words;
  const child = spawn(command, rest, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
  // Writing into the pipe of a process that is gone is no error of the test.
  child.stdin.on("error", () => undefined);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-ERROR_CHARS_MAX);
  });
  let end: ProgramEnd | null = null;
  const ended = untilEnd(child).then((how) => (end = how));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    async says(pattern) {
      const looked = await patiently(`${args[0]} says ${pattern}`, () => {
        return pattern.exec(output) ?? (end === null ? null : "over");
      });
      if (looked !== "over") return looked;
      throw new Error(`${args.join(" ")} ended before it said ${pattern}: ${output}${errors}`);
    },
    signal: (name) => void child.kill(name),
    end: () => end,
    ended,
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function untilEnd(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: null, signal: null }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string; errors: string }> {
  const program = startProgram(args, { env, tied: false });
  const { code } = await program.ended;
  return { code, output: program.output(), errors: program.errors() };
}

/** Whether a process runs; one that ended and that nobody took notice of does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    // Without a proc file system, the signal's answer is all that is known.
    return process.platform !== "linux";
  }
}
