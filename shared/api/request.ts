/** One request to the API: typed answers, and every failure as a ProblemError with a sentence. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { messageOf, systemCodeOf } from "../errors.ts";
import type { Random } from "../random.ts";
import { parseJson, ProblemError, problemOf } from "./problem-error.ts";
import { isWorthRetrying, pause, waitMsOf } from "./retry.ts";

/** Where the API is and who asks. */
export interface ApiClientOptions {
  /** Base address such as http://127.0.0.1:7700; empty in a page of the aggregator itself. */
  url: string;
  /** Bearer token; absent: only what is open, or what a browser's session may. */
  token?: string | undefined;
  /** Default the global fetch; a test may give another. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Deadline of one attempt in milliseconds. Default 30000. */
  timeoutMs?: number | undefined;
  /**
   * Further attempts after a failure that may pass: no answer, 429, 502, 503 and 504. Only of
   * requests that may be repeated: GET, PUT, DELETE, and POST with an idempotency key. Default 0.
   */
  retries?: number | undefined;
  /** Default the machine's clock. */
  clock?: Clock | undefined;
  /** Spreads the waits of many clients. Default: they are not spread. */
  random?: Pick<Random, "float"> | undefined;
}

/** What any call can be told. */
export interface CallOptions {
  /** Ends the request; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Deadline of one attempt in milliseconds; absent: the client's. */
  timeoutMs?: number | undefined;
}

/** A write that may only be tried. */
export interface TrialOptions {
  /** All of it is checked and answered, and nothing is written. Default false. */
  dryRun?: boolean | undefined;
}

/** A write that only happens when the stored revision is still this one. */
export interface WriteOptions extends CallOptions {
  /** Revision that must be the present one (`If-Match`); absent: whatever it is. */
  ifRevision?: number | undefined;
}

/** A POST that may be repeated. */
export interface PostOptions extends CallOptions {
  /** A repeated request with this key gets the first answer again, for a day. */
  idempotencyKey?: string | undefined;
}

/** One request; `schema` reads the answer. */
export interface ApiRequest<Schema extends z.ZodType>
  extends WriteOptions, PostOptions, TrialOptions {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path after /api/v1, its segments encoded. */
  path: string;
  query?: object | undefined;
  body?: unknown;
  schema: Schema;
  /** Whether `path` is a whole one, not one under /api/v1. Default false. */
  isWhole?: boolean | undefined;
  /** Form of the answer. Default JSON. */
  form?: "json" | "text" | undefined;
  /** A status that is an answer here, and no error. Default none. */
  alsoAnswer?: number | undefined;
}

/** Sends requests. */
export interface ApiRequester {
  /** Resolves with the parsed answer; rejects with ProblemError. */
  send<Schema extends z.ZodType>(request: ApiRequest<Schema>): Promise<z.output<Schema>>;
  /** Opens an answer to be read as it comes, without a deadline and without another attempt. */
  open(path: string, query: object, options: OpenOptions): Promise<Response>;
  clock: Clock;
  random: Pick<Random, "float">;
}

/** How a streamed answer is opened. */
export interface OpenOptions {
  /** Default GET. */
  method?: "GET" | "POST" | undefined;
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

function unreachable(url: string, thrown: unknown): ProblemError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = systemCodeOf(cause);
  const timedOut = thrown instanceof Error && thrown.name === "TimeoutError";
  const why = timedOut ? "no answer in time" : code === "" ? messageOf(cause) : code;
  const advice = /CERT|SIGNATURE/.test(code)
    ? "Name the CA of its certificate: NODE_EXTRA_CA_CERTS=FILE."
    : "Is the aggregator running, and is the address right?";
  const detail = `Cannot reach ${url}: ${why}. ${advice}`;
  return new ProblemError({ code: "unavailable", status: 0, detail, cause: thrown });
}

/** Whether a request may be sent again without knowing what became of it (RFC 9110, 9.2.2). */
function mayRepeat({ method, idempotencyKey, ifRevision }: ApiRequest<z.ZodType>): boolean {
  if (method === "POST") return idempotencyKey !== undefined;
  // A second one would meet the revision that the first has made, and be refused for it.
  return method === "GET" || (method !== "PATCH" && ifRevision === undefined);
}

function initOf(request: ApiRequest<z.ZodType>): RequestInit {
  const { method, body, ifRevision, idempotencyKey, form } = request;
  const headers: Record<string, string> = {
    accept: form === "text" ? "*/*" : "application/json",
  };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifRevision !== undefined) headers["if-match"] = `"${ifRevision}"`;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  return { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

const EXACT: Pick<Random, "float"> = { float: () => 0.5 };

/** Creates what sends requests to one aggregator. */
export function createApiRequester(options: ApiClientOptions): ApiRequester {
  const { clock = systemClock(), random = EXACT } = options;
  const base = options.url.replace(/\/+$/, "");
  const attempt = createAttempt(options, { base, clock });
  const exchange = createExchange(options, { attempt, clock, random });
  return {
    clock,
    random,
    send: async (request) => {
      const { path, query, dryRun, schema, isWhole = false, form = "json" } = request;
      const asked = queryText({ ...query, dryRun });
      const url = `${base}${isWhole ? "" : "/api/v1"}${path}${asked}`;
      const text = await exchange(url, request);
      const answer = schema.safeParse(form === "text" ? text : parseJson(text));
      if (answer.success) return answer.data;
      const sentence = `${base} answered something else than this version expects`;
      const detail = `${sentence}: ${z.prettifyError(answer.error)}`;
      throw new ProblemError({ code: "unavailable", status: 200, detail, cause: answer.error });
    },
    open: (path, query, { method = "GET", headers, signal }) => {
      const init = signal === undefined ? { method, headers } : { method, headers, signal };
      const read = (response: Response) => Promise.resolve(response);
      return attempt(`${base}/api/v1${path}${queryText(query)}`, init, { signal, read });
    },
  };
}

/** What one attempt reads of its answer, and what it takes for one. */
interface Reading<Read> {
  signal?: AbortSignal | undefined;
  alsoAnswer?: number | undefined;
  read: (response: Response) => Promise<Read>;
}

/** One attempt; rejects with ProblemError, or with the signal's reason. */
type Attempt = <Read>(url: string, init: RequestInit, reading: Reading<Read>) => Promise<Read>;

function createAttempt(
  { token, fetch: given }: ApiClientOptions,
  { base, clock }: { base: string; clock: Clock },
): Attempt {
  const doFetch = given ?? ((url, init) => fetch(url, init));
  return async (url, init, { signal, alsoAnswer, read }) => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    try {
      const response = await doFetch(url, { ...init, headers });
      if (response.ok || response.status === alsoAnswer) return await read(response);
      throw await problemOf(response, { base, nowMs: clock.wallMs() });
    } catch (thrown) {
      if (thrown instanceof ProblemError) throw thrown;
      signal?.throwIfAborted();
      throw unreachable(base, thrown);
    }
  };
}

interface ExchangeDeps extends Pick<ApiRequester, "clock" | "random"> {
  attempt: Attempt;
}

/** The text of an answer, after as many attempts as the request may have. */
function createExchange(
  { retries = 0, timeoutMs: usualMs = 30_000 }: ApiClientOptions,
  { attempt, clock, random }: ExchangeDeps,
) {
  const read = (response: Response) => response.text();
  return async (url: string, request: ApiRequest<z.ZodType>): Promise<string> => {
    const { signal, alsoAnswer, timeoutMs = usualMs } = request;
    for (let made = 0; ; made++) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const ends = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
      try {
        const init = { ...initOf(request), signal: ends };
        return await attempt(url, init, { signal, alsoAnswer, read });
      } catch (thrown) {
        const waitMs = waitMsOf(thrown, made, random);
        const isLast = made >= retries || waitMs === null || !mayRepeat(request);
        if (isLast || !isWorthRetrying(thrown)) throw thrown;
        await pause(clock, waitMs, signal);
      }
    }
  };
}
