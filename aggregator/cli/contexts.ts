/** The CLI's own configuration: aggregators by name, in a file that only its owner reads. */
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { readVariable } from "../../shared/config.ts";
import type { Settings } from "../../shared/config.ts";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { nameSchema } from "../../shared/target.ts";
import { readSecretFile, writeSecretFile } from "./files.ts";

const entrySchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** A secret. */
  token: z.string().min(1).optional(),
  tokenFile: z.string().min(1).optional(),
  tokenVariable: z.string().min(1).optional(),
});

const fileSchema = z.strictObject({
  current: nameSchema.nullish().transform((name) => name ?? null),
  contexts: z.record(nameSchema, entrySchema).default({}),
});

/** One aggregator and how its token is found. */
export type ContextEntry = z.output<typeof entrySchema>;

/** A context with its name. */
export interface NamedContext extends ContextEntry {
  name: string;
}

/** All contexts, and the one in use. */
export interface ContextFile {
  current: string | null;
  contexts: Record<string, ContextEntry>;
}

/** Where the contexts stand; a sentence when the user has no home. */
export function contextsPath({ configFolder }: Pick<Settings, "configFolder">): string {
  if (configFolder) return join(configFolder, "config.yaml");
  throw new QuorateError("invalid", "Expected HOME or XDG_CONFIG_HOME to be set; found neither.");
}

/** Reads the file; one that is missing has no contexts. */
export function readContexts(path: string): ContextFile {
  if (!existsSync(path)) return { current: null, contexts: {} };
  let value: unknown;
  try {
    value = parse(readFileSync(path, "utf8")) ?? {};
  } catch (thrown) {
    throw broken(path, messageOf(thrown).split("\n")[0] ?? "");
  }
  const read = fileSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw broken(path, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function broken(path: string, why: string): QuorateError {
  const how = "Correct it, or delete it and make the contexts again.";
  return new QuorateError("invalid", `The contexts in ${path} cannot be read: ${why}. ${how}`);
}

/** Writes the file whole, readable by its owner only. */
export function writeContexts(path: string, file: ContextFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A reader sees the old file or the new one, never half of one.
  writeSecretFile(`${path}.new`, stringify(file).trimEnd());
  renameSync(`${path}.new`, path);
}

/**
 * The context of a command: that of the flag, else of QUORATE_CONTEXT, else the one in use. Null
 * when none is named. The one in use is looked up only if `isNeeded`, so that a broken file is
 * no trouble to those who name an address.
 */
export function findContext(
  settings: Pick<Settings, "configFolder" | "context">,
  flag: string | undefined,
  isNeeded: boolean,
): NamedContext | null {
  const named = flag ?? (isNeeded ? (settings.context ?? null) : null);
  if (named === null && (!isNeeded || !settings.configFolder)) return null;
  const path = contextsPath(settings);
  const { current, contexts } = readContexts(path);
  const name = named ?? current;
  return name === null ? null : { name, ...entryOf({ contexts }, name) };
}

/** The context of a name; a sentence when there is none. */
export function entryOf({ contexts }: Pick<ContextFile, "contexts">, name: string): ContextEntry {
  const entry = Object.entries(contexts).find(([one]) => one === name)?.[1];
  if (entry !== undefined) return entry;
  const names = Object.keys(contexts);
  const known = names.length === 0 ? "none yet" : names.join(", ");
  throw new QuorateError("not_found", `There is no context ${name}; known are: ${known}.`);
}

/** The token of a context: from its file or variable, or as it stands there; null without one. */
export function tokenOfContext({ name, token, tokenFile, tokenVariable }: NamedContext) {
  if (tokenFile !== undefined) return readSecretFile(tokenFile);
  if (tokenVariable === undefined) return token ?? null;
  const value = readVariable(tokenVariable)?.trim();
  if (value !== undefined && value !== "") return value;
  const sentence = `Context ${name} takes its token from ${tokenVariable}, which is not set.`;
  throw new QuorateError("unauthenticated", sentence);
}
