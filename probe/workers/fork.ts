/** Starts the process of a worker. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromWorker, ToWorker } from "./messages.ts";

/** A worker as its probe sees it. */
export interface WorkerProcess {
  send(message: ToWorker): void;
  /** Ends it at once. */
  kill(): void;
}

/** What a probe wants to hear of a worker. */
export interface WorkerHandlers {
  onMessage: (message: FromWorker) => void;
  /** It has ended, or could not be started; `why` is a sentence. Called once. */
  onExit: (why: string) => void;
}

/** Starts a worker. */
export type StartWorker = (handlers: WorkerHandlers) => WorkerProcess;

/** Built or run from source, the program of a worker stands beside this file. */
const PROGRAM = fileURLToPath(new URL(`main${import.meta.url.slice(-3)}`, import.meta.url));

/** Starts a worker in a process of its own, with the flags of this one. */
export const forkWorker: StartWorker = ({ onMessage, onExit }) => {
  let over = false;
  const end = (why: string): void => {
    if (over) return;
    over = true;
    onExit(why);
  };
  const child = fork(PROGRAM, {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // A debugger's port cannot be shared.
    execArgv: process.execArgv.filter((argument) => !argument.startsWith("--inspect")),
  });
  // Guarantee of the channel: only worker/main.ts writes to its other end.
  child.on("message", (message) => onMessage(fromWorker(message)));
  child.on("error", (error) => end(`It cannot be reached: ${error.message}.`));
  child.on("exit", (code, signal) => {
    end(signal === null ? `It ended with code ${code}.` : `It was ended by ${signal}.`);
  });
  return {
    send: (message) => void (child.connected && child.send(message)),
    kill: () => void child.kill("SIGKILL"),
  };
};

/** Guarantee: the other end of the channel is our own program, which sends nothing else. */
function fromWorker(message: unknown): FromWorker {
  return message as FromWorker;
}
