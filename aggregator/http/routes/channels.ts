/** /api/v1/channels: where notifications go. */
import { createRoute, z } from "@hono/zod-openapi";
import { channelPageSchema, channelSchema } from "../../../shared/api/channel.ts";
import { channelTestSchema } from "../../../shared/api/channel.ts";
import { channelSpecSchema } from "../../../shared/channel.ts";
import type { Channel } from "../../../shared/channel.ts";
import { nameSchema } from "../../../shared/target.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, RouteContext } from "../context.ts";
import {
  conditionHeaders,
  dryRunQuery,
  idempotencyHeaders,
  idParam,
  json,
  jsonBody,
} from "../describe.ts";
import { needs, pageOfQuery, pageQuery, patchSchema, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { sortedPage, sortQuery } from "../sorting.ts";
import type { SortFields } from "../sorting.ts";
import { channelView } from "../views.ts";

const tags = ["channels"];
const params = idParam("channel");

const putSchema = z
  .strictObject({ ...channelSpecSchema.shape, name: nameSchema.optional() })
  .openapi("ChannelPut", {
    description: "A channel; the name may be left out.",
    example: {
      kind: "webhook",
      options: { url: "https://hooks.example/quorate", unsigned: true },
    },
  });

/** What a list of channels can be sorted by. */
const CHANNEL_FIELDS: SortFields<Channel> = {
  name: ({ spec }) => spec.name,
  kind: ({ spec }) => spec.kind,
  createdAt: ({ createdAtMs }) => createdAtMs,
  updatedAt: ({ updatedAtMs }) => updatedAtMs,
};

const createChannel = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/channels",
  tags,
  summary: "Create a channel",
  description:
    "The options are validated by the schema of its kind. Nothing is sent to try it; `test` " +
    "does that.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(channelSpecSchema, "The channel."),
  },
  responses: {
    200: json(channelSchema, "With `dryRun`: as it would be."),
    201: json(channelSchema, "Created."),
    ...problems,
  },
});

const listChannels = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/channels",
  tags,
  summary: "List channels",
  description:
    "One page of channels, by name unless `sort` says otherwise. Their secrets read `***`.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      sort: sortQuery({ fields: CHANNEL_FIELDS, usual: "name" }),
    }),
  },
  responses: { 200: json(channelPageSchema, "One page."), ...problems },
});

const getChannel = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/channels/{id}",
  tags,
  summary: "Get a channel",
  description: "One channel, with its destination for a person. Its secrets read `***`.",
  request: { params },
  responses: { 200: json(channelSchema, "The channel."), ...problems },
});

const putChannel = createRoute({
  ...needs("write"),
  method: "put",
  path: "/api/v1/channels/{id}",
  tags,
  summary: "Create the channel of this name, or replace it",
  description:
    "The whole channel: what is left out gets its default. A body that changes nothing leaves " +
    "the revision as it is. A secret sent back as `***` stays.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(putSchema, "The channel."),
  },
  responses: {
    200: json(channelSchema, "Replaced, or unchanged and then at the same revision."),
    201: json(channelSchema, "Created."),
    ...problems,
  },
});

const patchChannel = createRoute({
  ...needs("write"),
  method: "patch",
  path: "/api/v1/channels/{id}",
  tags,
  summary: "Change a channel by JSON merge patch",
  description: "Only the fields that are given change; null takes a field back to its default.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(patchSchema, "The patch.", { enabled: false }),
  },
  responses: { 200: json(channelSchema, "The channel as it is now."), ...problems },
});

const deleteChannel = createRoute({
  ...needs("write"),
  method: "delete",
  path: "/api/v1/channels/{id}",
  tags,
  summary: "Delete a channel",
  description: "Nothing is sent over it any more. Routes that name it say so in their warnings.",
  request: { params, headers: conditionHeaders, query: z.strictObject(dryRunQuery) },
  responses: { 204: { description: "Deleted." }, ...problems },
});

const testChannel = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/channels/{id}/test",
  tags,
  summary: "Send a test message over a channel, once, and say what became of it",
  description: "The answer is 200 whether it worked or not; `ok` and `detail` say which.",
  request: { params, headers: idempotencyHeaders },
  responses: { 200: json(channelTestSchema, "What became of it, good or bad."), ...problems },
});

/** Adds the routes. */
export function addChannels(app: App, context: RouteContext): void {
  const { channels } = context.registry;
  const view = (channel: Channel) => channelView(context, channel);
  const headersOf = (channel: Channel) => ({
    ETag: etagOf(channel),
    Location: `/api/v1/channels/${channel.id}`,
  });

  app.openapi(createChannel, async (c) => {
    const guard = c.req.valid("query");
    const channel = await channels.create(c.req.valid("json"), guard);
    if (guard.dryRun === true) return c.json(view(channel), 200);
    return c.json(view(channel), 201, headersOf(channel));
  });

  app.openapi(listChannels, async (c) => {
    const { sort, ...asked } = c.req.valid("query");
    const shape = { fields: CHANNEL_FIELDS, usual: "name", tieOf: ({ id }: Channel) => id };
    const page = sortedPage(await channels.list(), { ...pageOfQuery(asked), sort }, shape);
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(getChannel, async (c) => {
    const channel = await channels.get(c.req.valid("param").id);
    return c.json(view(channel), 200, { ETag: etagOf(channel) });
  });

  app.openapi(putChannel, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const { item: channel, created } = await channels.put(id, c.req.valid("json"), guard);
    if (created && guard.dryRun !== true) return c.json(view(channel), 201, headersOf(channel));
    return c.json(view(channel), 200, { ETag: etagOf(channel) });
  });

  app.openapi(patchChannel, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const channel = await channels.patch(id, c.req.valid("json"), guard);
    return c.json(view(channel), 200, { ETag: etagOf(channel) });
  });

  app.openapi(deleteChannel, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    await channels.delete(c.req.valid("param").id, guard);
    return c.body(null, 204);
  });

  app.openapi(testChannel, async (c) => {
    const channel = await channels.get(c.req.valid("param").id);
    const { ok, status, detail } = await context.sendTest(channel);
    return c.json({ ok, status, detail }, 200);
  });
}
