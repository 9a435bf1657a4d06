/** Input of callers: valid, or an error that names every path, what was found and expected. */
import type { z } from "zod";
import { QuorateError } from "../../shared/errors.ts";
import type { InputIssue } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";

const VALUE_CHARS_MAX = 80;

/** Parses input by a schema; throws QuorateError "invalid" with every issue. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(inputIssues(parsed.error, input));
}

/** The error for issues of an input; the first ones are in its message. */
export function invalidInput(issues: readonly InputIssue[]): QuorateError {
  const told = issues.slice(0, LIMITS.issuesMax);
  const first = told[0];
  const where = first === undefined || first.path === "" ? "The input" : first.path;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see issues)` : "";
  const sentence = `${where}: ${first?.message ?? "not valid"}${more}.`;
  return new QuorateError("invalid", sentence, told);
}

/** An error for one value of the input. */
export function invalidAt(path: string, message: string, found?: unknown): QuorateError {
  const issue = found === undefined ? { path, message } : { path, message, value: short(found) };
  return invalidInput([issue]);
}

/** What zod found wrong, as issues for a person. */
export function inputIssues(error: z.ZodError, input: unknown): InputIssue[] {
  return error.issues.flatMap((issue) => issuesOf(issue, input));
}

function issuesOf(issue: z.core.$ZodIssue, input: unknown): InputIssue[] {
  if (issue.code === "unrecognized_keys") {
    // The value is not shown: a misplaced field may be a secret.
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      message: "no such field is known here; remove it or correct its name",
    }));
  }
  const path = pathOf(issue.path);
  const text = issue.message.replace(/^Invalid (?:input|option): /, "");
  const message = `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  const found = valueAt(input, issue.path);
  if (found === undefined) {
    return [{ path, message: message.replace(/, received undefined$/, "") + ", found nothing" }];
  }
  // What stands there may be a secret.
  if (issue.path[0] === "options" || issue.path[0] === "password") return [{ path, message }];
  return [{ path, message, value: short(found) }];
}

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join(".");

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.entries(at).find(([name]) => name === String(key))?.[1];
  }
  return at;
}

/** A value as short JSON; of an object or a list only that it is one, for it may hold secrets. */
function short(value: unknown): string {
  if (Array.isArray(value)) return "[…]";
  if (typeof value === "object" && value !== null) return "{…}";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= VALUE_CHARS_MAX ? text : `${text.slice(0, VALUE_CHARS_MAX - 1)}…`;
}
