/** Calls about events: those that were, and those that come. */
import type { Clock, Timer } from "../../clock.ts";
import { messageOf } from "../../errors.ts";
import { LIMITS } from "../../limits.ts";
import { apiEventSchema, eventPageSchema } from "../event.ts";
import type { ApiEvent } from "../event.ts";
import { ProblemError } from "../problem-error.ts";
import type { ApiRequester, CallOptions } from "../request.ts";
import { isWorthRetrying, pause, waitMsOf } from "../retry.ts";
import { bytesOf, readStreamParts } from "../sse.ts";
import type { StreamPart } from "../sse.ts";

/** What part of the stream of events is asked for. */
export interface EventOptions {
  /** Events after this number; absent: those from now on, or the first page of the list. */
  after?: number | undefined;
  /** Comma-separated patterns such as `target.*,incident.opened`. */
  types?: string | undefined;
  label?: readonly string[] | undefined;
  labels?: string | undefined;
}

/** How events are followed. */
export interface FollowOptions extends EventOptions {
  /** Whether events carry who saw what. Default false. */
  votes?: boolean | undefined;
  /** Ends the iteration. */
  signal?: AbortSignal | undefined;
  /** Told why the stream broke off, before it is taken up again. */
  onBreak?: ((problem: ProblemError) => void) | undefined;
}

/** Where the reading of the stream has come to. */
interface Place {
  /** Number to go on after; null before anything was said. */
  lastId: string | null;
  /** How long to wait before connecting again. */
  retryMs: number | null;
}

function eventOf({ event }: StreamPart): ApiEvent | null {
  if (event === null) return null;
  if (event.event === "dropped") throw brokenOff(event.data);
  const value: unknown = JSON.parse(event.data);
  const fields = typeof value === "object" && value !== null ? value : {};
  return apiEventSchema.parse({ ...fields, number: Number(event.id) });
}

const brokenOff = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError({ code: "unavailable", status: 0, detail, cause });

/** The events of one connection; keeps in `place` where it has come to. */
async function* connection(
  api: ApiRequester,
  { signal, onBreak: _onBreak, ...query }: FollowOptions,
  place: Place,
): AsyncGenerator<ApiEvent> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  const asked = place.lastId === null ? query : { ...query, after: undefined };
  if (place.lastId !== null) headers["last-event-id"] = place.lastId;
  const watch = watchSilence(api.clock, signal);
  try {
    const { body } = await api.open("/events", asked, { headers, signal: watch.signal });
    if (body === null) return;
    for await (const part of readStreamParts(watch.heard(bytesOf(body)))) {
      place.retryMs = part.retryMs ?? place.retryMs;
      const event = eventOf(part);
      if (part.id !== null) place.lastId = part.id;
      if (event !== null) yield event;
    }
  } catch (thrown) {
    if (signal?.aborted === true) return;
    if (thrown instanceof ProblemError) throw thrown;
    throw brokenOff(`The stream of events broke off: ${messageOf(thrown)}`, thrown);
  } finally {
    watch.end();
  }
}

/** A connection that nobody ended can be dead all the same: the aggregator is never silent long. */
function watchSilence(clock: Clock, signal: AbortSignal | undefined) {
  const silent = new AbortController();
  const listen = (): Timer =>
    clock.after(LIMITS.clientSilentMs, () => {
      silent.abort(brokenOff("Nothing came over the stream of events, not even its heartbeat."));
    });
  let timer = listen();
  return {
    signal: signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]),
    async *heard(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of bytes) {
        timer.cancel();
        yield chunk;
        timer = listen();
      }
    },
    end: (): void => timer.cancel(),
  };
}

/** Events over as many connections as it takes, none twice and none left out. */
async function* follow(api: ApiRequester, options: FollowOptions): AsyncGenerator<ApiEvent> {
  const { signal, onBreak } = options;
  const place: Place = { lastId: null, retryMs: null };
  const isOver = (): boolean => signal?.aborted === true;
  for (let failed = 0; !isOver();) {
    let problem = brokenOff("The aggregator ended the stream of events.");
    try {
      for await (const event of connection(api, options, place)) {
        failed = 0;
        yield event;
      }
    } catch (thrown) {
      if (isOver()) return;
      if (!isWorthRetrying(thrown)) throw thrown;
      problem = thrown;
    }
    if (isOver()) return;
    onBreak?.(problem);
    const waitMs = waitMsOf(problem, failed, api.random) ?? 0;
    failed += 1;
    await pause(api.clock, Math.max(waitMs, place.retryMs ?? 0), signal).catch(() => undefined);
  }
}

/** Events: listed, and followed as they happen. */
export const eventCalls = (api: ApiRequester) => ({
  list: (query: EventOptions & { limit?: number | undefined } = {}, options: CallOptions = {}) => {
    const asked = { ...query, format: "json" };
    const schema = eventPageSchema;
    return api.send({ method: "GET", path: "/events", query: asked, schema, ...options });
  },
  /**
   * Events as they happen, over one connection. Ends when the server ends it and throws
   * unavailable when the reader was too slow; go on with `after` the last number seen.
   */
  stream: (options: FollowOptions = {}): AsyncGenerator<ApiEvent> =>
    connection(api, options, { lastId: null, retryMs: null }),
  /**
   * Events as they happen, for as long as `signal` is not aborted: a connection that breaks is
   * taken up again after the last event, by `Last-Event-ID`. Throws only what does not pass by
   * itself, such as a token that is refused.
   */
  follow: (options: FollowOptions = {}): AsyncGenerator<ApiEvent> => follow(api, options),
});
