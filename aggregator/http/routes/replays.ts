/** /api/v1/replays: the recorded log under other rules. */
import { createRoute, z } from "@hono/zod-openapi";
import { replayRequestSchema, replaySchema } from "../../../shared/api/replay.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { targetSpecSchema } from "../../../shared/target.ts";
import type { Target } from "../../../shared/target.ts";
import { inputIssues, invalidInput, parseInput } from "../../registry/input.ts";
import { mergePatch } from "../../registry/json.ts";
import type { App, RouteContext } from "../context.ts";
import { alsoFails, idempotencyHeaders, json, jsonBody, needs, problems } from "../describe.ts";

const tags = ["replays"];
const params = z.object({
  id: z
    .string()
    .min(1)
    .max(200)
    .openapi({ description: "Id of the replay.", example: "rpl_6h8k0m2p4r7t9w1y" }),
});

const startReplay = createRoute({
  ...needs("write"),
  ...alsoFails("not_found"),
  method: "post",
  path: "/api/v1/replays",
  tags,
  operationId: "replays.start",
  summary: "Fold the recorded log again, with other rules from a moment on; one at a time",
  description:
    "Says what would have happened under another policy: outages, false alarms and delays of " +
    "both sides. It runs beside the engine and sends nothing.",
  request: {
    headers: idempotencyHeaders,
    body: jsonBody(replayRequestSchema, "What is to be replayed."),
  },
  responses: { 202: json(replaySchema, "It runs; ask for it by its id."), ...problems },
});

const getReplay = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/replays/{id}",
  tags,
  summary: "Get a replay: how far it is, or what came of it",
  description: "`progress` while it runs, and the report when it is done.",
  request: { params },
  responses: { 200: json(replaySchema, "The replay."), ...problems },
});

const deleteReplay = createRoute({
  ...needs("write"),
  method: "delete",
  path: "/api/v1/replays/{id}",
  tags,
  summary: "Cancel a replay, or forget what came of it",
  description: "One that runs stops soon after.",
  request: { params },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** The least spec there is; changes that do not fit it fit no target. */
const ANY_SPEC = { name: "any", kind: "tcp", options: {} };

/** Adds the routes. */
export function addReplays(app: App, { replays, registry }: RouteContext): void {
  app.openapi(startReplay, async (c) => {
    const { sinceAt, untilAt, target: name, changes } = c.req.valid("json");
    const target = name === undefined ? null : await registry.targets.get(name);
    checkChanges(mergePatch(target?.spec ?? ANY_SPEC, changes));
    const change = (one: Target): Target => ({
      ...one,
      spec: parseInput(targetSpecSchema, mergePatch(one.spec, changes)),
    });
    const replay = replays.start({
      sinceMs: Date.parse(sinceAt),
      untilMs: untilAt === undefined ? null : Date.parse(untilAt),
      target,
      changes,
      change: Object.keys(changes).length === 0 ? null : change,
    });
    c.header("Location", `/api/v1/replays/${replay.id}`);
    return c.json(replay, 202);
  });

  app.openapi(getReplay, (c) => {
    const replay = replays.get(c.req.valid("param").id);
    if (replay === null) throw unknownReplay(c.req.valid("param").id);
    return c.json(replay, 200);
  });

  app.openapi(deleteReplay, (c) => {
    const { id } = c.req.valid("param");
    if (!replays.remove(id)) throw unknownReplay(id);
    return c.body(null, 204);
  });
}

/** Refuses changes that make no target of a target. */
function checkChanges(changed: unknown): void {
  const parsed = targetSpecSchema.safeParse(changed);
  if (parsed.success) return;
  const issues = inputIssues(parsed.error, changed);
  throw invalidInput(issues.map((issue) => ({ ...issue, path: `changes.${issue.path}` })));
}

function unknownReplay(id: string): QuorateError {
  const sentence = `There is no replay ${JSON.stringify(id.slice(0, 100))}.`;
  return new QuorateError("not_found", `${sentence} Only the newest are kept, until a restart.`);
}
