/** Which errors an operation can really answer with, and how each looks in the document. */
import { ERRORS } from "../../../shared/errors.ts";
import type { ErrorCode } from "../../../shared/errors.ts";
import type { ApiParameter, ApiResponse, PlacedOperation } from "./shape.ts";

interface ProblemWords {
  /** When it happens and what to do. */
  description: string;
  /** A `detail` as it may be told. */
  detail: string;
}

/** How each error is described; a method that is not there is no operation, so it has no words. */
const WORDS: Record<Exclude<ErrorCode, "method_not_allowed">, ProblemWords> = {
  bad_request: {
    description: "The body is not JSON, or empty, or nested too deep; `detail` says where.",
    detail:
      'The body is not valid JSON at line 1, column 10 (position 9): expected a value, found "w".',
  },
  unauthenticated: {
    description: "No token, or one that is not known, was deleted, or has expired.",
    detail: 'Expected "Authorization: Bearer <token>"; found no Authorization header.',
  },
  forbidden: {
    description: "The token's scope is too small, or a cookie was sent from another site.",
    detail: "This needs a token of scope write; yours has scope read.",
  },
  not_found: {
    description: "Nothing has this id or name.",
    detail: 'There is no target "chekout".',
  },
  conflict: {
    description:
      "It contradicts what is there: a name is taken, the state does not allow it, or the same " +
      "`Idempotency-Key` is at work; `detail` says which.",
    detail: "A target named checkout exists already. Choose another name, or change that one.",
  },
  revision_mismatch: {
    description: "`If-Match` or `If-None-Match` does not hold: somebody was faster. Read it again.",
    detail: "Target checkout is at revision 4 now. Read it again and repeat the change.",
  },
  too_large: {
    description: "The body is larger than the aggregator reads.",
    detail: "The body is larger than 1048576 bytes, which is the most.",
  },
  unsupported_media_type: {
    description: "The body is not said to be `application/json`.",
    detail: 'Expected content-type application/json; found "text/plain".',
  },
  invalid: {
    description: "A parameter or the body is not valid; `issues` names each value.",
    detail: "intervalMs: expected at least 200.",
  },
  too_many_requests: {
    description: "Too many wrong tokens came from this address. Wait as `Retry-After` says.",
    detail: "Too many wrong tokens came from this address. Wait a minute and try again.",
  },
  internal: {
    description: "Something unexpected; the aggregator's log tells more under the id in `detail`.",
    detail:
      "Something unexpected happened here. The aggregator's log tells more under " +
      "err_4m2k9x0r7bq1c3ta.",
  },
  unavailable: {
    description: "Not now: it starts or stops, or what it needs is not there. Try again later.",
    detail: "The engine is not ready: it folds the log, or it stops. Try again soon.",
  },
};

const text = (description: string, example: string) => ({
  description,
  required: false,
  schema: { type: "string" },
  example,
});

const HEADERS: Partial<Record<ErrorCode, ApiResponse["headers"]>> = {
  unauthenticated: {
    "WWW-Authenticate": text("How to sign in (RFC 6750).", 'Bearer realm="quorate"'),
  },
  too_many_requests: { "Retry-After": text("Seconds to wait (RFC 9110).", "60") },
  unavailable: { "Retry-After": text("Seconds to wait (RFC 9110), when they are known.", "5") },
};

const PROBLEM_SCHEMA = { $ref: "#/components/schemas/Problem" };

/** The name of an error's answer among the components, such as `NotFound`. */
const nameOf = (code: string): string =>
  code
    .split("_")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("");

function exampleOf(code: ErrorCode, detail: string) {
  const { status, title } = ERRORS[code];
  const issue = { path: "intervalMs", message: "expected at least 200", value: "5" };
  const issues = code === "invalid" ? [issue] : [];
  return { type: `urn:quorate:error:${code}`, title, status, detail, issues };
}

const isCode = (code: string): code is keyof typeof WORDS => Object.hasOwn(WORDS, code);

/** Every error as an answer that operations refer to. */
export function problemResponses(): Record<string, ApiResponse> {
  return Object.fromEntries(
    Object.entries(WORDS).flatMap(([code, { description, detail }]) => {
      if (!isCode(code)) return [];
      const media = { schema: PROBLEM_SCHEMA, example: exampleOf(code, detail) };
      const headers = HEADERS[code];
      const content = { "application/problem+json": media };
      const answer = { description, ...(headers === undefined ? {} : { headers }), content };
      return [[nameOf(code), answer] as const];
    }),
  );
}

/** References to the errors that an operation can answer with, by status. */
export function problemsOf(placed: PlacedOperation): Record<string, ApiResponse> {
  const codes = [...new Set([...codesOf(placed), ...(placed.operation["x-quorate-fails"] ?? [])])];
  return Object.fromEntries(
    codes.filter(isCode).map((code) => {
      const $ref = `#/components/responses/${nameOf(code)}`;
      return [String(ERRORS[code].status), { $ref }] as const;
    }),
  );
}

/** Whether a value of it can be refused; an ETag that is none is just not the present one. */
const isJudged = ({ name, in: place }: ApiParameter): boolean =>
  place !== "header" || name !== "if-none-match";

/**
 * What follows from the form of an operation; what does not follow stands at its route, see
 * `alsoFails`. Whatever reads or writes the store may find it unavailable, or stopping.
 */
function codesOf({ method, path, operation }: PlacedOperation): ErrorCode[] {
  const parameters = operation.parameters ?? [];
  const names = parameters.map(({ name }) => name);
  const isApi = path.startsWith("/api/v1/");
  const isRead = method === "get";
  const isPost = isApi && method === "post";
  const codes: ErrorCode[] = ["internal"];
  if (operation.security.length > 0) {
    codes.push("unauthenticated", "forbidden", "too_many_requests");
  }
  if (isApi) codes.push("unavailable");
  if (isApi && !isRead) codes.push("bad_request", "too_large", "unsupported_media_type");
  // Any POST may carry an Idempotency-Key, which may be no key, or one that is at work.
  const isTold = parameters.some(isJudged) || operation.requestBody !== undefined;
  if (isTold || isPost) codes.push("invalid");
  if (parameters.some((one) => one.in === "path")) codes.push("not_found");
  if (names.includes("if-match")) codes.push("revision_mismatch");
  if (isPost || method === "put" || method === "patch") codes.push("conflict");
  return codes;
}
