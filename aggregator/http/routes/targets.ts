/** /api/v1/targets: what is checked. */
import { createRoute, z } from "@hono/zod-openapi";
import { targetPageSchema, targetSchema } from "../../../shared/api/target.ts";
import { nameSchema, targetSpecSchema } from "../../../shared/target.ts";
import type { Target } from "../../../shared/target.ts";
import type { JudgedTarget } from "../../ports.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import {
  conditionHeaders,
  dryRunQuery,
  fieldsQuery,
  idempotencyHeaders,
  idParam,
} from "../describe.ts";
import {
  json,
  jsonBody,
  needs,
  pageOfQuery,
  pageQuery,
  patchSchema,
  problems,
} from "../describe.ts";
import { allOf, labelsKeep, labelsQuery, ofTarget, statesQuery } from "../narrowing.ts";
import { sortQuery } from "../sorting.ts";
import { pageOfTargets, TARGET_FIELDS, targetsIn } from "../target-lists.ts";
import { targetView } from "../views.ts";

const tags = ["targets"];
const params = idParam("target");

const putSchema = z
  .strictObject({ ...targetSpecSchema.shape, name: nameSchema.optional() })
  .openapi("TargetPut", {
    description: "A target; the name may be left out.",
    example: { kind: "http", options: { url: "http://10.0.0.7:8080/health" } },
  });

const createTarget = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/targets",
  tags,
  summary: "Create a target",
  description:
    "The aggregator validates the options by the schema of the kind, picks the vantages and " +
    "sends them the target. What is likely to be wrong with it stands in `warnings` of the " +
    "answer.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(targetSpecSchema, "The target."),
  },
  responses: {
    200: json(targetSchema, "With `dryRun`: as it would be."),
    201: json(targetSchema, "Created."),
    ...problems,
  },
});

const listTargets = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets",
  tags,
  summary: "List targets",
  description:
    "One page of targets with their verdicts in short, by name unless `sort` says otherwise; " +
    "labels, kind and state narrow it.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      ...labelsQuery,
      state: statesQuery,
      sort: sortQuery({ fields: TARGET_FIELDS, usual: "name" }),
      kind: z.string().max(40).optional().openapi({ description: "Kind of check." }),
    }),
  },
  responses: { 200: json(targetPageSchema, "One page."), ...problems },
});

const getTarget = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/targets/{id}",
  tags,
  summary: "Get a target",
  description:
    "A target with its verdict in short and its warnings. Secrets among its options read `***`.",
  request: { params, query: z.strictObject(fieldsQuery) },
  responses: { 200: json(targetSchema, "The target."), ...problems },
});

const putTarget = createRoute({
  ...needs("write"),
  method: "put",
  path: "/api/v1/targets/{id}",
  tags,
  summary: "Create the target of this name, or replace it",
  description:
    "The whole target: what is left out gets its default. A body that changes nothing leaves " +
    "the revision as it is, and so is safe to repeat. A secret sent back as `***` stays.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(putSchema, "The target."),
  },
  responses: {
    200: json(targetSchema, "Replaced, or unchanged and then at the same revision."),
    201: json(targetSchema, "Created."),
    ...problems,
  },
});

const patchTarget = createRoute({
  ...needs("write"),
  method: "patch",
  path: "/api/v1/targets/{id}",
  tags,
  summary: "Change a target by JSON merge patch",
  description:
    "Only the fields that are given change; null takes a field back to its default. With `If- " +
    "Match`, only if nobody was faster.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(patchSchema, "The patch.", { intervalMs: 10_000, zone: null }),
  },
  responses: { 200: json(targetSchema, "The target as it is now."), ...problems },
});

const deleteTarget = createRoute({
  ...needs("write"),
  method: "delete",
  path: "/api/v1/targets/{id}",
  tags,
  summary: "Delete a target; an open incident of it is withdrawn",
  description: "The probes stop looking at it at once. Events and notifications of it stay.",
  request: { params, headers: conditionHeaders, query: z.strictObject(dryRunQuery) },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** Adds the routes that read targets. */
export function addTargetReads(app: App, context: RouteContext): void {
  const { registry } = context;

  app.openapi(listTargets, async (c) => {
    const { kind, state, sort, ...asked } = c.req.valid("query");
    const keep = allOf<JudgedTarget>([
      kind === undefined ? null : ({ target }) => target.spec.kind === kind,
      state === undefined ? null : ({ verdict }) => state.has(verdict.state),
      ofTarget(labelsKeep(asked)),
    ]);
    const query = { ...pageOfQuery(asked), sort };
    const page = await pageOfTargets(context, query, {
      fields: TARGET_FIELDS,
      usual: "name",
      keep,
    });
    const rows = targetsIn(page.rows);
    const warnings = await registry.targets.warnings(rows);
    const items = rows.map((row, at) => targetView(context, row, warnings[at] ?? []));
    return c.json({ items, next: page.next }, 200);
  });

  app.openapi(getTarget, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").id);
    const [warnings = []] = await registry.targets.warnings([target]);
    return c.json(targetView(context, target, warnings), 200, { ETag: etagOf(target) });
  });
}

/** Adds the routes that write targets. */
export function addTargetWrites(app: App, context: RouteContext): void {
  const { targets } = context.registry;
  const shown = async (target: Target) => {
    const [warnings = []] = await targets.warnings([target]);
    return targetView(context, target, warnings);
  };
  const headersOf = (target: Target) => ({
    ETag: etagOf(target),
    Location: `/api/v1/targets/${target.id}`,
  });

  app.openapi(createTarget, async (c) => {
    const guard = c.req.valid("query");
    const target = await targets.create(c.req.valid("json"), guard);
    if (guard.dryRun === true) return c.json(await shown(target), 200);
    return c.json(await shown(target), 201, headersOf(target));
  });

  app.openapi(putTarget, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const { item: target, created } = await targets.put(id, c.req.valid("json"), guard);
    if (created && guard.dryRun !== true)
      return c.json(await shown(target), 201, headersOf(target));
    return c.json(await shown(target), 200, { ETag: etagOf(target) });
  });

  app.openapi(patchTarget, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const target = await targets.patch(id, c.req.valid("json"), guard);
    return c.json(await shown(target), 200, { ETag: etagOf(target) });
  });

  app.openapi(deleteTarget, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    await targets.delete(c.req.valid("param").id, guard);
    return c.body(null, 204);
  });
}
