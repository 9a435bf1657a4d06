/** Conditions of Gatus as options of checks: a list that all have to hold. */
import type { Tell } from "./fields.ts";
import { durationMs } from "./measures.ts";

/** What conditions say, apart by what they look at. */
export interface Conditions {
  /** Statuses that pass; undefined: nothing is said of them. */
  expectedStatus: (number | string)[] | undefined;
  latencyLimitMs: number | undefined;
  daysMin: number | undefined;
  /** Conditions on a body, in CEL. */
  expression: string | undefined;
  /** Records or texts that a body must be, when the check is no http. */
  bodies: string[];
  rcode: string | undefined;
}

interface Condition {
  text: string;
  left: string;
  op: string;
  right: string;
}

const OPERATORS = ["==", "!=", "<=", ">=", "<", ">"];

/** Reads conditions; what cannot be carried is told. */
export function readConditions(texts: readonly string[], tell: Tell): Conditions {
  const found: Conditions = {
    expectedStatus: undefined,
    latencyLimitMs: undefined,
    daysMin: undefined,
    expression: undefined,
    bodies: [],
    rcode: undefined,
  };
  const statuses: ((status: number) => boolean)[] = [];
  const expressions: string[] = [];
  for (const text of texts) {
    const condition = conditionOf(text);
    const why =
      condition === null
        ? "this condition cannot be read"
        : readOne(condition, { found, statuses, expressions });
    if (why !== null) tell("conditions", `${text}: ${why}`);
  }
  if (statuses.length > 0) found.expectedStatus = rangesOf(statuses);
  if (expressions.length > 0) {
    const parts = expressions.length === 1 ? expressions : expressions.map((one) => `(${one})`);
    found.expression = parts.join(" && ");
  }
  return found;
}

/** The operator is the first that stands between blanks outside of parentheses. */
function conditionOf(text: string): Condition | null {
  for (const op of OPERATORS) {
    const at = text.indexOf(` ${op} `);
    if (at < 0) continue;
    const [left, right] = [text.slice(0, at).trim(), text.slice(at + op.length + 2).trim()];
    if (left !== "") return { text, left, op, right };
  }
  return null;
}

interface Into {
  found: Conditions;
  statuses: ((status: number) => boolean)[];
  expressions: string[];
}

/** Null when it was carried, else why not. */
function readOne(condition: Condition, { found, statuses, expressions }: Into): string | null {
  const { left, op, right } = condition;
  if (left === "[STATUS]") return readStatus(op, right, statuses);
  if (left === "[RESPONSE_TIME]") {
    const limitMs = Number(right) - (op === "<" ? 1 : 0);
    if (!["<", "<="].includes(op) || !(limitMs >= 1)) return "only an upper limit is known here";
    found.latencyLimitMs = Math.min(found.latencyLimitMs ?? 60_000, Math.round(limitMs), 60_000);
    return null;
  }
  if (left === "[CERTIFICATE_EXPIRATION]") {
    const leastMs = durationMs(right);
    if (![">", ">="].includes(op) || leastMs === undefined) return "expected `> 48h`";
    found.daysMin = Math.max(found.daysMin ?? 0, Math.ceil(leastMs / 86_400_000));
    return null;
  }
  if (left === "[CONNECTED]") {
    return op === "==" && right === "true" ? null : "a check here always has to connect";
  }
  if (left === "[DNS_RCODE]") {
    if (op !== "==") return "only one response code can be expected";
    found.rcode = right;
    return null;
  }
  if (left === "[BODY]" && op === "==" && !right.startsWith("any(")) found.bodies.push(right);
  if (left.includes("[BODY]")) {
    const expression = expressionOf(condition);
    if (expression === null) return "this form of it is not known";
    expressions.push(expression);
    return null;
  }
  return "nothing here looks at that";
}

const STATUSES = Array.from({ length: 500 }, (_, index) => index + 100);

function readStatus(op: string, right: string, tests: Into["statuses"]): string | null {
  const values = anyOf(right).map(Number);
  if (!values.every((value) => Number.isInteger(value))) return "expected a status";
  const [value = 0] = values;
  if (values.length > 1 && op !== "==" && op !== "!=") return "expected one status";
  const test = {
    "==": (status: number) => values.includes(status),
    "!=": (status: number) => !values.includes(status),
    "<": (status: number) => status < value,
    "<=": (status: number) => status <= value,
    ">": (status: number) => status > value,
    ">=": (status: number) => status >= value,
  }[op];
  if (test === undefined || !STATUSES.some(test)) return "no status can be like that";
  tests.push(test);
  return null;
}

/** Statuses that pass all tests, as codes and ranges. */
function rangesOf(tests: Into["statuses"]): (number | string)[] {
  const passing = STATUSES.filter((status) => tests.every((test) => test(status)));
  const ranges: [number, number][] = [];
  for (const status of passing) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === status - 1) last[1] = status;
    else ranges.push([status, status]);
  }
  return ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`));
}

/** What stands in `any(…)`, or the value itself. */
function anyOf(text: string): string[] {
  const [, inner] = /^any\((.*)\)$/s.exec(text) ?? [];
  return inner === undefined ? [text] : inner.split(",").map((one) => one.trim());
}

/** A condition on the body in CEL; null when it has a form that is not known. */
function expressionOf({ left, op, right }: Condition): string | null {
  const [, call, path] = /^(len|has)\(\[BODY\](.*)\)$/.exec(left) ?? [];
  const plain = /^\[BODY\](.*)$/.exec(left)?.[1];
  const steps = path ?? plain;
  if (steps === undefined || !/^(?:\.[A-Za-z_]\w*|\[\d+\])*$/.test(steps)) return null;
  if (call === "has") {
    if (!["true", "false"].includes(right) || !/\.\w+$/.test(steps)) return null;
    return (right === "true") === (op === "==") ? `has(json${steps})` : `!has(json${steps})`;
  }
  if (call === "len") {
    return /^\d+$/.test(right) ? `size(json${steps}) ${op} ${right}` : null;
  }
  const value = steps === "" ? "body" : `json${steps}`;
  const tests = anyOf(right).map((one) => comparison(value, one, op));
  if (tests.some((one) => one === null)) return null;
  if (tests.length === 1) return tests[0] ?? null;
  return op === "==" ? tests.join(" || ") : op === "!=" ? tests.join(" && ") : null;
}

function comparison(value: string, right: string, op: string): string | null {
  const [, pattern] = /^pat\((.*)\)$/s.exec(right) ?? [];
  if (pattern !== undefined) {
    const test = `${value}.matches(${JSON.stringify(expressionOfPattern(pattern))})`;
    return op === "==" ? test : op === "!=" ? `!${test}` : null;
  }
  if (right.startsWith("[") || /^\w+\(/.test(right)) return null;
  if (value === "body") {
    return ["==", "!="].includes(op) ? `body ${op} ${JSON.stringify(right)}` : null;
  }
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(right)) {
    const number = right.includes(".") ? right : `${right}.0`;
    return `${value} ${op} ${number}`;
  }
  if (!["==", "!="].includes(op)) return null;
  if (right === "true" || right === "false") return `${value} ${op} ${right}`;
  return `${value} ${op} ${JSON.stringify(right)}`;
}

/** `*` stands for any text, as in the patterns of Gatus. */
function expressionOfPattern(pattern: string): string {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, "\\$&"));
  return `^${parts.join("[\\s\\S]*")}$`;
}
