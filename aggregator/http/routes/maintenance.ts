/** /api/v1/maintenance: times in which targets may be bad without an alert. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  maintenancePageSchema,
  maintenancePreviewSchema,
} from "../../../shared/api/maintenance.ts";
import { maintenanceSchema } from "../../../shared/api/maintenance.ts";
import type { ApiMaintenance } from "../../../shared/api/maintenance.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { maintenanceSpecSchema } from "../../../shared/maintenance.ts";
import type { Maintenance } from "../../../shared/maintenance.ts";
import { windowsOf } from "../../registry/maintenance-windows.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import { dryRunQuery, idempotencyHeaders, idParam, integer, json, jsonBody } from "../describe.ts";
import { matchHeaders, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { sortedPage, sortQuery } from "../sorting.ts";
import type { SortFields } from "../sorting.ts";

const tags = ["maintenance"];
const params = idParam("maintenance");
const PATH = "/api/v1/maintenance";

/** What a list of maintenance can be sorted by. */
const MAINTENANCE_FIELDS: SortFields<Maintenance> = {
  name: ({ spec }) => spec.name,
  createdAt: ({ createdAtMs }) => createdAtMs,
  updatedAt: ({ updatedAtMs }) => updatedAtMs,
};

const tieOf = ({ id }: Maintenance): string => id;

const createMaintenance = createRoute({
  ...needs("write"),
  method: "post",
  path: PATH,
  tags,
  summary: "Plan a maintenance, once or by cron",
  description:
    "Targets it covers may be bad without an alert. Either `fromAt` and `toAt`, or `cron` and " +
    "`durationMs` with a time zone.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(maintenanceSpecSchema, "What is covered, and when."),
  },
  responses: {
    200: json(maintenanceSchema, "With `dryRun`: as it would be."),
    201: json(maintenanceSchema, "Planned."),
    ...problems,
  },
});

const listMaintenance = createRoute({
  ...needs("read"),
  method: "get",
  path: PATH,
  tags,
  summary: "List maintenance",
  description: "One page, each with the window that runs and the next one.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      sort: sortQuery({ fields: MAINTENANCE_FIELDS, usual: "name" }),
    }),
  },
  responses: { 200: json(maintenancePageSchema, "One page."), ...problems },
});

const getMaintenance = createRoute({
  ...needs("read"),
  method: "get",
  path: `${PATH}/{id}`,
  tags,
  summary: "Get a maintenance",
  description: "One maintenance, with the window that runs and the next one.",
  request: { params },
  responses: { 200: json(maintenanceSchema, "The maintenance."), ...problems },
});

const previewMaintenance = createRoute({
  ...needs("write"),
  operationId: "maintenance.preview",
  method: "post",
  path: `${PATH}/preview`,
  tags,
  summary: "When would this maintenance be, and whom would it cover? Nothing is planned",
  description:
    "The next windows of a schedule as it would be made, in UTC, across changes of the clock in " +
    "its zone, and the targets it would cover as they are now.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject({
      windows: integer({
        min: 1,
        max: LIMITS.previewWindowsMax,
        description: "Windows at most. Default 10.",
      }).optional(),
    }),
    body: jsonBody(maintenanceSpecSchema, "What is covered, and when."),
  },
  responses: { 200: json(maintenancePreviewSchema, "The preview."), ...problems },
});

const endMaintenance = createRoute({
  ...needs("write"),
  method: "post",
  path: `${PATH}/{id}/end`,
  tags,
  summary: "End a maintenance now; no window of it comes again",
  description:
    "Afterwards only failures measured since then are alerted. Ending it again changes nothing.",
  request: { params, headers: z.object({ ...idempotencyHeaders.shape, ...matchHeaders.shape }) },
  responses: { 200: json(maintenanceSchema, "It is over."), ...problems },
});

const deleteMaintenance = createRoute({
  ...needs("write"),
  method: "delete",
  path: `${PATH}/{id}`,
  tags,
  summary: "End a maintenance and forget it",
  description: "As `end`, and it leaves the list.",
  request: { params, headers: matchHeaders },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** Adds the routes. */
export function addMaintenance(app: App, context: RouteContext): void {
  const { maintenance } = context.registry;
  const view = (one: Maintenance) => maintenanceView(one, context.engine.nowMs());

  app.openapi(createMaintenance, async (c) => {
    const guard = c.req.valid("query");
    const made = await maintenance.create(c.req.valid("json"), guard);
    if (guard.dryRun === true) return c.json(view(made), 200);
    return c.json(view(made), 201, { ETag: etagOf(made), Location: `${PATH}/${made.id}` });
  });

  app.openapi(listMaintenance, async (c) => {
    const { sort, ...asked } = c.req.valid("query");
    const shape = { fields: MAINTENANCE_FIELDS, usual: "name", tieOf };
    const page = sortedPage(await maintenance.list(), { ...pageOfQuery(asked), sort }, shape);
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(previewMaintenance, async (c) => {
    const { windows = 10 } = c.req.valid("query");
    const { covered, missing, ...found } = await maintenance.preview(c.req.valid("json"), windows);
    const times = found.windows.map(({ fromMs, toMs }) => {
      return { from: isoTime(fromMs), to: isoTime(toMs) };
    });
    const shown = covered.slice(0, LIMITS.pageRowsMax);
    return c.json({ windows: times, covered: shown, coveredCount: covered.length, missing }, 200);
  });

  app.openapi(getMaintenance, async (c) => {
    const found = await maintenance.get(c.req.valid("param").id);
    return c.json(view(found), 200, { ETag: etagOf(found) });
  });

  app.openapi(endMaintenance, async (c) => {
    const ended = await maintenance.end(c.req.valid("param").id, guardOf(c.req.valid("header")));
    return c.json(view(ended), 200, { ETag: etagOf(ended) });
  });

  app.openapi(deleteMaintenance, async (c) => {
    await maintenance.delete(c.req.valid("param").id, guardOf(c.req.valid("header")));
    return c.body(null, 204);
  });
}

function maintenanceView(maintenance: Maintenance, nowMs: number): ApiMaintenance {
  const { id, spec, revision, createdAtMs, updatedAtMs, endedAtMs } = maintenance;
  const windows = windowsOf(maintenance, nowMs).map(({ fromMs, toMs }) => ({
    from: isoTime(fromMs),
    to: isoTime(toMs),
    active: fromMs <= nowMs,
  }));
  return {
    id,
    ...spec,
    revision,
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
    endedAt: endedAtMs === null ? null : isoTime(endedAtMs),
    windows,
  };
}
