/** Options of a kind (of check, of notifier): from unknown to valid, and shown without secrets. */
import { z } from "zod";
import { QuorateError } from "./errors.ts";
import type { InputIssue } from "./errors.ts";

/** What a kind says of its options. */
export interface OptionsKind<Schema extends z.ZodType = z.ZodType> {
  /** Name in the API, such as `webhook`. */
  kind: string;
  schema: Schema;
  /** Names of options that are secrets: never shown again, redacted everywhere. */
  secretOptions: readonly string[];
}

/** Options as they came in: names and anything. */
export type Options = Record<string, unknown>;

/** What stands for a secret wherever options are shown. */
const MASK = "***";

const VALUE_CHARS_MAX = 80;

/**
 * Parses options by the schema of the kind. Throws QuorateError "invalid" with an issue for
 * everything wrong; `noun` is what the kind is one of, such as "notifier".
 */
export function validOptions<Schema extends z.ZodType>(
  kind: OptionsKind<Schema>,
  noun: string,
  options: unknown,
): z.output<Schema> {
  const parsed = kind.schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(kind, options, issue));
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const where = issues[0]?.path ?? "options";
  const what = issues[0]?.message ?? "invalid";
  const message = `The ${kind.kind} ${noun} cannot take ${where}: ${what}${more}.`;
  throw new QuorateError("invalid", message, issues);
}

/** The error for a kind that is not in the table of kinds. */
export function unknownKind(
  name: string,
  noun: string,
  kinds: readonly OptionsKind[],
): QuorateError {
  const message = `expected one of ${kinds.map(({ kind }) => kind).join(", ")}`;
  const value = JSON.stringify(name.slice(0, VALUE_CHARS_MAX));
  const sentence = `Unknown kind of ${noun} ${value}: ${message}.`;
  return new QuorateError("invalid", sentence, [{ path: "kind", message, value }]);
}

/** Options with the secrets masked; `names` undefined: the kind is not known, so all are. */
export function maskOptions(options: Options, names: readonly string[] | undefined): Options {
  const isSecret = (name: string): boolean => names === undefined || names.includes(name);
  const shown = Object.entries(options).map(
    ([name, value]) => [name, isSecret(name) ? masked(value) : value] as const,
  );
  return Object.fromEntries(shown);
}

/** Options with each mask replaced by what is stored; a mask for nothing stored is refused. */
export function unmaskOptions(
  options: Options,
  stored: Options,
  names: readonly string[],
): Options {
  const issues: InputIssue[] = [];
  const merged: Options = { ...options };
  for (const name of names) {
    if (!Object.hasOwn(options, name)) continue;
    const path = `options.${name}`;
    merged[name] = unmasked({ value: options[name], stored: ownOf(stored, name), path }, issues);
  }
  if (issues.length === 0) return merged;
  const [first] = issues;
  const message = `${first?.path ?? "options"}: ${first?.message ?? "no secret is stored"}.`;
  throw new QuorateError("invalid", message, issues);
}

/** Every text inside a value replaced by the mask; names of fields stay. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (!isOptions(value)) return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, at]) => [name, masked(at)]));
}

interface Masked {
  value: unknown;
  stored: unknown;
  path: string;
}

function unmasked({ value, stored, path }: Masked, issues: InputIssue[]): unknown {
  if (value === MASK) {
    if (typeof stored === "string") return stored;
    const message = `"${MASK}" keeps a stored secret, but none is stored here; send the secret`;
    issues.push({ path, message });
    return value;
  }
  if (!isOptions(value)) return value;
  const within = isOptions(stored) ? stored : {};
  const fields = Object.entries(value).map(([name, at]) => {
    const field = { value: at, stored: ownOf(within, name), path: `${path}.${name}` };
    return [name, unmasked(field, issues)] as const;
  });
  return Object.fromEntries(fields);
}

function issuesOf(kind: OptionsKind, options: unknown, issue: z.core.$ZodIssue): InputIssue[] {
  if (issue.code === "unrecognized_keys") {
    const message = unknownOption(kind, issue.path);
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message }));
  }
  const path = pathOf(issue.path);
  const found = valueAt(options, issue.path);
  const said = issue.code === "invalid_key" ? issue.issues[0]?.message : issue.message;
  const message = lowerFirst((said ?? "").replace(/^Invalid input: /, ""));
  if (found === undefined) return [{ path, message: `${message}, found nothing` }];
  if (kind.secretOptions.includes(String(issue.path[0] ?? ""))) return [{ path, message }];
  const value = shortJson(found);
  const told = /received|found/.test(message) ? message : `${message}, found ${value}`;
  return [{ path, message: told, value }];
}

function unknownOption(kind: OptionsKind, path: readonly PropertyKey[]): string {
  const { schema } = kind;
  if (path.length === 0 && schema instanceof z.ZodObject) {
    return `unknown option; expected one of ${Object.keys(schema.shape).join(", ")}`;
  }
  return `unknown option; expected one of those in the docs of ${kind.kind}`;
}

function pathOf(path: readonly PropertyKey[]): string {
  return ["options", ...path.map(String)].join(".");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Object.entries(at).find(([name]) => name === String(key))?.[1];
  }
  return at;
}

/** JSON of a value, cut to a length that fits a message. */
function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX - 1)}…`;
}

function ownOf(options: Options, name: string): unknown {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function isOptions(value: unknown): value is Options {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
