/** /api/v1/maintenance: times in which targets may be bad without an alert. */
import { createRoute, z } from "@hono/zod-openapi";
import { maintenancePageSchema, maintenanceSchema } from "../../../shared/api/maintenance.ts";
import type { ApiMaintenance } from "../../../shared/api/maintenance.ts";
import { isoTime } from "../../../shared/clock.ts";
import { maintenanceSpecSchema } from "../../../shared/maintenance.ts";
import type { Maintenance } from "../../../shared/maintenance.ts";
import { windowsOf } from "../../registry/maintenance-windows.ts";
import { etagOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import { idempotencyHeaders, idParam, json, jsonBody, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, pageInMemory } from "../lists.ts";

const tags = ["maintenance"];
const params = idParam("maintenance");
const PATH = "/api/v1/maintenance";

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
    body: jsonBody(maintenanceSpecSchema, "What is covered, and when."),
  },
  responses: { 201: json(maintenanceSchema, "Planned."), ...problems },
});

const listMaintenance = createRoute({
  ...needs("read"),
  method: "get",
  path: PATH,
  tags,
  summary: "List maintenance by name",
  description: "One page, each with the window that runs and the next one.",
  request: { query: z.strictObject(pageQuery) },
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

const endMaintenance = createRoute({
  ...needs("write"),
  method: "post",
  path: `${PATH}/{id}/end`,
  tags,
  summary: "End a maintenance now; no window of it comes again",
  description:
    "Afterwards only failures measured since then are alerted. Ending it again changes nothing.",
  request: { params, headers: idempotencyHeaders },
  responses: { 200: json(maintenanceSchema, "It is over."), ...problems },
});

const deleteMaintenance = createRoute({
  ...needs("write"),
  method: "delete",
  path: `${PATH}/{id}`,
  tags,
  summary: "End a maintenance and forget it",
  description: "As `end`, and it leaves the list.",
  request: { params },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** Adds the routes. */
export function addMaintenance(app: App, context: RouteContext): void {
  const { maintenance } = context.registry;
  const view = (one: Maintenance) => maintenanceView(one, context.engine.nowMs());

  app.openapi(createMaintenance, async (c) => {
    const made = await maintenance.create(c.req.valid("json"));
    return c.json(view(made), 201, { ETag: etagOf(made), Location: `${PATH}/${made.id}` });
  });

  app.openapi(listMaintenance, async (c) => {
    const query = pageOfQuery(c.req.valid("query"));
    const page = pageInMemory(await maintenance.list(), query, ({ spec }) => spec.name);
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(getMaintenance, async (c) => {
    const found = await maintenance.get(c.req.valid("param").id);
    return c.json(view(found), 200, { ETag: etagOf(found) });
  });

  app.openapi(endMaintenance, async (c) => {
    const ended = await maintenance.end(c.req.valid("param").id);
    return c.json(view(ended), 200, { ETag: etagOf(ended) });
  });

  app.openapi(deleteMaintenance, async (c) => {
    await maintenance.delete(c.req.valid("param").id);
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
