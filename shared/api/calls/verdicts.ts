/** Calls about verdicts and incidents: what is wrong, and who looks after it. */
import { z } from "zod";
import { foldAcknowledgedSchema, incidentPageSchema, incidentSchema } from "../incident.ts";
import { glancePageSchema } from "../glance.ts";
import { apiPath } from "../request.ts";
import type { ApiRequester, CallOptions, PostOptions } from "../request.ts";
import { standingSchema } from "../standing.ts";
import { timelineSchema } from "../timeline.ts";
import { explanationSchema, transitionPageSchema } from "../verdict.ts";
import { verdictPageSchema, verdictSchema } from "../verdict.ts";
import type { PageOptions, SortedOptions } from "./queries.ts";

/** Verdicts: listed, explained, and as a status for machines. */
export const verdictCalls = (api: ApiRequester) => ({
  list: (query: SortedOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/verdicts", query, schema: verdictPageSchema, ...options }),
  get: (target: string, options: CallOptions = {}) => {
    const path = apiPath("verdicts", target);
    return api.send({ method: "GET", path, schema: verdictSchema, ...options });
  },
  /** Who saw what, when, and who did not count and why. */
  explain: (
    target: string,
    query: { transition?: number | undefined } = {},
    options: CallOptions = {},
  ) => {
    const path = apiPath("verdicts", target, "explain");
    return api.send({ method: "GET", path, query, schema: explanationSchema, ...options });
  },
  transitions: (target: string, query: PageOptions = {}, options: CallOptions = {}) => {
    const path = apiPath("verdicts", target, "transitions");
    return api.send({ method: "GET", path, query, schema: transitionPageSchema, ...options });
  },
  /** Whether a target may be relied on; 503 of a target that is down is an answer here. */
  standing: (
    target: string,
    query: { unknown?: "200" | "503" | undefined } = {},
    options: CallOptions = {},
  ) => {
    const path = apiPath("verdict", target);
    const answer = { schema: standingSchema, alsoAnswer: 503, isWhole: true };
    return api.send({ method: "GET", path, query, ...answer, ...options });
  },
  /** An image in SVG. */
  badge: (target: string, options: CallOptions = {}) => {
    const path = apiPath("badge", `${target}.svg`);
    const answer = { schema: z.string(), form: "text", isWhole: true } as const;
    return api.send({ method: "GET", path, ...answer, ...options });
  },
});

/** What lists of incidents can be asked. */
export interface IncidentOptions extends PageOptions {
  state?: "open" | "resolved" | "withdrawn" | undefined;
  severity?: "critical" | "major" | "minor" | undefined;
  /** Whether somebody looks after them. */
  acknowledged?: boolean | undefined;
  label?: readonly string[] | undefined;
  labels?: string | undefined;
  /** A field, with `-` before it from the greatest down. */
  sort?: string | undefined;
  /** Id or name of a target. */
  target?: string | undefined;
}

/** Incidents: listed, acknowledged, noted. */
export const incidentCalls = (api: ApiRequester) => ({
  list: (query: IncidentOptions = {}, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/incidents", query, schema: incidentPageSchema, ...options }),
  get: (id: string, options: CallOptions = {}) => {
    const path = apiPath("incidents", id);
    return api.send({ method: "GET", path, schema: incidentSchema, ...options });
  },
  /** All that happened in it, in order. */
  timeline: (id: string, options: CallOptions = {}) => {
    const path = apiPath("incidents", id, "timeline");
    return api.send({ method: "GET", path, schema: timelineSchema, ...options });
  },
  acknowledge: (id: string, body: { by?: string | undefined } = {}, options: PostOptions = {}) => {
    const path = apiPath("incidents", id, "ack");
    return api.send({ method: "POST", path, body, schema: incidentSchema, ...options });
  },
  /** All that one message told of; its id begins with `fold_`. */
  acknowledgeFold: (
    id: string,
    body: { by?: string | undefined } = {},
    options: PostOptions = {},
  ) => {
    const path = apiPath("folds", id, "ack");
    return api.send({ method: "POST", path, body, schema: foldAcknowledgedSchema, ...options });
  },
  note: (
    id: string,
    body: { text: string; author?: string | undefined },
    options: PostOptions = {},
  ) => {
    const path = apiPath("incidents", id, "notes");
    return api.send({ method: "POST", path, body, schema: incidentSchema, ...options });
  },
});

/** What glances can be asked. */
export interface GlanceOptions {
  /** Ids or names of targets, LIMITS.glancesMax at most. */
  target: readonly string[];
  /** Newest looks of each. Default 60. */
  looks?: number | undefined;
}

/** Targets at a glance: what a row of a dashboard shows of each. */
export const glanceCalls = (api: ApiRequester) => ({
  list: (query: GlanceOptions, options: CallOptions = {}) =>
    api.send({ method: "GET", path: "/glances", query, schema: glancePageSchema, ...options }),
});
