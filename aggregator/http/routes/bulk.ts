/** /api/v1/targets/bulk: many targets at once. */
import { createRoute, z } from "@hono/zod-openapi";
import { bulkAnswerSchema, bulkBodySchema } from "../../../shared/api/bulk.ts";
import type { ApiBulkAnswer } from "../../../shared/api/bulk.ts";
import type { App, RouteContext } from "../context.ts";
import { dryRunQuery, idempotencyHeaders, json, jsonBody, needs, problems } from "../describe.ts";

/** Where many targets are written; its body may be larger than others. */
export const BULK_PATH = "/api/v1/targets/bulk";

const bulkTargets = createRoute({
  ...needs("write"),
  operationId: "targets.bulk",
  method: "post",
  path: BULK_PATH,
  tags: ["targets"],
  summary: "Create or replace many targets by name, with an outcome for each",
  description:
    "Up to 10,000 targets. Each is taken or refused for itself, as PUT by its name would; the " +
    "answer says which, and what is wrong with those that are refused. Targets that are not in " +
    "the body stay as they are. All may depend on each other, in any order.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(bulkBodySchema, "The targets."),
  },
  responses: { 200: json(bulkAnswerSchema, "What became of each."), ...problems },
});

/** Adds the route. */
export function addBulk(app: App, { registry }: RouteContext): void {
  app.openapi(bulkTargets, async (c) => {
    const { dryRun = false } = c.req.valid("query");
    const { targets } = c.req.valid("json");
    const items = await registry.targets.bulk(targets, { dryRun });
    const answer: ApiBulkAnswer = {
      dryRun,
      created: 0,
      updated: 0,
      unchanged: 0,
      refused: 0,
      items: items.map(({ issues, ...rest }) => ({ ...rest, issues: [...issues] })),
    };
    for (const { outcome } of items) answer[outcome] += 1;
    return c.json(answer, 200);
  });
}
