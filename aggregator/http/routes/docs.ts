/** /docs: the API's document for people. */
import { createRoute, z } from "@hono/zod-openapi";
import { QuorateError } from "../../../shared/errors.ts";
import type { App, RouteContext } from "../context.ts";
import { open, problems } from "../describe.ts";
import { createDocsPages, DOCS_POLICY } from "../docs/pages.ts";
import type { DocsPages } from "../docs/pages.ts";
import { openApiDocument } from "../openapi.ts";

const tags = ["system"];
const page = { description: "HTML.", content: { "text/html": { schema: z.string() } } };

const getOverview = createRoute({
  ...open,
  method: "get",
  path: "/docs",
  tags,
  operationId: "system.docs",
  summary: "The API for people: its first page",
  description: "Made from this document, without scripts, and with nothing from elsewhere.",
  responses: { 200: page, ...problems },
});

const getPage = createRoute({
  ...open,
  method: "get",
  path: "/docs/{page}",
  tags,
  operationId: "system.docsPage",
  summary: "The API for people: the operations of a tag, or all schemas",
  description: "Every operation with its parameters, fields, answers and a line of curl.",
  request: {
    params: z.object({
      page: z
        .string()
        .max(100)
        .openapi({ description: "A tag, or `schemas`.", example: "targets" }),
    }),
  },
  responses: { 200: page, ...problems },
});

/** Adds the routes. */
export function addDocs(app: App, { version, kinds }: RouteContext): void {
  let made: DocsPages | null = null;
  /** Made when first asked for: only then every route is there. */
  const pages = (): DocsPages => {
    made ??= createDocsPages(openApiDocument(app, version, kinds.describe()));
    return made;
  };
  const headers = { "content-security-policy": DOCS_POLICY };

  app.openapi(getOverview, (c) => c.html(pages().overview(), 200, headers));

  app.openapi(getPage, (c) => {
    const name = c.req.valid("param").page;
    const found = pages().page(name);
    if (found !== null) return c.html(found, 200, headers);
    const sentence = `The docs have no page ${JSON.stringify(name)}. See /docs for what they have.`;
    throw new QuorateError("not_found", sentence);
  });
}
