/** Calls about the aggregator itself. */
import { z } from "zod";
import { kindPageSchema } from "../kind.ts";
import type { ApiRequester, CallOptions } from "../request.ts";
import { summarySchema } from "../summary.ts";
import { healthSchema, versionSchema } from "../version.ts";

const documentSchema = z.record(z.string(), z.unknown());

/** The aggregator itself: version, health, metrics, and the document of the API. */
export const systemCalls = (api: ApiRequester) => ({
  version: (options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/version", schema: versionSchema, ...options }),
  health: (options: CallOptions = {}) => {
    const answer = { schema: healthSchema, isWhole: true };
    return api.send({ method: "GET", path: "/healthz", ...answer, ...options });
  },
  /** Rejects with `unavailable` while the aggregator starts or stops. */
  ready: (options: CallOptions = {}) => {
    const answer = { schema: healthSchema, isWhole: true };
    return api.send({ method: "GET", path: "/readyz", ...answer, ...options });
  },
  /** In the text format of Prometheus. */
  metrics: (options: CallOptions = {}) => {
    const answer = { schema: z.string(), form: "text", isWhole: true } as const;
    return api.send({ method: "GET", path: "/metrics", ...answer, ...options });
  },
  /** OpenAPI 3.1. */
  document: (options: CallOptions = {}) => {
    const answer = { schema: documentSchema, isWhole: true };
    return api.send({ method: "GET", path: "/openapi.json", ...answer, ...options });
  },
});

/** Everything that the aggregator keeps. */
export const backupCalls = (api: ApiRequester) => ({
  /** A tar archive, gzipped, to be read as it comes; it holds secrets. */
  create: (options: Pick<CallOptions, "signal"> = {}) =>
    api.open(
      "/backups",
      {},
      { method: "POST", headers: { accept: "application/gzip" }, ...options },
    ),
});

/** What the summary can be asked. */
export interface SummaryOptions {
  label?: readonly string[] | undefined;
  labels?: string | undefined;
  /** Worst targets and newest incidents that are shown. Default 10. */
  show?: number | undefined;
}

/** One page of everything. */
export const summaryCalls = (api: ApiRequester) => ({
  get: (query: SummaryOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/summary", query, schema: summarySchema, ...options }),
});

/** Kinds of check with their options. */
export const kindCalls = (api: ApiRequester) => ({
  list: (options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/kinds", schema: kindPageSchema, ...options }),
});
