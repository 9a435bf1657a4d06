/** /api/v1/targets/{id}/uptime and calls: how well it was up, and how callers fared. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  callsAnswerSchema,
  callsBodySchema,
  uptimePageSchema,
} from "../../../shared/api/uptime.ts";
import { targetUptimePageSchema } from "../../../shared/api/uptime.ts";
import type { ApiTargetUptime, ApiUptime } from "../../../shared/api/uptime.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { nextTurn } from "../../../shared/turn.ts";
import type { JudgedTarget } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import { idempotencyHeaders, idParam, json, jsonBody, needs } from "../describe.ts";
import { fieldsQuery, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { labelsKeep, labelsQuery, ofTarget } from "../narrowing.ts";
import { moment } from "../ranges.ts";
import { sortedPage, sortQuery } from "../sorting.ts";
import type { SortFields } from "../sorting.ts";
import { allTargets, pageOfTargets } from "../target-lists.ts";
import { budgetOf, uptimeOf } from "../uptimes.ts";
import type { Range } from "../uptimes.ts";

const tags = ["targets"];
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** How far the clock of a reporter of business calls may be ahead. */
const CLOCK_AHEAD_MS = 300_000;

const rangeQuery = {
  from: moment("Begin, RFC 3339 or milliseconds since 1970. Default 30 days before `to`."),
  to: moment("End, not included. Default now."),
  slo: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,6})?$/, "expected a percentage below 100, such as 99.9")
    .transform(Number)
    .optional()
    .openapi({
      type: "number",
      description: "An objective for the availability, in percent: adds `budget` to each row.",
      example: 99.9,
    }),
  ...fieldsQuery,
};

const getUptime = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}/uptime",
  tags,
  summary: "How long a target was in which state",
  description:
    "Availability is the time up divided by the time up and down. Time in unknown and under " +
    "maintenance is on neither side, and stands beside it. With `slo` each row says what that " +
    "objective allowed, what was spent of it, and how fast.",
  request: {
    params: idParam("target"),
    query: z.strictObject({
      ...rangeQuery,
      by: z
        .enum(["day", "month"])
        .optional()
        .openapi({ description: "One row for each UTC day or month. Default one for all." }),
    }),
  },
  responses: { 200: json(uptimePageSchema, "The spans, oldest first."), ...problems },
});

/** What a list of uptime can be sorted by. */
const UPTIME_FIELDS: SortFields<ApiTargetUptime> = {
  target: ({ target }) => target,
  availability: ({ availability }) => availability,
  downMs: ({ downMs }) => downMs,
  unknownMs: ({ unknownMs }) => unknownMs,
};

const listUptime = createRoute({
  ...needs("read"),
  operationId: "uptime.list",
  method: "get",
  path: "/api/v1/uptime",
  tags,
  summary: "How long each target was in which state",
  description:
    "One row for each target, by name unless `sort` says otherwise: `availability` puts the " +
    "worst first. Labels narrow the list.",
  request: {
    query: z.strictObject({
      ...rangeQuery,
      ...pageQuery,
      ...labelsQuery,
      sort: sortQuery({ fields: UPTIME_FIELDS, usual: "target" }),
    }),
  },
  responses: { 200: json(targetUptimePageSchema, "One page."), ...problems },
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
    const { by, slo, ...asked } = c.req.valid("query");
    const { fromMs, toMs } = pastRange(engine.nowMs(), asked);
    const items: ApiUptime[] = [];
    for (const span of spansOf(fromMs, toMs, by)) {
      items.push(withBudget(await uptimeOf(context, target, span), slo));
    }
    return c.json({ items, next: null }, 200);
  });

  app.openapi(listUptime, async (c) => {
    const { slo, sort = "target", ...asked } = c.req.valid("query");
    const range = pastRange(engine.nowMs(), asked);
    const keep = ofTarget(labelsKeep(asked));
    const query = pageOfQuery(asked);
    const rowsOf = (targets: Iterable<JudgedTarget>) => uptimesOf(context, targets, { range, slo });
    if (sort === "target") {
      const fields = { name: ({ target }: JudgedTarget) => target.spec.name };
      const page = await pageOfTargets(context, query, { fields, usual: "name", keep });
      return c.json({ items: await rowsOf(page.rows), next: page.next }, 200);
    }
    const tieOf = ({ targetId }: ApiTargetUptime): string => targetId;
    const shape = { fields: UPTIME_FIELDS, usual: "target", tieOf };
    const page = sortedPage(await rowsOf(allTargets(engine, keep)), { ...query, sort }, shape);
    return c.json({ items: page.rows, next: page.next }, 200);
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

/** A range that ends by now. */
function pastRange(
  nowMs: number,
  { from, to }: { from?: number | undefined; to?: number | undefined },
): Range {
  const toMs = Math.min(to ?? nowMs, nowMs);
  const fromMs = from ?? Math.max(0, toMs - DEFAULT_DAYS * DAY_MS);
  if (fromMs < toMs) return { fromMs, toMs };
  throw invalidAt("from", "expected a moment before `to`, and before now");
}

function withBudget<Row extends ApiUptime>(row: Row, slo: number | undefined): Row {
  return slo === undefined ? row : { ...row, budget: budgetOf(row, slo) };
}

/** Targets whose uptime is read before others have their turn. */
const TARGETS_PER_TURN = 100;

async function uptimesOf(
  context: RouteContext,
  targets: Iterable<JudgedTarget>,
  { range, slo }: { range: Range; slo: number | undefined },
): Promise<ApiTargetUptime[]> {
  const rows: ApiTargetUptime[] = [];
  for (const { target } of targets) {
    const named = { targetId: target.id, target: target.spec.name };
    rows.push(withBudget({ ...named, ...(await uptimeOf(context, target, range)) }, slo));
    if (rows.length % TARGETS_PER_TURN === 0) {
      await nextTurn();
    }
  }
  return rows;
}

/** A reporter whose clock is far off would count for nothing, and never learn it. */
function checkClock(path: string, toAt: string, nowMs: number): void {
  const aheadMs = Date.parse(toAt) - nowMs;
  if (aheadMs <= CLOCK_AHEAD_MS && aheadMs >= -DAY_MS) return;
  const message = "expected a moment of the last day, at most 5 minutes ahead; set your clock";
  throw invalidAt(path, message, toAt);
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
