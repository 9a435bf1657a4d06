/** From options of unknown shape to valid ones, or to issues that a person can act on. */
import { z } from "zod";
import { QuorateError } from "../../shared/errors.ts";
import type { InputIssue } from "../../shared/errors.ts";
import type { CheckKind } from "./check.ts";

const VALUE_CHARS_MAX = 80;

/** Parses options by the schema of the kind; throws QuorateError "invalid" with every issue. */
export function validOptions<Schema extends z.ZodType>(
  kind: CheckKind<Schema>,
  options: unknown,
): z.output<Schema> {
  const parsed = kind.schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(kind, options, issue));
  throw invalid(kind.kind, issues);
}

/** The error for issues of a kind's options; the first issue is in its message. */
function invalid(kind: string, issues: readonly InputIssue[]): QuorateError {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const where = first === undefined ? "options" : first.path;
  const message = `The ${kind} check cannot take ${where}: ${first?.message ?? "invalid"}${more}.`;
  return new QuorateError("invalid", message, issues);
}

function issuesOf(kind: CheckKind, options: unknown, issue: z.core.$ZodIssue): InputIssue[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const message = unknownOption(kind, issue.path);
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message }));
  }
  const found = valueAt(options, issue.path);
  const told = issue.code === "invalid_key" ? (issue.issues[0] ?? issue) : issue;
  const message = lowerFirst(told.message.replace(/^Invalid input: /, ""));
  if (found === undefined) {
    return [{ path, message: `${message.replace(", received undefined", "")}, found nothing` }];
  }
  const secret =
    issue.path.length === 0 ||
    kind.secretOptions.includes(String(issue.path[0])) ||
    (issue.code === "custom" && issue.params?.["secret"] === true);
  if (secret) return [{ path, message }];
  const value = shortJson(found);
  const whole = /received|found/.test(message) ? message : `${message}, found ${value}`;
  return [{ path, message: whole, value }];
}

function unknownOption(kind: CheckKind, path: readonly PropertyKey[]): string {
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
