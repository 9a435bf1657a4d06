/** Keeps an aggregator as a file says: at the start, on demand, and when a file changed. */
import type { ApiClient } from "../../../shared/api/client.ts";
import type { Clock, Timer } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import type { Log } from "../../../shared/log.ts";
import { applyChanges } from "./apply.ts";
import type { ConfigKinds } from "./check.ts";
import { loadConfig } from "./load.ts";
import { formatProblem } from "./node.ts";
import { planChanges } from "./plan.ts";
import { fetchPresent } from "./present.ts";
import type { ConfigSources } from "./references.ts";
import type { Config } from "./sections.ts";

/** Time between two looks at the files. */
const LOOK_EVERY_MS = 2_000;

/** What a keeper works with. */
export interface KeeperDeps {
  file: string;
  sources: ConfigSources;
  /** A text that is another one when the file or folder changed. */
  stampOf: (path: string) => string;
  kinds: ConfigKinds;
  /** Runs `use` with a client of the aggregator. */
  withClient: (use: (client: ApiClient) => Promise<void>) => Promise<void>;
  /** Keeps the token of a probe that was made. */
  keepToken: (probe: string, token: string) => void;
  clock: Clock;
  log: Log;
}

/** A running keeper. */
export interface ConfigKeeper {
  /** Applies the file now, after what runs; `why` is what asked for it. */
  reload(why: string): Promise<void>;
  /** Lets the step that runs finish, begins no other, and looks no more. */
  stop(): Promise<void>;
}

/** Starts a keeper; it applies the file at once. */
export function startConfigKeeper(deps: KeeperDeps): ConfigKeeper {
  const { clock, log, file, stampOf } = deps;
  /** Every file and folder that was read, also in vain, with its stamp before that. */
  let read = new Map<string, string>();
  let running: Promise<void> = Promise.resolve();
  let isReloading = false;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function once(why: string): Promise<void> {
    if (signal.aborted) return;
    isReloading = true;
    try {
      read = new Map();
      await applyOnce({ ...deps, sources: watched(deps, read), signal, why });
    } catch (error) {
      log.error({ file, why }, `The configuration was not applied: ${messageOf(error)}`);
    } finally {
      isReloading = false;
    }
  }

  const reload = (why: string): Promise<void> => (running = running.then(() => once(why)));
  const look = (): void => {
    if (isReloading) return;
    const changed = [...read].find(([path, stamp]) => stampOf(path) !== stamp);
    if (changed !== undefined) void reload(`${changed[0]} changed`);
  };
  void reload("start");
  const timer: Timer = clock.every(LOOK_EVERY_MS, look);
  return {
    reload,
    stop: () => {
      timer.cancel();
      stopping.abort();
      return running;
    },
  };
}

/** The sources, with the stamp of all that is read written down. */
function watched({ sources, stampOf }: KeeperDeps, read: Map<string, string>): ConfigSources {
  const note = (path: string): void => {
    if (!read.has(path)) read.set(path, stampOf(path));
  };
  return {
    ...sources,
    readText: (path) => {
      note(path);
      return sources.readText(path);
    },
    list: (folder) => {
      note(folder);
      return sources.list(folder);
    },
  };
}

interface Reload extends KeeperDeps {
  why: string;
  signal: AbortSignal;
}

async function applyOnce(deps: Reload): Promise<void> {
  const { file, log, why } = deps;
  const { config, problems } = loadConfig(file, deps);
  if (config === null) {
    for (const problem of problems) log.error({ file }, formatProblem(problem));
    const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
    log.error({ file, why }, `The configuration has ${count}; nothing was changed.`);
    return;
  }
  await deps.withClient((client) => makeSo(config, client, deps));
}

async function makeSo(
  config: Config,
  client: ApiClient,
  { file, why, keepToken, signal, clock, log }: Reload,
): Promise<void> {
  const options = { nowMs: clock.wallMs(), adopt: false };
  const changes = planChanges(config, await fetchPresent(client), options);
  const conflicts = changes.filter(({ action }) => action === "conflict");
  for (const { noun, name, why: reason } of conflicts) {
    log.error({ file, noun, name }, `A conflict in the configuration: ${reason}.`);
  }
  if (conflicts.length > 0) {
    log.error({ file, why }, "The configuration has conflicts; nothing was changed.");
    return;
  }
  const tools = { client, keepToken, signal };
  const done = { created: 0, updated: 0, deleted: 0, failed: 0 };
  for (const { change, action, error } of await applyChanges(changes, tools)) {
    const { noun, name } = change;
    if (error !== null) {
      done.failed += 1;
      log.error({ file, noun, name, action }, `A step of the configuration failed: ${error}`);
    } else if (action === "create") done.created += 1;
    else if (action === "update") done.updated += 1;
    else if (action === "delete") done.deleted += 1;
  }
  const told = signal.aborted ? "in part, because of the stop" : "as a whole";
  log.info({ file, why, ...done }, `The configuration was applied ${told}.`);
}
