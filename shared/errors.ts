/** Errors are a table: a code, an HTTP status, a title; the message is a sentence. */

/** Every error a caller can meet, with the HTTP status and title of its problem+json. */
export const ERRORS = {
  bad_request: { status: 400, title: "Bad request" },
  unauthenticated: { status: 401, title: "Authentication needed" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict" },
  revision_mismatch: { status: 412, title: "Changed by somebody else" },
  too_large: { status: 413, title: "Too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  invalid: { status: 422, title: "Invalid input" },
  too_many_requests: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Internal error" },
  unavailable: { status: 503, title: "Not available now" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A code of the table of errors. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with an input: where it is, what was found, what was expected. */
export interface InputIssue {
  /** JSON path of the value, such as `options.url`; empty for the whole input. */
  path: string;
  /** What was expected, as a sentence. */
  message: string;
  /** What was found, as short JSON; absent when nothing was there or it is a secret. */
  value?: string;
}

/** The one error type that crosses rooms; its message is a sentence for a person. */
export class QuorateError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly InputIssue[];

  /** `message` says what was expected, what was found and what to do. */
  constructor(code: ErrorCode, message: string, issues: readonly InputIssue[] = []) {
    super(message);
    this.name = "QuorateError";
    this.code = code;
    this.issues = issues;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error code (ECONNREFUSED, …) of anything that was thrown; empty if it has none. */
export function systemCodeOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}
