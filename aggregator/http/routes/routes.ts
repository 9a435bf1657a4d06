/** /api/v1/routes: who is told of what. */
import { createRoute, z } from "@hono/zod-openapi";
import { routeAnswerSchema, routesSchema, routeTestSchema } from "../../../shared/api/routes.ts";
import type { ApiRoutes } from "../../../shared/api/routes.ts";
import { isoTime } from "../../../shared/clock.ts";
import { routeNodeSchema } from "../../../shared/route.ts";
import type { Routes } from "../../../shared/route.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import {
  alsoFails,
  dryRunQuery,
  conditionHeaders,
  idempotencyHeaders,
  json,
  jsonBody,
  needs,
  problems,
} from "../describe.ts";

const tags = ["routes"];
const PATH = "/api/v1/routes";

const getRoutes = createRoute({
  ...needs("read"),
  ...alsoFails("not_found"),
  method: "get",
  path: PATH,
  tags,
  summary: "Get the tree of routes; 404 when there is none and every channel is told",
  description:
    "The whole tree with its revision, and warnings about channels that it names and that are " +
    "not there.",
  responses: { 200: json(routesSchema, "The tree."), ...problems },
});

const putRoutes = createRoute({
  ...needs("write"),
  method: "put",
  path: PATH,
  tags,
  summary: "Set the tree of routes",
  description:
    "The whole tree at once. Of siblings the first that matches is told, and those after it if " +
    "it says `goOn`.",
  request: {
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(routeNodeSchema, "The root of the tree."),
  },
  responses: { 200: json(routesSchema, "The tree as it is now."), ...problems },
});

const deleteRoutes = createRoute({
  ...needs("write"),
  method: "delete",
  path: PATH,
  tags,
  summary: "Remove the tree: every channel is told again",
  description: "What is on its way already still goes where it was meant to.",
  request: { headers: conditionHeaders },
  responses: { 204: { description: "Removed." }, ...problems },
});

const testRoutes = createRoute({
  ...needs("write"),
  ...alsoFails("not_found"),
  method: "post",
  path: `${PATH}/test`,
  tags,
  summary: "Where would this go? Nothing is sent",
  description:
    "Asks the tree in force, or one of yours, where a happening would go and by which route, who " +
    "would be told later, and what would withhold it: maintenance, a bad parent, flapping, a " +
    "blind mesh or a silence. Of another moment than now only what is planned is known.",
  request: { headers: idempotencyHeaders, body: jsonBody(routeTestSchema, "What happens.") },
  responses: { 200: json(routeAnswerSchema, "Where it would go."), ...problems },
});

/** Adds the routes. */
export function addRoutes(app: App, { registry }: RouteContext): void {
  const { routes } = registry;
  const view = async (tree: Routes): Promise<ApiRoutes> => {
    const { revision, updatedAtMs, updatedBy, root } = tree;
    const warnings = await routes.warnings(root);
    return { revision, updatedAt: isoTime(updatedAtMs), updatedBy, root, warnings };
  };

  app.openapi(getRoutes, async (c) => {
    const found = await routes.get();
    return c.json(await view(found), 200, { ETag: etagOf(found) });
  });

  app.openapi(putRoutes, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const tree = await routes.put(c.req.valid("json"), c.get("token").name, guard);
    return c.json(await view(tree), 200, { ETag: etagOf(tree) });
  });

  app.openapi(deleteRoutes, async (c) => {
    await routes.delete(c.get("token").name, guardOf(c.req.valid("header")));
    return c.body(null, 204);
  });

  app.openapi(testRoutes, async (c) => c.json(await routes.test(c.req.valid("json")), 200));
}
