/** /api/v1/targets/{id}/results, latency and stats: what the vantages saw. */
import { createRoute, z } from "@hono/zod-openapi";
import { latencyPageSchema, resultPageSchema } from "../../../shared/api/result.ts";
import { statsPageSchema, targetStatsSchema } from "../../../shared/api/stats.ts";
import type { ApiTargetStats } from "../../../shared/api/stats.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Target } from "../../../shared/target.ts";
import { nextTurn } from "../../../shared/turn.ts";
import type { TargetStats } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import {
  fieldsQuery,
  idParam,
  integer,
  json,
  needs,
  pageOfQuery,
  pageQuery,
  problems,
} from "../describe.ts";
import { apiPage, filteredPage } from "../lists.ts";
import { labelsKeep, labelsQuery } from "../narrowing.ts";
import { probesOf, rangeOf, rangeQuery } from "../ranges.ts";
import { latencyView, resultView } from "../views.ts";
import type { ProbeNames } from "../views.ts";

/** Lengths of buckets by the name of their resolution. */
const RESOLUTIONS_MS = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 } as const;

/** Targets of one page of statistics unless the caller says otherwise, and at most. */
const STATS_ROWS = 20;
const STATS_ROWS_MAX = 100;

const listResults = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/results",
  tags: ["targets"],
  summary: "List what the vantages saw: each result, newest first, or rolled up, oldest first",
  description:
    "With `resolution=raw` a page of results, as long as history is kept; with another, every " +
    "bucket of the range at once, as `latency` gives it.",
  request: {
    params: idParam("target"),
    query: z.strictObject({
      ...rangeQuery,
      ...pageQuery,
      resolution: z.enum(["raw", "5m", "1h", "1d"]).optional().openapi({
        description: "`raw` (default): a page of results; else all buckets, as latency.",
      }),
    }),
  },
  responses: {
    200: json(z.union([resultPageSchema, latencyPageSchema]), "One page, or every bucket."),
    ...problems,
  },
});

const listLatency = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/latency",
  tags: ["targets"],
  summary: "Counts and latency of each vantage over time, oldest first",
  description:
    "Buckets of 5 minutes, an hour or a day, one row for each vantage and bucket, with " +
    "percentiles of the successful checks.",
  request: {
    params: idParam("target"),
    query: z.strictObject({
      ...rangeQuery,
      ...fieldsQuery,
      spanMs: z
        .enum(["300000", "3600000", "86400000"])
        .optional()
        .openapi({ description: "Length of a bucket: 5 minutes (default), 1 hour or 1 day." }),
    }),
  },
  responses: { 200: json(latencyPageSchema, "Every bucket of the range."), ...problems },
});

const getStats = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/stats",
  tags: ["targets"],
  summary: "Statistics of the latency of a target over a time, by vantage",
  description:
    "Count, least, greatest, mean, standard deviation and percentiles of the latency of the " +
    "scheduled checks that were ok, of all vantages together and of each.",
  request: { params: idParam("target"), query: z.strictObject({ ...rangeQuery, ...fieldsQuery }) },
  responses: { 200: json(targetStatsSchema, "The statistics."), ...problems },
});

const listStats = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/stats",
  tags: ["targets"],
  summary: "Statistics of the latency of targets over a time, by name of the target",
  description: "What `/targets/{id}/stats` says of each target of a page; labels narrow the list.",
  request: {
    query: z.strictObject({
      ...rangeQuery,
      ...pageQuery,
      ...labelsQuery,
      limit: integer({
        min: 1,
        max: STATS_ROWS_MAX,
        description: `Rows of the page at most. Default ${STATS_ROWS}.`,
      }).optional(),
    }),
  },
  responses: { 200: json(statsPageSchema, "One page."), ...problems },
});

/** Adds the routes. */
export function addHistory(app: App, context: RouteContext): void {
  const { registry, store, engine } = context;

  app.openapi(listResults, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const { resolution = "raw", ...asked } = c.req.valid("query");
    if (resolution !== "raw") {
      const spanMs = RESOLUTIONS_MS[resolution];
      return c.json(await bucketsOf(context, target, { ...asked, spanMs }), 200);
    }
    const { names, probeId } = await probesOf(store, asked);
    const range = rangeOf(engine, asked);
    const query = { targetId: target.id, ...range, probeId, ...pageOfQuery(asked) };
    const page = await store.history.results(query);
    return c.json(
      apiPage(page, (row) => resultView(row, names)),
      200,
    );
  });

  app.openapi(listLatency, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const { spanMs = "300000", ...asked } = c.req.valid("query");
    return c.json(await bucketsOf(context, target, { ...asked, spanMs: Number(spanMs) }), 200);
  });
}

/** Adds the routes of statistics. */
export function addStats(app: App, context: RouteContext): void {
  const { registry, store, engine } = context;

  app.openapi(getStats, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const asked = c.req.valid("query");
    const { names, probeId } = await probesOf(store, asked);
    const range = rangeOf(engine, asked);
    const stats = await store.history.stats({ targetId: target.id, probeId, ...range });
    return c.json(statsView(target, stats, names), 200);
  });

  app.openapi(listStats, async (c) => {
    const { limit = STATS_ROWS, cursor, ...asked } = c.req.valid("query");
    const { names, probeId } = await probesOf(store, asked);
    const range = rangeOf(engine, asked);
    const keep = labelsKeep(asked) ?? (() => true);
    const page = await filteredPage(
      (query) => store.targets.list(query),
      { limit, cursor },
      ({ spec }) => keep(spec.labels),
    );
    const items: ApiTargetStats[] = [];
    for (const target of page.rows) {
      const stats = await store.history.stats({ targetId: target.id, probeId, ...range });
      items.push(statsView(target, stats, names));
      // Each may read a part of the log: others get a turn in between.
      await nextTurn();
    }
    return c.json({ items, next: page.next }, 200);
  });
}

type RangeQuery = Parameters<typeof rangeOf>[1] & Parameters<typeof probesOf>[1];

async function bucketsOf(
  { engine, store }: RouteContext,
  target: Target,
  { spanMs, ...asked }: RangeQuery & { spanMs: number },
) {
  const range = rangeOf(engine, asked);
  if ((range.toMs - range.fromMs) / spanMs > LIMITS.latencyBucketsMax) {
    const max = LIMITS.latencyBucketsMax;
    const message = `expected at most ${max} buckets; ask for a shorter range or longer buckets`;
    throw invalidAt("from", message);
  }
  const { names, probeId } = await probesOf(store, asked);
  const query = { targetId: target.id, ...range, probeId, spanMs };
  const buckets = await store.history.latency(query);
  return { items: buckets.map((row) => latencyView(row, names)), next: null };
}

function statsView(target: Target, stats: TargetStats, names: ProbeNames): ApiTargetStats {
  const { fromMs, toMs, total, vantages } = stats;
  return {
    targetId: target.id,
    target: target.spec.name,
    from: isoTime(fromMs),
    to: isoTime(toMs),
    total,
    vantages: vantages.map((vantage) => {
      return { probe: names.get(vantage.probeId) ?? null, ...vantage };
    }),
  };
}
