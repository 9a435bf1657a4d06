/** What is expected of an HTTP answer, compiled once. */
import { compilePattern } from "./bounded.ts";
import type { Pattern } from "./bounded.ts";
import { compileCondition, jsonOrNull, judgeCondition, tooLong } from "./expression.ts";
import type { Expression, Values, Variables } from "./expression.ts";
import type { Failure } from "./failure.ts";
import type { Head } from "./http-head.ts";
import type { HttpOptions } from "./http-options.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { quoted } from "./sentence.ts";

/** Expectations of one check. */
export interface HttpExpectations {
  /** Whether the body must be read for them. */
  needsBody: boolean;
  /** Whether a status is expected. */
  acceptsStatus(status: number): boolean;
  /** What of the head is not as expected; undefined if all is. */
  judgeHead(head: Head, look: Look): Failure | undefined;
  /** What of the whole answer is not as expected, after the head was. */
  judgeBody(answer: HttpAnswer, look: Look): Failure | undefined;
}

/** A whole answer. */
export interface HttpAnswer {
  head: Head;
  /** Decoded, if its coding is known. */
  body: Buffer;
  /** The coding that the body still has; undefined if it has none. */
  coding?: string | undefined;
  latencyMs: number;
}

/** Variables of an expression on an HTTP answer. */
export const HTTP_VARIABLES: Variables = {
  status: "int",
  headers: "map<string, string>",
  body: "string",
  json: "dyn",
  latencyMs: "double",
};

/** Values of these variables that the expression speaks of. */
export function httpValues(expression: Expression, answer: HttpAnswer): Values {
  const { head, latencyMs } = answer;
  const body = needsBody(expression) ? answer.body.toString("utf8") : "";
  const json = expression.uses("json") ? jsonOrNull(body) : null;
  return { status: BigInt(head.status), headers: head.headers(), body, json, latencyMs };
}

/** Whether an expression on an HTTP answer speaks of its body. */
export function needsBody(expression: Expression): boolean {
  return expression.uses("json") || expression.uses("body");
}

/** What of the options says what is expected. */
export type AssertionOptions = Pick<
  HttpOptions,
  | "bodyBytesMax"
  | "bodyContains"
  | "bodyMatches"
  | "bodyMatchesFlags"
  | "expectedStatus"
  | "expression"
  | "headerAbsent"
  | "headerContains"
  | "headerMatches"
  | "maxRedirects"
>;

/**
 * Compiles the expectations of options that stand at a path such as `options`; throws QuorateError
 * "invalid" for what does not compile.
 */
export function compileExpectations(options: AssertionOptions, path: string): HttpExpectations {
  const accepted = statusTable(options.expectedStatus);
  const expectedText = options.expectedStatus.join(", ");
  const judgeHeaders = compileHeaders(options, path);
  const judgeText = compileBody(options, path);
  const { expression } = options;
  const condition =
    expression === undefined
      ? undefined
      : compileCondition({
          text: expression,
          path: `${path}.expression`,
          variables: HTTP_VARIABLES,
        });
  return {
    needsBody: judgeText !== undefined || (condition !== undefined && needsBody(condition)),
    acceptsStatus: (status) => accepted[status] === 1,
    judgeHead(head, look) {
      if (accepted[head.status] !== 1) {
        const hint = redirectHint(head, options.maxRedirects);
        const detail = `${whereOf(look)} answered ${head.status}, expected ${expectedText}${hint}.`;
        return { reason: "http_status", detail };
      }
      return judgeHeaders?.(head, look);
    },
    judgeBody(answer, look) {
      const text = judgeText?.(answer, look);
      if (text !== undefined) return text;
      if (condition === undefined) return undefined;
      const values = httpValues(condition, answer);
      return judgeCondition(condition, values, { look, reason: "http_expression" });
    },
  };
}

/** One byte for each status, so that the check costs one load. */
function statusTable(expected: HttpOptions["expectedStatus"]): Uint8Array {
  const table = new Uint8Array(1_000);
  for (const entry of expected) {
    const [first, last] = String(entry).split("-").map(Number);
    table.fill(1, first, (last ?? first ?? 0) + 1);
  }
  return table;
}

function redirectHint(head: Head, maxRedirects: number): string {
  const leads = head.status >= 300 && head.status < 400 && head.header("location") !== undefined;
  return leads && maxRedirects === 0 ? " (redirects are not followed: maxRedirects is 0)" : "";
}

type JudgeHeaders = (head: Head, look: Look) => Failure | undefined;

function compileHeaders(options: AssertionOptions, path: string): JudgeHeaders | undefined {
  const wanted = Object.entries(options.headerContains);
  const patterns = Object.entries(options.headerMatches).map(([name, source]) => {
    const pattern = compilePattern(source, `${path}.headerMatches.${name}`);
    return { name, source, pattern };
  });
  const absent = options.headerAbsent;
  if (wanted.length + patterns.length + absent.length === 0) return undefined;
  return (head, look) => {
    const where = whereOf(look);
    for (const [name, text] of wanted) {
      const value = head.header(name.toLowerCase());
      const failure = value === undefined ? noHeader(where, name) : undefined;
      if (failure !== undefined) return failure;
      if (value?.includes(text) === true) continue;
      const detail = `${where} sent ${name}: ${look.quote(value ?? "")}, expected it to contain`;
      return { reason: "http_header", detail: `${detail} ${quoted(text)}.` };
    }
    for (const wish of patterns) {
      const failure = judgeMatch(wish, head, look);
      if (failure !== undefined) return failure;
    }
    const present = absent.find((name) => head.header(name.toLowerCase()) !== undefined);
    if (present === undefined) return undefined;
    const value = look.quote(head.header(present.toLowerCase()) ?? "");
    const detail = `${where} sent ${present}: ${value}, expected no such header.`;
    return { reason: "http_header", detail };
  };
}

const noHeader = (where: string, name: string): Failure => ({
  reason: "http_header",
  detail: `${where} sent no header ${quoted(name)}.`,
});

function judgeMatch(
  { name, source, pattern }: { name: string; source: string; pattern: Pattern },
  head: Head,
  look: Look,
): Failure | undefined {
  const where = whereOf(look);
  const value = head.header(name.toLowerCase());
  if (value === undefined) return noHeader(where, name);
  const found = pattern.find(value);
  if ("tooLong" in found) return tooLong({ text: source });
  if (found.value !== null) return undefined;
  const detail = `${where} sent ${name}: ${look.quote(value)}, expected it to match`;
  return { reason: "http_header", detail: `${detail} ${quoted(source)}.` };
}

type JudgeText = (answer: HttpAnswer, look: Look) => Failure | undefined;

/** Bodies are not shown in sentences: they may hold what no log should. */
function compileBody(options: AssertionOptions, path: string): JudgeText | undefined {
  const { bodyContains, bodyMatches, bodyMatchesFlags } = options;
  const pattern =
    bodyMatches === undefined
      ? undefined
      : compilePattern(bodyMatches, `${path}.bodyMatches`, bodyMatchesFlags);
  const needle = bodyContains === undefined ? undefined : Buffer.from(bodyContains);
  if (needle === undefined && pattern === undefined) return undefined;
  return (answer, look) => {
    const coding = answer.coding ?? "identity";
    const size = `${answer.body.length} bytes${coding === "identity" ? "" : `, coded ${coding}`}`;
    const body = `The body of ${whereOf(look)} (${size})`;
    if (needle !== undefined && !answer.body.includes(needle)) {
      const detail = `${body} does not contain ${quoted(bodyContains ?? "")}.`;
      return { reason: "http_body", detail };
    }
    return pattern === undefined ? undefined : judgePattern(pattern, answer, { body, bodyMatches });
  };
}

function judgePattern(
  pattern: Pattern,
  answer: HttpAnswer,
  words: { body: string; bodyMatches: string | undefined },
): Failure | undefined {
  const shown = quoted(words.bodyMatches ?? "");
  const found = pattern.find(answer.body.toString("utf8"));
  if ("tooLong" in found) return tooLong({ text: words.bodyMatches ?? "" });
  if (found.value !== null) return undefined;
  return { reason: "http_body", detail: `${words.body} does not match ${shown}.` };
}
