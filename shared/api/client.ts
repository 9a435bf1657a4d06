/** The typed client of the HTTP API: one group of calls a noun. */
import { z } from "zod";
import { messageOf, QuorateError } from "../errors.ts";
import { routeCalls, silenceCalls } from "./alert-calls.ts";
import { channelPageSchema, channelSchema, channelTestSchema } from "./channel.ts";
import { deliveryPageSchema, notificationPageSchema, notificationSchema } from "./channel.ts";
import { apiEventSchema, eventPageSchema } from "./event.ts";
import type { ApiEvent } from "./event.ts";
import { glancePageSchema } from "./glance.ts";
import { foldAcknowledgedSchema, incidentPageSchema, incidentSchema } from "./incident.ts";
import { maintenancePageSchema, maintenanceSchema } from "./maintenance.ts";
import { meshSchema } from "./mesh.ts";
import { probeCreatedSchema, probePageSchema, probeSchema } from "./probe.ts";
import { replayCalls } from "./replay-calls.ts";
import { apiPath, createApiRequester } from "./request.ts";
import type { ApiClientOptions, ApiRequester } from "./request.ts";
import { kindPageSchema } from "./kind.ts";
import { latencyPageSchema, resultPageSchema } from "./result.ts";
import { readServerSentEvents } from "./sse.ts";
import { runSchema, targetPageSchema, targetSchema } from "./target.ts";
import { tokenCreatedSchema, tokenPageSchema } from "./token.ts";
import { callsAnswerSchema, uptimePageSchema } from "./uptime.ts";
import { explanationSchema, transitionPageSchema } from "./verdict.ts";
import { verdictPageSchema, verdictSchema } from "./verdict.ts";
import { versionSchema } from "./version.ts";

/** Where a page begins and how many rows it has at most. */
export interface PageOptions {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Lists of targets and verdicts narrowed by labels, each `key=value`. */
export interface LabelOptions extends PageOptions {
  label?: readonly string[] | undefined;
}

/** A part of the history; times are RFC 3339 or milliseconds since the epoch. */
export interface RangeOptions {
  from?: string | number | undefined;
  to?: string | number | undefined;
  /** Name or id of a probe. */
  probe?: string | undefined;
}

/** A part of the uptime, in one row or one for each day or month. */
export interface UptimeOptions {
  from?: string | number | undefined;
  to?: string | number | undefined;
  by?: "day" | "month" | undefined;
}

/** A write that only happens when the stored revision is still this one. */
export interface WriteOptions {
  ifRevision?: number | undefined;
}

/** What part of the stream of events is asked for. */
export interface EventOptions {
  /** Events after this number; absent: those from now on, or the first page of the list. */
  after?: number | undefined;
  /** Comma-separated patterns such as `target.*,incident.opened`. */
  types?: string | undefined;
  label?: readonly string[] | undefined;
}

const nothing = z.unknown();

/** The longest that looking at once may be waited for: the longest timeout, and some more. */
const RUN_TIMEOUT_MS = 90_000;

const targetCalls = (api: ApiRequester) => ({
  list: (query: LabelOptions & { kind?: string | undefined } = {}) =>
    api.send({ method: "GET", path: "/targets", query, schema: targetPageSchema }),
  get: (target: string) =>
    api.send({ method: "GET", path: apiPath("targets", target), schema: targetSchema }),
  create: (body: unknown, idempotencyKey?: string) =>
    api.send({ method: "POST", path: "/targets", body, schema: targetSchema, idempotencyKey }),
  /** Creates the target of this name, or replaces it. */
  put: (target: string, body: unknown, options: WriteOptions = {}) => {
    const path = apiPath("targets", target);
    return api.send({ method: "PUT", path, body, schema: targetSchema, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (target: string, body: unknown, options: WriteOptions = {}) => {
    const path = apiPath("targets", target);
    return api.send({ method: "PATCH", path, body, schema: targetSchema, ...options });
  },
  delete: (target: string, options: WriteOptions = {}) =>
    api.send({ method: "DELETE", path: apiPath("targets", target), schema: nothing, ...options }),
  run: (target: string, query: { wait?: boolean | undefined } = {}) => {
    const path = apiPath("targets", target, "run");
    const timeoutMs = RUN_TIMEOUT_MS;
    return api.send({ method: "POST", path, query, schema: runSchema, timeoutMs });
  },
  results: (target: string, query: RangeOptions & PageOptions = {}) => {
    const path = apiPath("targets", target, "results");
    return api.send({ method: "GET", path, query, schema: resultPageSchema });
  },
  uptime: (target: string, query: UptimeOptions = {}) => {
    const path = apiPath("targets", target, "uptime");
    return api.send({ method: "GET", path, query, schema: uptimePageSchema });
  },
  /** Reports how business calls went; a repeated window is left out. */
  calls: (target: string, body: unknown) => {
    const path = apiPath("targets", target, "calls");
    return api.send({ method: "POST", path, body, schema: callsAnswerSchema });
  },
  latency: (target: string, query: RangeOptions & { spanMs?: number | undefined } = {}) => {
    const path = apiPath("targets", target, "latency");
    return api.send({ method: "GET", path, query, schema: latencyPageSchema });
  },
});

const verdictCalls = (api: ApiRequester) => ({
  list: (query: LabelOptions & { state?: string | undefined } = {}) =>
    api.send({ method: "GET", path: "/verdicts", query, schema: verdictPageSchema }),
  get: (target: string) =>
    api.send({ method: "GET", path: apiPath("verdicts", target), schema: verdictSchema }),
  explain: (target: string, query: { transition?: number | undefined } = {}) => {
    const path = apiPath("verdicts", target, "explain");
    return api.send({ method: "GET", path, query, schema: explanationSchema });
  },
  transitions: (target: string, query: PageOptions = {}) => {
    const path = apiPath("verdicts", target, "transitions");
    return api.send({ method: "GET", path, query, schema: transitionPageSchema });
  },
});

const probeCalls = (api: ApiRequester) => ({
  list: (query: PageOptions = {}) =>
    api.send({ method: "GET", path: "/probes", query, schema: probePageSchema }),
  get: (probe: string) =>
    api.send({ method: "GET", path: apiPath("probes", probe), schema: probeSchema }),
  create: (body: unknown, idempotencyKey?: string) =>
    api.send({ method: "POST", path: "/probes", body, schema: probeCreatedSchema, idempotencyKey }),
  /** Who reaches whom: one page of probes, and all canaries. */
  mesh: (query: PageOptions = {}) =>
    api.send({ method: "GET", path: "/mesh", query, schema: meshSchema }),
  drain: (probe: string) =>
    api.send({ method: "POST", path: apiPath("probes", probe, "drain"), schema: probeSchema }),
  delete: (probe: string) =>
    api.send({ method: "DELETE", path: apiPath("probes", probe), schema: nothing }),
});

const incidentCalls = (api: ApiRequester) => ({
  list: (query: PageOptions & { state?: string | undefined; target?: string | undefined } = {}) =>
    api.send({ method: "GET", path: "/incidents", query, schema: incidentPageSchema }),
  get: (id: string) =>
    api.send({ method: "GET", path: apiPath("incidents", id), schema: incidentSchema }),
  acknowledge: (id: string, body: { by?: string | undefined } = {}) => {
    const path = apiPath("incidents", id, "ack");
    return api.send({ method: "POST", path, body, schema: incidentSchema });
  },
  /** All that one message told of; its id begins with `fold_`. */
  acknowledgeFold: (id: string, body: { by?: string | undefined } = {}) => {
    const path = apiPath("folds", id, "ack");
    return api.send({ method: "POST", path, body, schema: foldAcknowledgedSchema });
  },
  note: (id: string, body: { text: string; author?: string | undefined }) => {
    const path = apiPath("incidents", id, "notes");
    return api.send({ method: "POST", path, body, schema: incidentSchema });
  },
});

const channelCalls = (api: ApiRequester) => ({
  list: (query: PageOptions = {}) =>
    api.send({ method: "GET", path: "/channels", query, schema: channelPageSchema }),
  get: (channel: string) =>
    api.send({ method: "GET", path: apiPath("channels", channel), schema: channelSchema }),
  create: (body: unknown, idempotencyKey?: string) =>
    api.send({ method: "POST", path: "/channels", body, schema: channelSchema, idempotencyKey }),
  /** Creates the channel of this name, or replaces it. */
  put: (channel: string, body: unknown, options: WriteOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "PUT", path, body, schema: channelSchema, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (channel: string, body: unknown, options: WriteOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "PATCH", path, body, schema: channelSchema, ...options });
  },
  delete: (channel: string, options: WriteOptions = {}) => {
    const path = apiPath("channels", channel);
    return api.send({ method: "DELETE", path, schema: nothing, ...options });
  },
  test: (channel: string) => {
    const path = apiPath("channels", channel, "test");
    return api.send({ method: "POST", path, schema: channelTestSchema, timeoutMs: 60_000 });
  },
});

const maintenanceCalls = (api: ApiRequester) => ({
  list: (query: PageOptions = {}) =>
    api.send({ method: "GET", path: "/maintenance", query, schema: maintenancePageSchema }),
  create: (body: unknown) =>
    api.send({ method: "POST", path: "/maintenance", body, schema: maintenanceSchema }),
  end: (maintenance: string) => {
    const path = apiPath("maintenance", maintenance, "end");
    return api.send({ method: "POST", path, schema: maintenanceSchema });
  },
  /** Ends it and forgets it. */
  delete: (maintenance: string) => {
    const path = apiPath("maintenance", maintenance);
    return api.send({ method: "DELETE", path, schema: nothing });
  },
});

const notificationCalls = (api: ApiRequester) => ({
  list: (query: PageOptions & { state?: string | undefined; channel?: string | undefined } = {}) =>
    api.send({ method: "GET", path: "/notifications", query, schema: notificationPageSchema }),
  deliveries: (id: string) => {
    const path = apiPath("notifications", id, "deliveries");
    return api.send({ method: "GET", path, schema: deliveryPageSchema });
  },
  requeue: (id: string) => {
    const path = apiPath("notifications", id, "requeue");
    return api.send({ method: "POST", path, schema: notificationSchema.pick({ id: true }) });
  },
});

const tokenCalls = (api: ApiRequester) => ({
  list: (query: PageOptions = {}) =>
    api.send({ method: "GET", path: "/tokens", query, schema: tokenPageSchema }),
  create: (body: unknown, idempotencyKey?: string) =>
    api.send({ method: "POST", path: "/tokens", body, schema: tokenCreatedSchema, idempotencyKey }),
  delete: (id: string) =>
    api.send({ method: "DELETE", path: apiPath("tokens", id), schema: nothing }),
});

async function* streamEvents(
  api: ApiRequester,
  { signal, ...query }: EventOptions & { signal?: AbortSignal | undefined },
): AsyncGenerator<ApiEvent> {
  const headers = { accept: "text/event-stream" };
  const response = await api.open("/events", query, { headers, signal });
  if (response.body === null) return;
  try {
    for await (const { id, event, data } of readServerSentEvents(response.body)) {
      if (event === "dropped") throw new QuorateError("unavailable", data);
      const value: unknown = JSON.parse(data);
      const fields = typeof value === "object" && value !== null ? value : {};
      yield apiEventSchema.parse({ ...fields, number: Number(id) });
    }
  } catch (thrown) {
    if (signal?.aborted === true) return;
    if (thrown instanceof QuorateError) throw thrown;
    throw new QuorateError("unavailable", `The stream of events broke off: ${messageOf(thrown)}`);
  }
}

const eventCalls = (api: ApiRequester) => ({
  list: (query: EventOptions & { limit?: number | undefined } = {}) => {
    const asked = { ...query, format: "json" };
    return api.send({ method: "GET", path: "/events", query: asked, schema: eventPageSchema });
  },
  /**
   * Events as they happen, over one connection. Ends when the server ends it and throws
   * unavailable when the reader was too slow; go on with `after` the last number seen.
   */
  stream: (options: EventOptions & { signal?: AbortSignal | undefined } = {}) =>
    streamEvents(api, options),
});

const kindCalls = (api: ApiRequester) => ({
  list: () => api.send({ method: "GET", path: "/kinds", schema: kindPageSchema }),
});

/** Creates a client of one aggregator; every call rejects with a QuorateError. */
export function createApiClient(options: ApiClientOptions) {
  const api = createApiRequester(options);
  return {
    targets: targetCalls(api),
    verdicts: verdictCalls(api),
    probes: probeCalls(api),
    incidents: incidentCalls(api),
    channels: channelCalls(api),
    maintenance: maintenanceCalls(api),
    silences: silenceCalls(api),
    routes: routeCalls(api),
    notifications: notificationCalls(api),
    tokens: tokenCalls(api),
    events: eventCalls(api),
    replays: replayCalls(api),
    kinds: kindCalls(api),
    /** What a row of a dashboard shows of each of these targets, by id or name. */
    glances: (query: { target: readonly string[]; looks?: number | undefined }) =>
      api.send({ method: "GET", path: "/glances", query, schema: glancePageSchema }),
    version: () => api.send({ method: "GET", path: "/version", schema: versionSchema }),
  };
}

/** The typed client of the HTTP API. */
export type ApiClient = ReturnType<typeof createApiClient>;
