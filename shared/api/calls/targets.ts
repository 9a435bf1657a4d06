/** Calls about targets: what is checked, and what was seen of it. */
import type { AnyBodies } from "../bodies.ts";
import { bulkAnswerSchema } from "../bulk.ts";
import { nothingSchema } from "../common.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions, WriteOptions } from "../request.ts";
import type { TrialOptions } from "../request.ts";
import { latencyPageSchema, resultPageSchema } from "../result.ts";
import { statsPageSchema, targetStatsSchema } from "../stats.ts";
import { runSchema, targetPageSchema, targetSchema } from "../target.ts";
import { callsAnswerSchema, targetUptimePageSchema, uptimePageSchema } from "../uptime.ts";
import type { LabelOptions, PageOptions, RangeOptions } from "./queries.ts";
import type { SortedOptions, UptimeOptions } from "./queries.ts";

/** The longest that looking at once may be waited for: the longest timeout, and some more. */
const RUN_TIMEOUT_MS = 90_000;

/** The longest that ten thousand targets may be waited for. */
const BULK_TIMEOUT_MS = 120_000;

/** What the vantages saw of a target. */
const historyCalls = (api: ApiRequester) => ({
  results: (target: string, query: RangeOptions & PageOptions = {}, options: CallOptions = {}) => {
    const path = apiPath("targets", target, "results");
    return api.send({ method: "GET", path, query, schema: resultPageSchema, ...options });
  },
  uptime: (target: string, query: UptimeOptions = {}, options: CallOptions = {}) => {
    const path = apiPath("targets", target, "uptime");
    return api.send({ method: "GET", path, query, schema: uptimePageSchema, ...options });
  },
  latency: (
    target: string,
    query: RangeOptions & { spanMs?: number | undefined } = {},
    options: CallOptions = {},
  ) => {
    const path = apiPath("targets", target, "latency");
    return api.send({ method: "GET", path, query, schema: latencyPageSchema, ...options });
  },
  stats: (target: string, query: RangeOptions = {}, options: CallOptions = {}) => {
    const path = apiPath("targets", target, "stats");
    return api.send({ method: "GET", path, query, schema: targetStatsSchema, ...options });
  },
});

/** Targets: listed, made, changed, deleted, looked at. */
export const targetCalls = <Bodies extends AnyBodies>(api: ApiRequester) => ({
  ...historyCalls(api),
  list: (query: SortedOptions & { kind?: string | undefined } = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/targets", query, schema: targetPageSchema, ...options }),
  get: (target: string, options: CallOptions = {}) => {
    const path = apiPath("targets", target);
    return api.send({ method: "GET", path, schema: targetSchema, ...options });
  },
  create: (body: Bodies["target"], options: PostOptions & TrialOptions = {}) =>
    api.send({ method: "POST", path: "/targets", body, schema: targetSchema, ...options }),
  /** Creates the target of this name, or replaces it. */
  put: (target: string, body: Bodies["targetPut"], options: WriteOptions & TrialOptions = {}) => {
    const path = apiPath("targets", target);
    return api.send({ method: "PUT", path, body, schema: targetSchema, ...options });
  },
  /** Creates or replaces many by name; each is taken or refused for itself. */
  bulk: (body: { targets: readonly unknown[] }, options: PostOptions & TrialOptions = {}) => {
    const answer = { schema: bulkAnswerSchema, timeoutMs: BULK_TIMEOUT_MS };
    return api.send({ method: "POST", path: "/targets/bulk", body, ...answer, ...options });
  },
  /** JSON merge patch (RFC 7396). */
  patch: (
    target: string,
    body: Bodies["targetPatch"],
    options: WriteOptions & TrialOptions = {},
  ) => {
    const path = apiPath("targets", target);
    return api.send({ method: "PATCH", path, body, schema: targetSchema, ...options });
  },
  delete: (target: string, options: WriteOptions & TrialOptions = {}) =>
    api.send({
      method: "DELETE",
      path: apiPath("targets", target),
      schema: nothingSchema,
      ...options,
    }),
  /** Every connected vantage looks now. */
  run: (target: string, query: { wait?: boolean | undefined } = {}, options: PostOptions = {}) => {
    const path = apiPath("targets", target, "run");
    const timeoutMs = RUN_TIMEOUT_MS;
    return api.send({ method: "POST", path, query, schema: runSchema, timeoutMs, ...options });
  },
  /** Reports how business calls went; a repeated window is left out. */
  calls: (target: string, body: Bodies["calls"], options: PostOptions = {}) => {
    const path = apiPath("targets", target, "calls");
    return api.send({ method: "POST", path, body, schema: callsAnswerSchema, ...options });
  },
});

/** How well many targets were up. */
export const uptimeCalls = (api: ApiRequester) => ({
  list: (
    query: Omit<UptimeOptions, "by"> & LabelOptions & { sort?: string | undefined } = {},
    options: CallOptions = {},
  ) =>
    api.send({ method: "GET", path: "/uptime", query, schema: targetUptimePageSchema, ...options }),
});

/** Statistics of the latency of many targets. */
export const statsCalls = (api: ApiRequester) => ({
  list: (query: RangeOptions & LabelOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/stats", query, schema: statsPageSchema, ...options }),
});
