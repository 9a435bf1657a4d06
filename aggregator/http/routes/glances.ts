/** /api/v1/glances: what a row of a dashboard shows of each target, for many at once. */
import { createRoute, z } from "@hono/zod-openapi";
import { glancePageSchema } from "../../../shared/api/glance.ts";
import type { ApiGlance } from "../../../shared/api/glance.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { HistoryResult } from "../../../shared/result.ts";
import type { Target } from "../../../shared/target.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import type { TransitionRow } from "../../ports.ts";
import type { App, RouteContext } from "../context.ts";
import { integer, json, needs, problems } from "../describe.ts";
import { uptimeOf } from "../uptimes.ts";

const DAY_MS = 86_400_000;
/** How far back a look may lie, whatever the interval. */
const LOOKS_MS_MAX = 3_600_000;

const listGlances = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/glances",
  tags: ["verdicts"],
  summary: "Get targets at a glance: votes, newest looks and uptime of each",
  description: "What a row of a dashboard shows, of as many targets as a screen has, at once.",
  request: {
    query: z.strictObject({
      target: z
        .preprocess(
          (value) => (typeof value === "string" ? [value] : value),
          z.array(z.string().min(1).max(200)).min(1).max(LIMITS.glancesMax),
        )
        .openapi({ description: "Id or name of a target; may be repeated." }),
      looks: integer({
        min: 0,
        max: LIMITS.glanceLooksMax,
        description: "Newest looks of each. Default 60.",
      }).optional(),
    }),
  },
  responses: { 200: json(glancePageSchema, "In the order asked for."), ...problems },
});

/** Adds the route. */
export function addGlances(app: App, context: RouteContext): void {
  app.openapi(listGlances, async (c) => {
    const { target: asked, looks = 60 } = c.req.valid("query");
    const targets: Target[] = [];
    for (const idOrName of asked) {
      const target = await context.store.targets.get(idOrName);
      if (target !== null) targets.push(target);
    }
    const results = await newestOf(context, targets, looks);
    const items: ApiGlance[] = [];
    for (const target of targets) {
      items.push(await glanceOf(context, target, results.get(target.id) ?? []));
    }
    return c.json({ items, next: null }, 200);
  });
}

/** The newest results of all, in one pass. */
async function newestOf(
  { engine, store }: RouteContext,
  targets: readonly Target[],
  limit: number,
): Promise<Map<string, HistoryResult[]>> {
  if (limit === 0 || targets.length === 0) return new Map();
  const intervalMs = Math.max(...targets.map(({ spec }) => spec.intervalMs));
  const fromMs = Math.max(0, engine.nowMs() - Math.min(LOOKS_MS_MAX, limit * intervalMs));
  return store.history.newest({ targetIds: targets.map(({ id }) => id), fromMs, limit });
}

async function glanceOf(
  context: RouteContext,
  target: Target,
  results: readonly HistoryResult[],
): Promise<ApiGlance> {
  const { engine, kinds } = context;
  const { kind, options, enabled } = target.spec;
  const explanation = engine.explain(target.id);
  const toMs = engine.nowMs();
  const day = { fromMs: Math.max(0, toMs - DAY_MS), toMs };
  const vantages = (explanation?.vantages ?? []).map((vantage) => {
    const { probeId, probeName: probe, region, vote, probeState, reason } = vantage;
    return { probeId, probe, region, vote, probeState, reason };
  });
  return {
    targetId: target.id,
    kind,
    address: addressOf(kinds.redact(kind, options)),
    enabled,
    maintenance: explanation?.maintenance ?? null,
    vantages,
    looks: await looksOf(context, target, results),
    availability: (await uptimeOf(context, target, day)).availability,
  };
}

/** The part of the options that says where a target is. */
function addressOf(options: Record<string, unknown>): string {
  const { url, host, port, name } = options;
  if (typeof url === "string") return url;
  if (typeof host === "string") return typeof port === "number" ? `${host}:${port}` : host;
  return typeof name === "string" ? name : "";
}

/** Looks oldest first, each with the verdict of its time. */
async function looksOf(
  { engine, store }: RouteContext,
  target: Target,
  results: readonly HistoryResult[],
): Promise<ApiGlance["looks"]> {
  const looks = results.filter(({ late }) => !late).reverse();
  const first = looks[0];
  if (first === undefined) return [];
  const present = engine.verdict(target.id);
  const state = present?.state ?? "unknown";
  if (present !== null && present.sinceMs <= first.atMs) {
    return looks.map((look) => lookOf(look, state));
  }
  const query = { limit: looks.length, cursor: undefined };
  const changes = (await store.events.transitions(target.id, query)).rows;
  return looks.map((look) => lookOf(look, stateAt(changes, look.atMs, state)));
}

function lookOf(look: HistoryResult, state: VerdictState): ApiGlance["looks"][number] {
  return { at: isoTime(look.atMs), state, class: look.class, latencyUs: look.latencyUs };
}

/** The state at a moment, from transitions newest first. */
function stateAt(
  changes: readonly TransitionRow[],
  atMs: number,
  present: VerdictState,
): VerdictState {
  const entered = changes.find((change) => change.atMs <= atMs);
  return entered?.to ?? changes.at(-1)?.from ?? present;
}
