/** The one error of the API client. */
import { ERRORS, QuorateError } from "../errors.ts";
import type { ErrorCode, InputIssue } from "../errors.ts";
import { problemSchema } from "./problem.ts";

/** What is known of a request that failed. */
export interface ProblemFacts {
  code: ErrorCode;
  /** HTTP status; 0 when there was no answer. */
  status: number;
  /** What was expected, what was found, and what to do. */
  detail: string;
  issues?: readonly InputIssue[] | undefined;
  /** How long the aggregator asks to wait; null when it does not say. */
  retryAfterMs?: number | null | undefined;
  cause?: unknown;
}

/** Why a request failed, as the aggregator said it (RFC 9457), or why there was no answer. */
export class ProblemError extends QuorateError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Stable name of the error: `urn:quorate:error:<code>`. */
  readonly type: string;
  /** Short title of this type of error. */
  readonly title: string;
  /** What was expected, what was found, and what to do; the message too. */
  readonly detail: string;
  /** How long the aggregator asks to wait, milliseconds; null when it does not say. */
  readonly retryAfterMs: number | null;

  /** Made by the client; a caller only reads it. */
  constructor({ code, status, detail, issues, retryAfterMs, cause }: ProblemFacts) {
    super(code, detail, issues);
    this.name = "ProblemError";
    this.status = status;
    this.type = `urn:quorate:error:${code}`;
    this.title = ERRORS[code].title;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs ?? null;
    if (cause !== undefined) this.cause = cause;
  }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function codeOf(type: string, status: number): ErrorCode {
  const named = type.replace("urn:quorate:error:", "");
  if (isErrorCode(named)) return named;
  for (const code of Object.keys(ERRORS)) {
    if (isErrorCode(code) && ERRORS[code].status === status) return code;
  }
  return status >= 500 ? "unavailable" : "bad_request";
}

/** Text as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds from now. */
function retryAfterMsOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

/** The error that an answer tells. */
export async function problemOf(
  response: Response,
  { base, nowMs }: { base: string; nowMs: number },
): Promise<ProblemError> {
  const { status, headers } = response;
  const retryAfterMs = retryAfterMsOf(headers.get("retry-after"), nowMs);
  const problem = problemSchema.safeParse(parseJson(await response.text()));
  if (!problem.success) {
    const detail = `${base} answered ${status} without saying why; is it an aggregator?`;
    return new ProblemError({ code: codeOf("", status), status, detail, retryAfterMs });
  }
  const { type, detail } = problem.data;
  const issues = problem.data.issues.map(({ path, message, value }) =>
    value === undefined ? { path, message } : { path, message, value },
  );
  return new ProblemError({ code: codeOf(type, status), status, detail, issues, retryAfterMs });
}
