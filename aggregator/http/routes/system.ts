/** What belongs to no noun: version, health, metrics, the document, and the first page. */
import { createRoute, z } from "@hono/zod-openapi";
import { healthSchema, versionSchema } from "../../../shared/api/version.ts";
import { QuorateError } from "../../../shared/errors.ts";
import type { App, RouteContext } from "../context.ts";
import { json, needs, open, problems } from "../describe.ts";
import { createMetrics, METRICS_TYPE } from "../metrics.ts";
import { openApiDocument } from "../openapi.ts";

const tags = ["system"];
const documentSchema = z.looseObject({ openapi: z.string().describe("Version of OpenAPI.") });

const getVersion = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/version",
  tags,
  operationId: "system.version",
  summary: "Get the version and the kinds it knows",
  description: "Which program answers, and which kinds of check and of channel it has.",
  responses: { 200: json(versionSchema, "The version."), ...problems },
});

const getHealth = createRoute({
  ...open,
  method: "get",
  path: "/healthz",
  tags,
  operationId: "system.health",
  summary: "Whether the process answers",
  description: "For a supervisor: 200 as long as the process runs, whatever it is doing.",
  responses: { 200: json(healthSchema, "It does."), ...problems },
});

const getReady = createRoute({
  ...open,
  method: "get",
  path: "/readyz",
  tags,
  operationId: "system.ready",
  summary: "Whether the log is folded, so that verdicts can be trusted; else 503",
  description: "For a load balancer: 503 while the aggregator starts or stops.",
  responses: { 200: json(healthSchema, "Ready."), ...problems },
});

const getMetrics = createRoute({
  ...open,
  method: "get",
  path: "/metrics",
  tags,
  operationId: "system.metrics",
  summary: "Counts in the text format of Prometheus",
  description:
    "Verdicts, probes, latencies, the outbox and the engine. The alert rules in " +
    "`deploy/prometheus` read it.",
  responses: {
    200: { description: "Metrics.", content: { "text/plain": { schema: z.string() } } },
    ...problems,
  },
});

const getDocument = createRoute({
  ...open,
  method: "get",
  path: "/openapi.json",
  tags,
  operationId: "system.document",
  summary: "This document",
  description: "OpenAPI 3.1, made from the schemas that validate. `/docs` shows it to people.",
  responses: { 200: json(documentSchema, "OpenAPI 3.1."), ...problems },
});

const getFirstPage = createRoute({
  ...open,
  method: "get",
  path: "/",
  tags,
  operationId: "system.home",
  summary: "A page that says what this is",
  description: "Where a browser begins.",
  responses: {
    200: { description: "HTML.", content: { "text/html": { schema: z.string() } } },
    ...problems,
  },
});

/** Adds the routes. */
export function addSystem(app: App, context: RouteContext): void {
  const { engine, version } = context;
  const metrics = createMetrics(context);

  app.openapi(getVersion, (c) => {
    const kinds = { checkKinds: [...context.kinds.names] };
    const notifiers = { notifierKinds: [...context.notifiers.names] };
    return c.json({ name: "quorate", version, ...kinds, ...notifiers }, 200);
  });

  app.openapi(getHealth, (c) => c.json({ status: "ok" }, 200));

  app.openapi(getReady, (c) => {
    if (engine.ready()) return c.json({ status: "ready" }, 200);
    const sentence = "The engine is not ready: it folds the log, or it stops. Try again soon.";
    throw new QuorateError("unavailable", sentence);
  });

  app.openapi(getMetrics, async (c) => {
    return c.text(await metrics(), 200, { "content-type": METRICS_TYPE });
  });

  app.openapi(getDocument, (c) => {
    const document = openApiDocument(app, version, context.kinds.describe());
    return c.json(documentSchema.parse(document), 200);
  });

  app.openapi(getFirstPage, (c) => c.html(firstPage(version), 200));
}

function firstPage(version: string): string {
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>Quorate</title></head><body>',
    "<h1>Quorate</h1>",
    `<p>The aggregator of a probe mesh with quorum verdicts, version ${version}.</p>`,
    "<p>A target is down only when no vantage point reaches it.</p>",
    '<p>The API is under <code>/api/v1</code>; <a href="/openapi.json">its document</a>.',
    'Also: <a href="/healthz">health</a>, <a href="/readyz">readiness</a>,',
    '<a href="/metrics">metrics</a>.</p>',
    "</body></html>",
    "",
  ].join("\n");
}
