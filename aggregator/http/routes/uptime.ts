/** /api/v1/targets/{id}/uptime and calls: how well it was up, and how callers fared. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  callsAnswerSchema,
  callsBodySchema,
  uptimePageSchema,
} from "../../../shared/api/uptime.ts";
import type { ApiUptime } from "../../../shared/api/uptime.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Target } from "../../../shared/target.ts";
import type { UptimeTotal } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import { idempotencyHeaders, idParam, json, jsonBody, needs, problems } from "../describe.ts";
import { moment } from "../ranges.ts";

const tags = ["targets"];
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** How far the clock of a reporter of business calls may be ahead. */
const CLOCK_AHEAD_MS = 300_000;

const getUptime = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/uptime",
  tags,
  summary: "How long a target was in which state",
  description:
    "Availability is the time up divided by the time up and down. Time in unknown and under " +
    "maintenance is on neither side, and stands beside it.",
  request: {
    params: idParam("target"),
    query: z.strictObject({
      from: moment("Begin, RFC 3339 or milliseconds since 1970. Default 30 days before `to`."),
      to: moment("End, not included. Default now."),
      by: z
        .enum(["day", "month"])
        .optional()
        .openapi({ description: "One row for each UTC day or month. Default one for all." }),
    }),
  },
  responses: { 200: json(uptimePageSchema, "The spans, oldest first."), ...problems },
});

const reportCalls = createRoute({
  ...needs("calls"),
  method: "post",
  path: "/api/v1/targets/{id}/calls",
  tags,
  summary: "Report how business calls to a target went",
  description:
    "Five that succeeded within the last minute keep a target from `down`; failed ones make it " +
    "`degraded` at most. A window that was reported before is left out.",
  request: {
    params: idParam("target"),
    headers: idempotencyHeaders,
    body: jsonBody(callsBodySchema, "One report, or `reports` with several, oldest first."),
  },
  responses: { 202: json(callsAnswerSchema, "Taken."), ...problems },
});

/** Adds the routes. */
export function addUptime(app: App, context: RouteContext): void {
  const { registry, engine } = context;

  app.openapi(getUptime, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const { from, to, by } = c.req.valid("query");
    const toMs = Math.min(to ?? engine.nowMs(), engine.nowMs());
    const fromMs = from ?? Math.max(0, toMs - DEFAULT_DAYS * DAY_MS);
    if (fromMs >= toMs) throw invalidAt("from", "expected a moment before `to`, and before now");
    const items: ApiUptime[] = [];
    for (const span of spansOf(fromMs, toMs, by)) {
      items.push(await uptimeOf(context, target, span));
    }
    return c.json({ items, next: null }, 200);
  });

  app.openapi(reportCalls, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const body = c.req.valid("json");
    const reports = "reports" in body ? body.reports : [body];
    const reporter = c.get("token").id;
    for (const [index, { toAt }] of reports.entries()) {
      const path = "reports" in body ? `reports.${index}.toAt` : "toAt";
      checkClock(path, toAt, engine.nowMs());
    }
    await Promise.all(
      reports.map(({ fromAt, toAt, successes, failures }) => {
        const window = { fromMs: Date.parse(fromAt), toMs: Date.parse(toAt) };
        const said = { targetId: target.id, reporter, ...window, successes, failures };
        return engine.submit({ type: "calls", ...said });
      }),
    );
    return c.json({ accepted: reports.length }, 202);
  });
}

/** A reporter whose clock is far off would count for nothing, and never learn it. */
function checkClock(path: string, toAt: string, nowMs: number): void {
  const aheadMs = Date.parse(toAt) - nowMs;
  if (aheadMs <= CLOCK_AHEAD_MS && aheadMs >= -DAY_MS) return;
  const message = "expected a moment of the last day, at most 5 minutes ahead; set your clock";
  throw invalidAt(path, message, toAt);
}

interface Range {
  fromMs: number;
  toMs: number;
}

/** The days or months of a range; the first and the last are cut to it. */
function spansOf(fromMs: number, toMs: number, by: "day" | "month" | undefined): Range[] {
  if (by === undefined) return [{ fromMs, toMs }];
  const spans: Range[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs = nextStartMs(atMs, by)) {
    if (spans.length >= LIMITS.uptimeSpansMax) {
      const max = LIMITS.uptimeSpansMax;
      throw invalidAt("from", `expected at most ${max} rows; ask for a shorter range`);
    }
    spans.push({ fromMs: atMs, toMs: Math.min(toMs, nextStartMs(atMs, by)) });
  }
  return spans;
}

function nextStartMs(atMs: number, by: "day" | "month"): number {
  if (by === "day") return (Math.floor(atMs / DAY_MS) + 1) * DAY_MS;
  const [year = 1970, month = 1] = isoTime(atMs).split("-").map(Number);
  return Date.UTC(year, month, 1);
}

/** How long a target was in which state within a range. */
export async function uptimeOf(
  { store, engine }: RouteContext,
  target: Target,
  range: Range,
): Promise<ApiUptime> {
  const totals = await store.uptime.totals(target.id, range);
  const present = engine.presentSpan(target.id);
  if (present) {
    const fromMs = Math.max(range.fromMs, present.fromMs);
    if (fromMs < range.toMs) totals.push({ ...present, ms: range.toMs - fromMs });
  }
  return { from: isoTime(range.fromMs), to: isoTime(range.toMs), ...sumOf(totals, range) };
}

const DOWN: readonly string[] = ["down", "sub_healthy"];

function sumOf(totals: readonly UptimeTotal[], range: Range): Omit<ApiUptime, "from" | "to"> {
  const sum = { upMs: 0, downMs: 0, unknownMs: 0, maintenanceMs: 0 };
  const states: ApiUptime["states"] = {};
  for (const { state, maintenance, ms } of totals) {
    if (maintenance) {
      sum.maintenanceMs += ms;
      continue;
    }
    states[state] = (states[state] ?? 0) + ms;
    if (state === "unknown") sum.unknownMs += ms;
    else if (DOWN.includes(state)) sum.downMs += ms;
    else sum.upMs += ms;
  }
  const known = sum.upMs + sum.downMs;
  const recorded = known + sum.unknownMs + sum.maintenanceMs;
  return {
    availability: known === 0 ? null : sum.upMs / known,
    ...sum,
    unrecordedMs: Math.max(0, range.toMs - range.fromMs - recorded),
    states,
  };
}
