/** /api/v1/incidents: what went wrong, and who looks after it. */
import { createRoute, z } from "@hono/zod-openapi";
import { acknowledgeSchema, noteSchema } from "../../../shared/api/incident.ts";
import { incidentPageSchema, incidentSchema } from "../../../shared/api/incident.ts";
import { timelineSchema } from "../../../shared/api/timeline.ts";
import { QuorateError } from "../../../shared/errors.ts";
import type { Incident } from "../../../shared/event.ts";
import { notFound } from "../../registry/writes.ts";
import type { App, RouteContext } from "../context.ts";
import {
  alsoFails,
  fieldsQuery,
  flag,
  idempotencyHeaders,
  idParam,
  json,
  jsonBody,
  needs,
} from "../describe.ts";
import { optionalBody, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, filteredPage } from "../lists.ts";
import { labelsKeep, labelsQuery } from "../narrowing.ts";
import { timelineOf } from "../timeline.ts";
import { incidentView } from "../views.ts";

const tags = ["incidents"];
const params = idParam("incident");

const listIncidents = createRoute({
  ...needs("read"),
  ...alsoFails("not_found"),
  method: "get",
  path: "/api/v1/incidents",
  tags,
  summary: "List incidents",
  description:
    "One page of incidents, narrowed by state, severity, target, the labels that the target has " +
    "now, and by whether somebody looks after them.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      state: z
        .enum(["open", "resolved", "withdrawn"])
        .optional()
        .openapi({ description: "Only those in this state." }),
      severity: z
        .enum(["critical", "major", "minor"])
        .optional()
        .openapi({ description: "Only those as bad as this." }),
      acknowledged: flag("`false`: only those that nobody looks after.").optional(),
      sort: z
        .enum(["openedAt", "-openedAt"])
        .optional()
        .openapi({ description: "Order: `-openedAt` (default) newest first, or oldest first." }),
      ...labelsQuery,
      target: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: "Id or name of a target; a deleted one by id." }),
    }),
  },
  responses: { 200: json(incidentPageSchema, "One page."), ...problems },
});

const getIncident = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/incidents/{id}",
  tags,
  summary: "Get an incident",
  description: "One incident with its notes and who looks after it.",
  request: { params, query: z.strictObject(fieldsQuery) },
  responses: { 200: json(incidentSchema, "The incident."), ...problems },
});

const getTimeline = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/incidents/{id}/timeline",
  tags,
  summary: "Get all that happened in an incident: votes, changes, who was told or not, people",
  description:
    "Every change of the verdict with the votes of that moment, every alert raised or withheld " +
    "with its reason, every notification with what became of it, acknowledgement and notes.",
  request: { params, query: z.strictObject(fieldsQuery) },
  responses: { 200: json(timelineSchema, "The timeline, oldest first."), ...problems },
});

const acknowledgeIncident = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/incidents/{id}/ack",
  tags,
  operationId: "incidents.acknowledge",
  summary: "Say that somebody looks after an incident; the first one stays",
  description:
    "Reminders and escalation end. A second acknowledgement changes nothing; one of an incident " +
    "that is over is refused.",
  request: {
    params,
    headers: idempotencyHeaders,
    body: optionalBody(acknowledgeSchema, "Who acknowledges."),
  },
  responses: { 200: json(incidentSchema, "The incident."), ...problems },
});

const addNote = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/incidents/{id}/notes",
  tags,
  operationId: "incidents.note",
  summary: "Write a note on an incident",
  description:
    "Notes stand beside the incident in the order of their making, and are never changed.",
  request: { params, headers: idempotencyHeaders, body: jsonBody(noteSchema, "The note.") },
  responses: { 201: json(incidentSchema, "The incident with its notes."), ...problems },
});

/** Adds the routes. */
export function addIncidents(app: App, { registry, store, clock }: RouteContext): void {
  const found = (incident: Incident | null, id: string): Incident => {
    if (incident === null) throw notFound("incident", id);
    return incident;
  };

  app.openapi(listIncidents, async (c) => {
    const { state, target, severity, acknowledged, sort, ...asked } = c.req.valid("query");
    const isId = target !== undefined && target.startsWith("tgt_");
    const known = target === undefined ? null : await store.targets.get(target);
    if (target !== undefined && known === null && !isId) await registry.targets.get(target);
    const targetId = known?.id ?? target;
    const order = { state, targetId, oldestFirst: sort === "openedAt" };
    const keep = labelsKeep(asked);
    const labelsOf = async (id: string) => (await store.targets.get(id))?.spec.labels ?? {};
    const page = await filteredPage(
      (query) => store.incidents.list({ ...order, ...query }),
      pageOfQuery(asked),
      (one) => {
        if (severity !== undefined && one.severity !== severity) return false;
        const isTaken = one.acknowledgedAtMs !== null;
        if (acknowledged !== undefined && acknowledged !== isTaken) return false;
        return keep === null || labelsOf(one.targetId).then(keep);
      },
    );
    return c.json(apiPage(page, incidentView), 200);
  });

  app.openapi(getIncident, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(incidentView(found(await store.incidents.get(id), id)), 200);
  });

  app.openapi(getTimeline, async (c) => {
    const { id } = c.req.valid("param");
    const incident = found(await store.incidents.get(id), id);
    return c.json(await timelineOf(store, incident), 200);
  });

  app.openapi(acknowledgeIncident, async (c) => {
    const { id } = c.req.valid("param");
    const { state } = found(await store.incidents.get(id), id);
    if (state !== "open") {
      const sentence = `Incident ${id} is ${state} already; only an open one can be acknowledged.`;
      throw new QuorateError("conflict", sentence);
    }
    const by = c.req.valid("json").by ?? c.get("token").name;
    const incident = await store.incidents.acknowledge(id, clock.wallMs(), by);
    return c.json(incidentView(found(incident, id)), 200);
  });

  app.openapi(addNote, async (c) => {
    const { id } = c.req.valid("param");
    const { text, author = c.get("token").name } = c.req.valid("json");
    const incident = await store.incidents.note(id, { atMs: clock.wallMs(), author, text });
    return c.json(incidentView(found(incident, id)), 201);
  });
}
