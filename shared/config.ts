/** What the environment says: the only file that reads process.env. */
import { join } from "node:path";

/** Settings from the environment; flags of a command win over them. */
export interface Settings {
  /** QUORATE_URL: base address of the aggregator's API. Default http://127.0.0.1:7700. */
  url: string;
  /** QUORATE_TOKEN: bearer token of the clients; null when not set. A secret. */
  token: string | null;
  /** QUORATE_PROBE_TOKEN: token of a probe; null when not set. A secret. */
  probeToken: string | null;
  /** QUORATE_TARGETS: targets that the aggregator makes when missing (shared/target-list.ts). */
  targets?: string | null;
  /** NO_COLOR: true when set to anything but the empty text (https://no-color.org). */
  noColor: boolean;
  /** FORCE_COLOR: colours or none, wherever it is written to; null or absent when not set. */
  forceColor?: boolean | null;
  /** Whether `url` was set, and is not the default. Absent: it was. */
  urlGiven?: boolean;
  /** QUORATE_CONTEXT: name of a context of the CLI; null or absent when not set. */
  context?: string | null;
  /** Folder of the CLI's own configuration; null or absent when the user has no home. */
  configFolder?: string | null;
}

/** Base address of the API when nothing else is said. */
export const DEFAULT_URL = "http://127.0.0.1:7700";

/** Reads the settings; `environment` is the process's own unless a test gives another. */
export function readSettings(
  environment: Record<string, string | undefined> = process.env,
): Settings {
  const url = textOf(environment["QUORATE_URL"]);
  return {
    url: url ?? DEFAULT_URL,
    urlGiven: url !== null,
    context: textOf(environment["QUORATE_CONTEXT"]),
    configFolder: configFolderOf(environment),
    token: textOf(environment["QUORATE_TOKEN"]),
    probeToken: textOf(environment["QUORATE_PROBE_TOKEN"]),
    targets: textOf(environment["QUORATE_TARGETS"]),
    noColor: textOf(environment["NO_COLOR"]) !== null,
    forceColor: forceOf(textOf(environment["FORCE_COLOR"])),
  };
}

/** Source: https://specifications.freedesktop.org/basedir-spec/latest/ (XDG_CONFIG_HOME). */
function configFolderOf(environment: Record<string, string | undefined>): string | null {
  const base = textOf(environment["XDG_CONFIG_HOME"]);
  const home = textOf(environment["HOME"]);
  if (base !== null) return join(base, "quorate");
  return home === null ? null : join(home, ".config", "quorate");
}

/** As Node itself reads it: 0 and false mean none, anything else means colours. */
function forceOf(text: string | null): boolean | null {
  return text === null ? null : !["0", "false"].includes(text);
}

const SECRET_VARIABLE = "QUORATE_SECRET_";

/** The variable that holds a secret: `db-password` is in QUORATE_SECRET_DB_PASSWORD. */
export function secretVariable(name: string): string {
  return `${SECRET_VARIABLE}${name.replaceAll(/[.-]/g, "_").toUpperCase()}`;
}

/** Reads the secret of a check from the environment; undefined when it is not set. */
export function readSecretVariable(
  name: string,
  environment: Record<string, string | undefined> = process.env,
): string | undefined {
  const value = environment[secretVariable(name)];
  return value === "" ? undefined : value;
}

/** Reads a variable that a configuration file names; undefined when it is not set. */
export function readVariable(
  name: string,
  environment: Record<string, string | undefined> = process.env,
): string | undefined {
  return environment[name];
}

/** Threads of libuv's pool when the environment says nothing. */
const THREAD_POOL_SIZE = 4;

/** UV_THREADPOOL_SIZE as libuv reads it, 1 to 1024: threads that file and name lookups share. */
export function threadPoolSize(
  environment: Record<string, string | undefined> = process.env,
): number {
  const size = Number(textOf(environment["UV_THREADPOOL_SIZE"]) ?? THREAD_POOL_SIZE);
  return Number.isInteger(size) ? Math.min(Math.max(1, size), 1_024) : THREAD_POOL_SIZE;
}

/** An empty or blank variable reads as not set, as most shells' users expect. */
function textOf(value: string | undefined): string | null {
  const text = value?.trim() ?? "";
  return text === "" ? null : text;
}
