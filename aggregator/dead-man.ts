/**
 * The dead man's switch: tells an outside URL now and then that the mesh is watching, and nothing
 * when it is not. Whoever is behind the URL raises the alarm when it hears nothing.
 */
import { Agent, request } from "undici";
import type { Clock, Timer } from "../shared/clock.ts";
import { systemCodeOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Engine, MeshSessions, Store } from "./ports.ts";

/** Where the mesh tells that it watches. */
export interface DeadManOptions {
  /** Asked with GET. Its path, query and credentials are often a secret, and are never told. */
  url: URL;
  /** Time between two tellings in milliseconds. Longer finds a death later. */
  everyMs: number;
}

/** What the switch works with. */
export interface DeadManDeps extends DeadManOptions {
  engine: Pick<Engine, "ready" | "probe">;
  sessions: Pick<MeshSessions, "status">;
  store: Pick<Store, "probes">;
  clock: Clock;
  log: Log;
}

/** The switch of one aggregator. */
export interface DeadMan {
  start(): void;
  /** Tells nothing more; what is on its way is cut off. */
  stop(): Promise<void>;
}

/** Longest time that one telling may take. */
const TIMEOUT_MS = 10_000;

/** How it went the last time; the log tells only what changed. */
type State = "told" | "unheard" | "silent" | null;

/** Creates the switch; `start` arms it. */
export function createDeadMan(deps: DeadManDeps): DeadMan {
  const { clock, everyMs, url, log } = deps;
  const agent = new Agent({ connections: 1 });
  const over = new AbortController();
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;
  let last: State = null;

  async function beat(): Promise<void> {
    const reason = await whyNotWatching(deps);
    const failure = reason === null ? await tell(deps, agent, over.signal) : null;
    if (over.signal.aborted) return;
    const now = reason !== null ? "silent" : failure !== null ? "unheard" : "told";
    if (now === last) return;
    last = now;
    const { host } = url;
    if (reason !== null) log.warn({ host }, `The dead man's switch is told nothing: ${reason}.`);
    else if (failure !== null)
      log.warn({ host }, `The dead man's switch was not told: ${failure}.`);
    else log.info({ host }, "The dead man's switch is told that the mesh watches.");
  }

  return {
    start: () => {
      timer ??= clock.every(everyMs, () => {
        running ??= beat().finally(() => {
          running = null;
        });
      });
    },
    stop: async () => {
      timer?.cancel();
      over.abort();
      await running;
      await agent.destroy();
    },
  };
}

/** Why the mesh cannot be said to watch, as the end of a sentence; null when it watches. */
async function whyNotWatching(deps: DeadManDeps): Promise<string | null> {
  const { engine, sessions, store } = deps;
  if (!engine.ready()) return "the engine is not ready";
  let probes;
  try {
    probes = await store.probes.all();
  } catch {
    // What the store says is in the log of the store already.
    return "the store cannot be read";
  }
  const isHeard = probes.some(({ id }) => {
    const status = sessions.status(id);
    const hasBeat = status?.connected === true && status.lastHeartbeatAtMs !== null;
    return hasBeat && engine.probe(id)?.state !== "offline";
  });
  return isHeard ? null : "no probe is heard";
}

/** Asks once. Null, or what went wrong: never the text of an error, which may hold the URL. */
async function tell(
  { url, clock, everyMs }: DeadManDeps,
  agent: Agent,
  over: AbortSignal,
): Promise<string | null> {
  const late = new AbortController();
  const timeoutMs = Math.min(TIMEOUT_MS, everyMs);
  const deadline = clock.after(timeoutMs, () => late.abort());
  const signal = AbortSignal.any([over, late.signal]);
  try {
    const { origin, pathname, search } = url;
    const answer = await request(`${origin}${pathname}${search}`, {
      headers: { "user-agent": "quorate", ...credentialsOf(url) },
      dispatcher: agent,
      signal,
    });
    // Only the status counts. The end of the body is not waited for.
    answer.body.on("error", () => undefined).destroy();
    const { statusCode: status } = answer;
    return status >= 200 && status <= 299 ? null : `it answered ${status}, and 2xx is expected`;
  } catch (error) {
    if (late.signal.aborted) return `it did not answer within ${timeoutMs} ms`;
    return `it could not be reached (${systemCodeOf(error) || "no further cause"})`;
  } finally {
    deadline.cancel();
  }
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
