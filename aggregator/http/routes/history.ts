/** /api/v1/targets/{id}/results and latency: what the vantages saw. */
import { createRoute, z } from "@hono/zod-openapi";
import { latencyPageSchema, resultPageSchema } from "../../../shared/api/result.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Store } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import { idParam, json, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { latencyView, resultView } from "../views.ts";
import type { ProbeNames } from "../views.ts";

/** The last moment a Date can hold. */
const LAST_MS = 8.64e15;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment in a query, as milliseconds of log time. */
export const moment = (description: string) =>
  z
    .string()
    .max(40)
    .transform((text) => {
      if (/^\d{1,16}$/.test(text)) return Number(text);
      return RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
    })
    .pipe(
      z
        .number({ error: "expected RFC 3339 or milliseconds since 1970" })
        .min(0)
        .max(LAST_MS - 1),
    )
    .optional()
    .openapi({ type: "string", description, example: "2026-11-21T12:00:00Z" });

const rangeQuery = {
  from: moment("Begin, RFC 3339 or milliseconds since 1970. Default a day before `to`."),
  to: moment("End, not included. Default now."),
  probe: z.string().min(1).max(200).optional().openapi({ description: "Id or name of a probe." }),
};

const SPANS_MS = [300_000, 3_600_000, 86_400_000];

const listResults = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/results",
  tags: ["targets"],
  summary: "List what the vantages saw, newest first",
  description: "Raw results as long as the log is kept, of all vantages or of one.",
  request: {
    params: idParam("target"),
    query: z.strictObject({ ...rangeQuery, ...pageQuery }),
  },
  responses: { 200: json(resultPageSchema, "One page."), ...problems },
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
      spanMs: z
        .enum(["300000", "3600000", "86400000"])
        .optional()
        .openapi({ description: "Length of a bucket: 5 minutes (default), 1 hour or 1 day." }),
    }),
  },
  responses: { 200: json(latencyPageSchema, "Every bucket of the range."), ...problems },
});

const DAY_MS = 86_400_000;

/** Adds the routes. */
export function addHistory(app: App, context: RouteContext): void {
  const { registry, store } = context;

  app.openapi(listResults, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const { from, to, probe, ...rest } = c.req.valid("query");
    const range = rangeOf(context, from, to);
    const { names, probeId } = await probesOf(store, probe);
    const query = { targetId: target.id, ...range, probeId, ...pageOfQuery(rest) };
    const page = await store.history.results(query);
    return c.json(
      apiPage(page, (row) => resultView(row, names)),
      200,
    );
  });

  app.openapi(listLatency, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const { from, to, probe, spanMs: spanText } = c.req.valid("query");
    const spanMs = Number(spanText ?? SPANS_MS[0]);
    const range = rangeOf(context, from, to);
    if ((range.toMs - range.fromMs) / spanMs > LIMITS.latencyBucketsMax) {
      const max = LIMITS.latencyBucketsMax;
      const message = `expected at most ${max} buckets; ask for a shorter range or a longer spanMs`;
      throw invalidAt("from", message);
    }
    const { names, probeId } = await probesOf(store, probe);
    const buckets = await store.history.latency({
      targetId: target.id,
      ...range,
      probeId,
      spanMs,
    });
    return c.json({ items: buckets.map((row) => latencyView(row, names)), next: null }, 200);
  });
}

function rangeOf(
  { engine }: RouteContext,
  from: number | undefined,
  to: number | undefined,
): { fromMs: number; toMs: number } {
  const toMs = to ?? engine.nowMs() + 1;
  const fromMs = from ?? Math.max(0, toMs - DAY_MS);
  if (fromMs < toMs) return { fromMs, toMs };
  throw invalidAt("from", "expected a moment before `to`");
}

/** Names of all probes, and the id of the one asked for; a removed one may be asked for by id. */
async function probesOf(
  store: Store,
  probe: string | undefined,
): Promise<{ names: ProbeNames; probeId: string | undefined }> {
  const probes = await store.probes.all();
  const names = new Map(probes.map(({ id, spec }) => [id, spec.name]));
  const named = probes.find(({ id, spec }) => id === probe || spec.name === probe);
  return { names, probeId: named?.id ?? probe };
}
