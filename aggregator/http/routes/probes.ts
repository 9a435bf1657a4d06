/** /api/v1/probes: the programs at the vantage points. */
import { createRoute, z } from "@hono/zod-openapi";
import { probeCreatedSchema, probePageSchema, probeSchema } from "../../../shared/api/probe.ts";
import { probeSpecSchema } from "../../../shared/probe.ts";
import type { Probe } from "../../../shared/probe.ts";
import { etagOf } from "../conditions.ts";
import type { App, HttpDeps, RouteContext } from "../context.ts";
import { idempotencyHeaders, idParam, json, jsonBody, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, pageInMemory } from "../lists.ts";
import { probeView } from "../views.ts";

const tags = ["probes"];
const params = idParam("probe");

const createProbe = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/probes",
  tags,
  summary: "Create a probe; its token is shown this once",
  description:
    "Makes a vantage known before it connects. `join` of the answer is the command that starts " +
    "it.",
  request: { headers: idempotencyHeaders, body: jsonBody(probeSpecSchema, "The probe.") },
  responses: { 201: json(probeCreatedSchema, "Created."), ...problems },
});

const listProbes = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/probes",
  tags,
  summary: "List probes by name",
  description:
    "One page of probes, each with what is known of it now: connected or not, its load, its " +
    "canaries.",
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(probePageSchema, "One page."), ...problems },
});

const getProbe = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/probes/{id}",
  tags,
  summary: "Get a probe with what is known of it now",
  description: "State and reason, heartbeat, load, spool and canaries of one probe.",
  request: { params },
  responses: { 200: json(probeSchema, "The probe."), ...problems },
});

const deleteProbe = createRoute({
  ...needs("write"),
  method: "delete",
  path: "/api/v1/probes/{id}",
  tags,
  summary: "Remove a probe and its tokens at once",
  description:
    "Its session ends, and its votes count no more. To let it leave without a gap, drain it " +
    "first.",
  request: { params },
  responses: { 204: { description: "Removed." }, ...problems },
});

const drainProbe = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/probes/{id}/drain",
  tags,
  summary: "Let a probe leave: no more checks, and its successes count until they expire",
  description:
    "For maintenance of its machine. It accuses nobody any more. A probe that drains stays so: " +
    "to have it back, delete it and make it anew.",
  request: { params, headers: idempotencyHeaders },
  responses: { 200: json(probeSchema, "The probe."), ...problems },
});

/** Adds the routes. */
export function addProbes(app: App, context: RouteContext): void {
  const { registry, store } = context;
  const view = (probe: Probe) => probeView(context, probe);

  app.openapi(createProbe, async (c) => {
    const { probe, secret } = await registry.probes.create(c.req.valid("json"));
    const join = joinCommand(context, probe, secret);
    const headers = { ETag: etagOf(probe), Location: `/api/v1/probes/${probe.id}` };
    return c.json({ probe: view(probe), token: secret, join }, 201, headers);
  });

  app.openapi(listProbes, async (c) => {
    const query = pageOfQuery(c.req.valid("query"));
    const page = pageInMemory(await store.probes.all(), query, ({ spec }) => spec.name);
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(getProbe, async (c) => {
    const probe = await registry.probes.get(c.req.valid("param").id);
    return c.json(view(probe), 200, { ETag: etagOf(probe) });
  });

  app.openapi(deleteProbe, async (c) => {
    await registry.probes.delete(c.req.valid("param").id);
    return c.body(null, 204);
  });

  app.openapi(drainProbe, async (c) => {
    const probe = await registry.probes.drain(c.req.valid("param").id);
    return c.json(view(probe), 200, { ETag: etagOf(probe) });
  });
}

/** The command that starts a probe; a name is safe in a shell by its schema. */
function joinCommand(
  { grpcAddress, joinFlags = [] }: HttpDeps,
  { spec }: Probe,
  secret: string,
): string {
  const flags = ["--aggregator", grpcAddress(), "--data", `./.quorate-${spec.name}`, ...joinFlags];
  return `QUORATE_PROBE_TOKEN=${secret} quorate probe ${flags.join(" ")}`;
}
