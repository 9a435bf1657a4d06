/** One request to the API: typed answers, and every failure as a QuorateError with a sentence. */
import { z } from "zod";
import { ERRORS, messageOf, QuorateError, systemCodeOf } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { problemSchema } from "./problem.ts";

/** Where the API is and who asks. */
export interface ApiClientOptions {
  /** Base address such as http://127.0.0.1:7700. */
  url: string;
  /** Bearer token; absent: only what is open can be asked. */
  token?: string | undefined;
  /** Default the global fetch; a test may give another. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Deadline of one request in milliseconds. Default 30000. */
  timeoutMs?: number | undefined;
}

/** One request; `schema` reads the answer. */
export interface ApiRequest<Schema extends z.ZodType> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path after /api/v1, its segments encoded. */
  path: string;
  query?: object | undefined;
  body?: unknown;
  schema: Schema;
  /** Revision that must be the present one; absent: whatever it is. */
  ifRevision?: number | undefined;
  idempotencyKey?: string | undefined;
  /** Deadline of this request in milliseconds; absent: the client's. */
  timeoutMs?: number | undefined;
}

/** Sends requests. */
export interface ApiRequester {
  /** Resolves with the parsed answer; rejects with QuorateError. */
  send<Schema extends z.ZodType>(request: ApiRequest<Schema>): Promise<z.output<Schema>>;
  /** Opens an answer to be read as it comes, without a deadline. */
  open(path: string, query: object, options: OpenOptions): Promise<Response>;
}

/** How a streamed answer is opened. */
export interface OpenOptions {
  headers: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** A path of the API from its segments, each encoded. */
export function apiPath(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

/** Text of a query, with its question mark: undefined is left out, a list is repeated. */
function queryText(query: object): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one === "string") pairs.append(name, one);
      else if (one !== undefined && one !== null) pairs.append(name, JSON.stringify(one));
    }
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function errorOf(response: Response, url: string): Promise<QuorateError> {
  const problem = problemSchema.safeParse(parseJson(await response.text()));
  if (!problem.success) {
    const sentence = `${url} answered ${response.status} without saying why; is it an aggregator?`;
    return new QuorateError(codeOf("", response.status), sentence);
  }
  const { type, detail, issues } = problem.data;
  const found = issues.map(({ path, message, value }) =>
    value === undefined ? { path, message } : { path, message, value },
  );
  return new QuorateError(codeOf(type, response.status), detail, found);
}

function unreachable(url: string, thrown: unknown): QuorateError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = systemCodeOf(cause);
  const timedOut = thrown instanceof Error && thrown.name === "TimeoutError";
  const why = timedOut ? "no answer in time" : code === "" ? messageOf(cause) : code;
  const advice = /CERT|SIGNATURE/.test(code)
    ? "Name the CA of its certificate: NODE_EXTRA_CA_CERTS=FILE."
    : "Is the aggregator running, and is the address right?";
  return new QuorateError("unavailable", `Cannot reach ${url}: ${why}. ${advice}`);
}

/** Creates what sends requests to one aggregator. */
export function createApiRequester(options: ApiClientOptions): ApiRequester {
  const base = options.url.replace(/\/+$/, "");
  const doFetch = options.fetch ?? ((url, init) => fetch(url, init));
  const exchange = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
    let response: Response;
    try {
      response = await doFetch(url, { ...init, headers });
    } catch (thrown) {
      throw unreachable(base, thrown);
    }
    if (response.ok) return response;
    throw await errorOf(response, base);
  };
  return {
    send: async ({ method, path, query, body, schema, ...rest }) => {
      const headers: Record<string, string> = { accept: "application/json" };
      if (body !== undefined) headers["content-type"] = "application/json";
      if (rest.ifRevision !== undefined) headers["if-match"] = `"${rest.ifRevision}"`;
      if (rest.idempotencyKey !== undefined) headers["idempotency-key"] = rest.idempotencyKey;
      const url = `${base}/api/v1${path}${queryText(query ?? {})}`;
      const signal = AbortSignal.timeout(rest.timeoutMs ?? options.timeoutMs ?? 30_000);
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await exchange(url, { method, headers, signal, ...init });
      const answer = schema.safeParse(parseJson(await response.text()));
      if (answer.success) return answer.data;
      const sentence = `${base} answered something else than this version expects`;
      throw new QuorateError("unavailable", `${sentence}: ${z.prettifyError(answer.error)}`);
    },
    open: (path, query, { headers, signal }) => {
      const init = signal === undefined ? { headers } : { headers, signal };
      return exchange(`${base}/api/v1${path}${queryText(query)}`, init);
    },
  };
}
