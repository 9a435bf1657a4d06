/** Asks the aggregator through its public API; the browser sends the session's cookie. */
import type { Problem } from "../../../shared/api/problem.ts";

/** Why a request failed, as the aggregator said it. */
export class ApiFault extends Error {
  override name = "ApiFault";
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  readonly issues: Problem["issues"];

  constructor(status: number, detail: string, issues: Problem["issues"] = []) {
    super(detail);
    this.status = status;
    this.issues = issues;
  }
}

/** What differs from a plain GET. */
export interface AskOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Undefined is left out, a list is repeated. */
  query?: Record<string, string | number | readonly string[] | undefined>;
  body?: unknown;
  /** Revision that must be the present one. */
  ifRevision?: number;
  signal?: AbortSignal;
}

let onSignedOut = (): void => {};

/** Names what is called when the aggregator no longer knows who asks. */
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

/** Says that the aggregator no longer knows who asks. */
export function signedOut(): void {
  onSignedOut();
}

/** The text of a query, with its question mark. */
function queryText(query: AskOptions["query"] = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === "object" ? value : [value]) pairs.append(name, String(one));
  }
  return pairs.size === 0 ? "" : `?${pairs}`;
}

/** A path under /api/v1 from its segments, each encoded. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/**
 * Reads an answer as what the API's document says it is.
 * Guarantee: page and aggregator are of one build, and every answer is made by the view from whose
 * schema the type is inferred.
 */
function trusted<Answer>(value: unknown): Answer {
  return value as Answer;
}

async function faultOf(response: Response): Promise<ApiFault> {
  try {
    const problem = trusted<Partial<Problem>>(await response.json());
    return new ApiFault(response.status, problem.detail ?? response.statusText, problem.issues);
  } catch {
    // A proxy answers for the aggregator, in words of its own.
    return new ApiFault(response.status, `${response.status} ${response.statusText}`);
  }
}

/** Sends a request without reading its answer; rejects with ApiFault. */
async function send(path: string, options: AskOptions = {}): Promise<Response> {
  const headers = new Headers({ accept: "application/json" });
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.ifRevision !== undefined) headers.set("if-match", `"${options.ifRevision}"`);
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal !== undefined) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}${queryText(options.query)}`, init);
  } catch (error) {
    throw new ApiFault(0, error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== "/session") onSignedOut();
  throw await faultOf(response);
}

/** Asks, and reads the answer; rejects with ApiFault. */
export async function ask<Answer>(path: string, options: AskOptions = {}): Promise<Answer> {
  const response = await send(path, options);
  return trusted<Answer>(response.status === 204 ? null : await response.json());
}

/** Asks for what is not under /api/v1 and open to everybody; rejects with ApiFault. */
export async function askOutside<Answer>(path: string): Promise<Answer> {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw await faultOf(response);
  return trusted<Answer>(await response.json());
}

/** The sentence of whatever was thrown. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
