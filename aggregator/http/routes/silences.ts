/** /api/v1/silences: what nobody wants to be told of for some time. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  silenceCreateSchema,
  silencePageSchema,
  silenceSchema,
} from "../../../shared/api/silence.ts";
import type { ApiSilence } from "../../../shared/api/silence.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { Silence } from "../../../shared/silence.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import { dryRunQuery, idempotencyHeaders, idParam, json, jsonBody } from "../describe.ts";
import { matchHeaders, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";

const tags = ["silences"];
const params = idParam("silence");
const PATH = "/api/v1/silences";

const createSilence = createRoute({
  ...needs("write"),
  method: "post",
  path: PATH,
  tags,
  summary: "Silence what matches, until its end",
  description:
    "Verdicts and incidents go on; only the messages are withheld, and stand among the " +
    "notifications with the silence as their reason.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(silenceCreateSchema, "What is silenced, how long, and why."),
  },
  responses: {
    200: json(silenceSchema, "With `dryRun`: as it would be."),
    201: json(silenceSchema, "Silenced."),
    ...problems,
  },
});

const listSilences = createRoute({
  ...needs("read"),
  method: "get",
  path: PATH,
  tags,
  summary: "List silences, newest first",
  description: "One page of silences: planned, active, and over.",
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(silencePageSchema, "One page."), ...problems },
});

const getSilence = createRoute({
  ...needs("read"),
  method: "get",
  path: `${PATH}/{id}`,
  tags,
  summary: "Get a silence",
  description: "One silence, with who made it and who ended it.",
  request: { params },
  responses: { 200: json(silenceSchema, "The silence."), ...problems },
});

const endSilence = createRoute({
  ...needs("write"),
  method: "post",
  path: `${PATH}/{id}/end`,
  tags,
  summary: "End a silence now; what it withheld and is not over is told",
  description: "Ending it again changes nothing.",
  request: { params, headers: z.object({ ...idempotencyHeaders.shape, ...matchHeaders.shape }) },
  responses: { 200: json(silenceSchema, "It is over."), ...problems },
});

const deleteSilence = createRoute({
  ...needs("write"),
  method: "delete",
  path: `${PATH}/{id}`,
  tags,
  summary: "End a silence now; it stays in the list with who ended it",
  description: "The same as `end`, for clients that delete.",
  request: { params, headers: matchHeaders },
  responses: { 204: { description: "It is over." }, ...problems },
});

/** Adds the routes. */
export function addSilences(app: App, { registry, engine }: RouteContext): void {
  const { silences } = registry;
  const view = (silence: Silence) => silenceView(silence, engine.nowMs());

  app.openapi(createSilence, async (c) => {
    const guard = c.req.valid("query");
    const made = await silences.create(c.req.valid("json"), c.get("token").name, guard);
    if (guard.dryRun === true) return c.json(view(made), 200);
    return c.json(view(made), 201, { ETag: etagOf(made), Location: `${PATH}/${made.id}` });
  });

  app.openapi(listSilences, async (c) => {
    const page = await silences.list(pageOfQuery(c.req.valid("query")));
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(getSilence, async (c) => {
    const found = await silences.get(c.req.valid("param").id);
    return c.json(view(found), 200, { ETag: etagOf(found) });
  });

  app.openapi(endSilence, async (c) => {
    const guard = guardOf(c.req.valid("header"));
    const ended = await silences.end(c.req.valid("param").id, c.get("token").name, guard);
    return c.json(view(ended), 200, { ETag: etagOf(ended) });
  });

  app.openapi(deleteSilence, async (c) => {
    const guard = guardOf(c.req.valid("header"));
    await silences.end(c.req.valid("param").id, c.get("token").name, guard);
    return c.body(null, 204);
  });
}

function silenceView(silence: Silence, nowMs: number): ApiSilence {
  const { id, revision, createdAtMs, createdBy, endedBy, spec } = silence;
  const { matchers, startsAtMs, endsAtMs, author, comment } = spec;
  return {
    id,
    state: endsAtMs <= nowMs ? "over" : startsAtMs <= nowMs ? "active" : "planned",
    matchers,
    startsAt: isoTime(startsAtMs),
    endsAt: isoTime(endsAtMs),
    author,
    comment,
    createdAt: isoTime(createdAtMs),
    createdBy,
    endedBy,
    revision,
  };
}
