/** An aggregator in a process of its own, so that its CPU and its memory are its own. */
import { Agent, request } from "undici";
import { sleep, systemClock } from "../../shared/clock.ts";
import { endRole, message, pidOf, startRole } from "./role-process.ts";
import type { AggregatorReady, AggregatorUsage } from "./roles/aggregator.ts";

/** Longest wait for a large state to be replayed on a busy machine. */
const READY_WAIT_MS = 120_000;
/** Time to save a large state; beyond, the process is ended. */
const STOP_MS = 20_000;

const clock = systemClock();

/** A running aggregator. */
export interface AggregatorProcess extends AggregatorReady {
  pid: number;
  /** What it used since it was asked last. */
  usage(): Promise<AggregatorUsage>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Guarantee: the role sends what roles/aggregator.ts declares; it is the benchmarks' own file. */
function asReady(said: unknown): AggregatorReady {
  return said as AggregatorReady;
}

/** Guarantee: as for `asReady`. */
function asUsage(said: unknown): AggregatorUsage {
  return said as AggregatorUsage;
}

/** Starts an aggregator on a folder, and waits until it is ready. */
export async function startAggregator(folder: string): Promise<AggregatorProcess> {
  const child = startRole("aggregator", [folder]);
  const ready = asReady(await message(child, "ready", READY_WAIT_MS));
  return {
    ...ready,
    pid: pidOf(child),
    usage: async () => {
      const told = message(child, "usage");
      child.send("usage");
      return asUsage(await told);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await endRole(child);
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const cutOff = clock.after(STOP_MS, () => void child.kill("SIGKILL"));
      child.kill("SIGTERM");
      await ended;
      cutOff.cancel();
    },
  };
}

/** Asks an API again and again over one connection, and keeps how long each answer took. */
export interface ApiWatch {
  /** Milliseconds of each answer; one that failed counts as a minute. */
  tookMs: number[];
  stop(): Promise<void>;
}

/** Stands for an answer that did not come. */
const FAILED_MS = 60_000;

async function askOnce(url: string, secret: string, dispatcher: Agent): Promise<boolean> {
  const headers = { authorization: `Bearer ${secret}` };
  const answer = await request(url, { headers, dispatcher });
  await answer.body.dump();
  return answer.statusCode === 200;
}

/** Begins to ask for a path every `everyMs`. */
export function watchApi(
  { httpUrl }: AggregatorReady,
  { path, secret, everyMs }: { path: string; secret: string; everyMs: number },
): ApiWatch {
  const dispatcher = new Agent({ connections: 1 });
  const tookMs: number[] = [];
  let over = false;
  const ask = async (): Promise<void> => {
    while (!over) {
      const startMs = clock.monoMs();
      const isOk = await askOnce(`${httpUrl}${path}`, secret, dispatcher).catch(() => false);
      tookMs.push(isOk ? clock.monoMs() - startMs : FAILED_MS);
      await sleep(clock, everyMs);
    }
  };
  const asking = ask();
  return {
    tookMs,
    stop: async () => {
      over = true;
      await asking;
      await dispatcher.close();
    },
  };
}
