/** /api/v1/status-pages: what the public is shown. */
import { createRoute, z } from "@hono/zod-openapi";
import { statusPagePageSchema, statusPageSchema } from "../../../shared/api/status-page.ts";
import type { ApiStatusPage } from "../../../shared/api/status-page.ts";
import { isoTime } from "../../../shared/clock.ts";
import { statusPageSpecSchema } from "../../../shared/status-page.ts";
import type { StatusPage } from "../../../shared/status-page.ts";
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

const tags = ["status pages"];
const params = idParam("status page");

const putSchema = z
  .strictObject({ ...statusPageSpecSchema.shape, name: nameSchema.optional() })
  .openapi("StatusPagePut", {
    description: "A status page; the name may be left out.",
    example: { title: "Shop", labels: "public=yes", groupBy: "group" },
  });

/** What a list of status pages can be sorted by. */
const PAGE_FIELDS: SortFields<StatusPage> = {
  name: ({ spec }) => spec.name,
  title: ({ spec }) => spec.title,
  createdAt: ({ createdAtMs }) => createdAtMs,
  updatedAt: ({ updatedAtMs }) => updatedAtMs,
};

const createPage = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/status-pages",
  tags,
  summary: "Create a status page",
  description:
    "It is served at once at /status/NAME, and under its host names at `/`. A password is kept " +
    "as a hash.",
  request: {
    headers: idempotencyHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(statusPageSpecSchema, "The status page."),
  },
  responses: {
    200: json(statusPageSchema, "With `dryRun`: as it would be."),
    201: json(statusPageSchema, "Created."),
    ...problems,
  },
});

const listPages = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/status-pages",
  tags,
  summary: "List status pages",
  description:
    "One page of status pages, by name unless `sort` says otherwise. Passwords read `***`.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      sort: sortQuery({ fields: PAGE_FIELDS, usual: "name" }),
    }),
  },
  responses: { 200: json(statusPagePageSchema, "One page."), ...problems },
});

const getPage = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/status-pages/{id}",
  tags,
  summary: "Get a status page",
  description: "One status page as it was written. Its password reads `***`.",
  request: { params },
  responses: { 200: json(statusPageSchema, "The status page."), ...problems },
});

const putPage = createRoute({
  ...needs("write"),
  method: "put",
  path: "/api/v1/status-pages/{id}",
  tags,
  summary: "Create the status page of this name, or replace it",
  description:
    "The whole page: what is left out gets its default. A body that changes nothing leaves the " +
    "revision as it is. A password sent back as `***` stays.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(putSchema, "The status page."),
  },
  responses: {
    200: json(statusPageSchema, "Replaced, or unchanged and then at the same revision."),
    201: json(statusPageSchema, "Created."),
    ...problems,
  },
});

const patchPage = createRoute({
  ...needs("write"),
  method: "patch",
  path: "/api/v1/status-pages/{id}",
  tags,
  summary: "Change a status page by JSON merge patch",
  description: "Only the fields that are given change; null takes a field back to its default.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(patchSchema, "The patch.", { visibility: "private" }),
  },
  responses: { 200: json(statusPageSchema, "The status page as it is now."), ...problems },
});

const deletePage = createRoute({
  ...needs("write"),
  method: "delete",
  path: "/api/v1/status-pages/{id}",
  tags,
  summary: "Delete a status page",
  description: "Its address answers 404 from then on.",
  request: { params, headers: conditionHeaders, query: z.strictObject(dryRunQuery) },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** Adds the routes. */
export function addStatusPages(app: App, context: RouteContext): void {
  const { statusPages } = context.registry;
  const headersOf = (page: StatusPage) => ({
    ETag: etagOf(page),
    Location: `/api/v1/status-pages/${page.id}`,
  });

  app.openapi(createPage, async (c) => {
    const guard = c.req.valid("query");
    const page = await statusPages.create(c.req.valid("json"), guard);
    if (guard.dryRun === true) return c.json(view(page), 200);
    return c.json(view(page), 201, headersOf(page));
  });

  app.openapi(listPages, async (c) => {
    const { sort, ...asked } = c.req.valid("query");
    const shape = { fields: PAGE_FIELDS, usual: "name", tieOf: ({ id }: StatusPage) => id };
    const rows = sortedPage(await statusPages.list(), { ...pageOfQuery(asked), sort }, shape);
    return c.json(apiPage(rows, view), 200);
  });

  app.openapi(getPage, async (c) => {
    const page = await statusPages.get(c.req.valid("param").id);
    return c.json(view(page), 200, { ETag: etagOf(page) });
  });

  app.openapi(putPage, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const { item: page, created } = await statusPages.put(id, c.req.valid("json"), guard);
    if (created && guard.dryRun !== true) return c.json(view(page), 201, headersOf(page));
    return c.json(view(page), 200, { ETag: etagOf(page) });
  });

  app.openapi(patchPage, async (c) => {
    const { id } = c.req.valid("param");
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const page = await statusPages.patch(id, c.req.valid("json"), guard);
    return c.json(view(page), 200, { ETag: etagOf(page) });
  });

  app.openapi(deletePage, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    await statusPages.delete(c.req.valid("param").id, guard);
    return c.body(null, 204);
  });
}

function view({
  id,
  spec,
  passwordHash,
  revision,
  createdAtMs,
  updatedAtMs,
}: StatusPage): ApiStatusPage {
  const secret = passwordHash === null ? {} : ({ password: "***" } as const);
  const times = { createdAt: isoTime(createdAtMs), updatedAt: isoTime(updatedAtMs) };
  return { id, ...spec, ...secret, path: `/status/${spec.name}`, revision, ...times };
}
