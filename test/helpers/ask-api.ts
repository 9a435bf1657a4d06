/** Raw requests to an aggregator, as clients send them that make mistakes. */
import { problemSchema } from "../../shared/api/problem.ts";
import type { Problem } from "../../shared/api/problem.ts";

/** A request, wrong in whatever way. */
export interface RawRequest {
  method?: string;
  path: string;
  /** Sent as JSON, unless it is a text already. */
  body?: unknown;
  token: string | null;
  contentType?: string;
}

/** Sends a request that must be refused, and gives the problem it is answered with. */
export async function problemOf(url: string, request: RawRequest): Promise<Problem> {
  const { method = "POST", path, body, token, contentType = "application/json" } = request;
  const headers = new Headers();
  if (body !== undefined) headers.set("content-type", contentType);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const init = body === undefined ? { method, headers } : { method, headers, body: text };
  const response = await fetch(`${url}/api/v1${path}`, init);
  const answer = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`expected a problem, found ${response.status} ${answer}`);
  }
  const problem = problemSchema.parse(JSON.parse(answer));
  if (problem.status !== response.status) throw new Error(`two statuses in ${answer}`);
  return problem;
}

/** The value of a metric without labels. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, value] = new RegExp(`^${name} (\\d+)$`, "m").exec(text) ?? [];
  if (value === undefined) throw new Error(`no metric ${name} in ${text}`);
  return Number(value);
}
