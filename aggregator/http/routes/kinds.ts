/** /api/v1/kinds: what can be checked, and with which options. */
import { createRoute } from "@hono/zod-openapi";
import { kindPageSchema } from "../../../shared/api/kind.ts";
import type { App, RouteContext } from "../context.ts";
import { json, needs, problems } from "../describe.ts";

const listKinds = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/kinds",
  tags: ["system"],
  summary: "List the kinds of check with their options, from the schemas that validate",
  description:
    "What a form or a command line needs to offer every option of every kind, with " +
    "descriptions, examples and the JSON Schema.",
  responses: { 200: json(kindPageSchema, "All kinds; there is no second page."), ...problems },
});

/** Adds the route. */
export function addKinds(app: App, context: RouteContext): void {
  app.openapi(listKinds, (c) => c.json({ items: context.kinds.describe(), next: null }, 200));
}
