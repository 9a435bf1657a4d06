/** Every error leaves as problem+json (RFC 9457), and no inner message leaves at all. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Problem } from "../../shared/api/problem.ts";
import { ERRORS, messageOf, QuorateError } from "../../shared/errors.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import { masked } from "./masked.ts";

/** What turns anything thrown into an answer. */
export type ErrorResponder = (thrown: unknown, c: Context) => Response;

/** Media type of every error. */
const PROBLEM_JSON = "application/problem+json";

/** Creates what answers for errors; an unexpected one is logged under an id that is told. */
export function createErrorResponder(deps: { log: Log; random: Random }): ErrorResponder {
  return (thrown, c) => {
    const error = quorateError(thrown) ?? unexpected(deps, thrown, c);
    return problemResponse(error, c);
  };
}

/** The answer for a known error. */
function problemResponse(error: QuorateError, c: Context): Response {
  const { status, title } = ERRORS[error.code];
  const issues = error.issues.map((issue) => ({ ...issue }));
  const type = `urn:quorate:error:${error.code}`;
  const problem: Problem = { type, title, status, detail: error.message, issues };
  return c.body(JSON.stringify(problem), status, { "content-type": PROBLEM_JSON });
}

const CODES_BY_STATUS: Record<number, ErrorCode> = {
  400: "bad_request",
  413: "too_large",
  415: "unsupported_media_type",
};

function quorateError(thrown: unknown): QuorateError | null {
  if (thrown instanceof QuorateError) return thrown.code === "internal" ? null : thrown;
  if (!(thrown instanceof HTTPException)) return null;
  const code = CODES_BY_STATUS[thrown.status];
  if (code === undefined) return null;
  return new QuorateError(code, `The request cannot be read: ${messageOf(thrown)}.`);
}

function unexpected(
  { log, random }: { log: Log; random: Random },
  thrown: unknown,
  c: Context,
): QuorateError {
  const id = newId(random, "err");
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  const path = masked(c.req.path);
  const fields = { id, method: c.req.method, path, error: messageOf(thrown), stack };
  log.error(fields, "A request failed unexpectedly.");
  const sentence = "Something unexpected happened here.";
  return new QuorateError("internal", `${sentence} The aggregator's log tells more under ${id}.`);
}
