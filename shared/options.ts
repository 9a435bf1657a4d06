/** Options of a kind (of check, of notifier): from unknown to valid, and shown without secrets. */
import { z } from "zod";
import { QuorateError } from "./errors.ts";
import type { InputIssue } from "./errors.ts";

/** What a kind says of its options. */
export interface OptionsKind<Schema extends z.ZodType = z.ZodType> {
  /** Name in the API, such as `webhook`. */
  kind: string;
  schema: Schema;
  /** Names of options that are secrets, or paths such as `tls.key`: never shown again. */
  secretOptions: readonly string[];
}

/** Options as they came in: names and anything. */
export type Options = Record<string, unknown>;

/** What stands for a secret wherever options are shown. */
const MASK = "***";

/** A reference to a secret that only a probe knows; the name is its first group. */
export const SECRET_REFERENCE = /\$\{secret:([A-Za-z0-9_.-]{1,100})\}/;

const ONLY_REFERENCE = new RegExp(`^${SECRET_REFERENCE.source}$`);

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

/** Options with the secrets masked; `paths` undefined: the kind is not known, so all are. */
export function maskOptions(options: Options, paths: readonly string[] | undefined): Options {
  let shown = { ...options };
  for (const path of paths ?? Object.keys(options)) {
    const names = paths === undefined ? [path] : path.split(".");
    shown = { ...shown, ...maskedAt(shown, names) };
  }
  return shown;
}

/** The options with what stands at a path masked; whatever is in its place if it is no object. */
function maskedAt(options: Options, [name = "", ...rest]: readonly string[]): Options {
  if (!Object.hasOwn(options, name)) return options;
  const value = options[name];
  const within = rest.length > 0 && isOptions(value) ? maskedAt(value, rest) : masked(value);
  return { ...options, [name]: within };
}

/** Every text inside a value replaced by the mask; names of fields stay, and so do references. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === "string" && ONLY_REFERENCE.test(value)) return value;
  if (!isOptions(value)) return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, at]) => [name, masked(at)]));
}

/** Options with each mask replaced by what is stored; a mask for nothing stored is refused. */
export function unmaskOptions(
  options: Options,
  stored: Options,
  paths: readonly string[],
): Options {
  const issues: InputIssue[] = [];
  let merged = options;
  for (const path of paths) {
    merged = unmaskedAt(
      { value: merged, stored, path: "options" },
      { names: path.split("."), issues },
    );
  }
  if (issues.length === 0) return merged;
  const [first] = issues;
  const message = `${first?.path ?? "options"}: ${first?.message ?? "no secret is stored"}.`;
  throw new QuorateError("invalid", message, issues);
}

interface Masked<Value = unknown> {
  value: Value;
  stored: unknown;
  path: string;
}

function unmaskedAt(
  at: Masked<Options>,
  { names, issues }: { names: readonly string[]; issues: InputIssue[] },
): Options {
  const [name = "", ...rest] = names;
  if (!Object.hasOwn(at.value, name)) return at.value;
  const value = at.value[name];
  const stored = isOptions(at.stored) ? ownOf(at.stored, name) : undefined;
  const path = `${at.path}.${name}`;
  const within =
    rest.length > 0 && isOptions(value)
      ? unmaskedAt({ value, stored, path }, { names: rest, issues })
      : unmasked({ value, stored, path }, issues);
  return { ...at.value, [name]: within };
}

function unmasked({ value, stored, path }: Masked, issues: InputIssue[]): unknown {
  if (value === MASK) {
    if (typeof stored === "string") return stored;
    const message = `"${MASK}" keeps a stored secret, but none is stored here; send the secret`;
    issues.push({ path, message });
    return value;
  }
  // An element of a list has no name that says which stored one it was.
  if (Array.isArray(value)) {
    return value.map((at: unknown, index) => {
      return unmasked({ value: at, stored: undefined, path: `${path}.${index}` }, issues);
    });
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
  const told = issue.code === "invalid_key" ? (issue.issues[0] ?? issue) : issue;
  const message = lowerFirst(told.message.replace(/^Invalid input: /, ""));
  if (found === undefined) {
    return [{ path, message: `${message.replace(", received undefined", "")}, found nothing` }];
  }
  if (mayShowSecret(kind, issue)) return [{ path, message }];
  const value = shortJson(found);
  const whole = /received|found/.test(message) ? message : `${message}, found ${value}`;
  return [{ path, message: whole, value }];
}

/** Whether the value of an issue is a secret, lies in one, or holds one. */
function mayShowSecret(kind: OptionsKind, issue: z.core.$ZodIssue): boolean {
  if (issue.code === "custom" && issue.params?.["secret"] === true) return true;
  const path = issue.path.map(String);
  if (path.length === 0) return true;
  return kind.secretOptions.some((secret) => {
    const names = secret.split(".");
    return path.slice(0, names.length).every((name, index) => name === names[index]);
  });
}

function unknownOption(kind: OptionsKind, path: readonly PropertyKey[]): string {
  if (path.length > 0 || !(kind.schema instanceof z.ZodObject)) return "there is no such option";
  return `there is no such option; expected one of ${Object.keys(kind.schema.shape).join(", ")}`;
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

/** JSON of a value, cut to a length that fits a message, without credentials of a URL. */
function shortJson(value: unknown): string {
  const text = (JSON.stringify(value) ?? typeof value).replace(/\/\/[^/"\s]*@/g, "//***@");
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX - 1)}…`;
}

function ownOf(options: Options, name: string): unknown {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function isOptions(value: unknown): value is Options {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
