/** /api/v1/probes: the programs at the vantage points. */
import { createRoute, z } from "@hono/zod-openapi";
import { probeCreatedSchema, probePageSchema, probeSchema } from "../../../shared/api/probe.ts";
import type { ApiProbe } from "../../../shared/api/probe.ts";
import { probeSpecSchema } from "../../../shared/probe.ts";
import type { Probe } from "../../../shared/probe.ts";
import { nameSchema } from "../../../shared/target.ts";
import { PROBE_STATES } from "../../../shared/verdict.ts";
import { etagOf, guardOf } from "../conditions.ts";
import type { App, HttpDeps, RouteContext } from "../context.ts";
import { alsoFails, conditionHeaders, dryRunQuery, fieldsQuery } from "../describe.ts";
import { idempotencyHeaders, idParam, json, jsonBody, matchHeaders, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, patchSchema, problems } from "../describe.ts";
import { labelsKeep, labelsQuery } from "../narrowing.ts";
import { sortedPage, sortQuery } from "../sorting.ts";
import type { SortFields } from "../sorting.ts";
import { probeView } from "../views.ts";

const tags = ["probes"];
const params = idParam("probe");

const putSchema = z
  .strictObject({ ...probeSpecSchema.shape, name: nameSchema.optional() })
  .openapi("ProbePut", {
    description: "A probe; the name may be left out.",
    example: { region: "east", zone: "rack-b", labels: { room: "2" } },
  });

const idOf = ({ id }: ApiProbe): string => id;

/** What a list of probes can be sorted by; `state` in the order of the document. */
const PROBE_FIELDS: SortFields<ApiProbe> = {
  name: ({ name }) => name,
  region: ({ region }) => region,
  zone: ({ zone }) => zone,
  state: ({ status }) => PROBE_STATES.indexOf(status.state),
  since: ({ status }) => status.since,
  createdAt: ({ createdAt }) => createdAt,
  updatedAt: ({ updatedAt }) => updatedAt,
};

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
  summary: "List probes",
  description:
    "One page of probes, each with what is known of it now: connected or not, its load, its " +
    "canaries. By name unless `sort` says otherwise; labels and a state narrow it.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      ...labelsQuery,
      state: z
        .enum(PROBE_STATES)
        .optional()
        .openapi({ description: "Only those in this state as a witness." }),
      sort: sortQuery({ fields: PROBE_FIELDS, usual: "name" }),
    }),
  },
  responses: { 200: json(probePageSchema, "One page."), ...problems },
});

const getProbe = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/probes/{id}",
  tags,
  summary: "Get a probe with what is known of it now",
  description: "State and reason, heartbeat, load, spool and canaries of one probe.",
  request: { params, query: z.strictObject(fieldsQuery) },
  responses: { 200: json(probeSchema, "The probe."), ...problems },
});

const putProbe = createRoute({
  ...needs("write"),
  ...alsoFails("conflict"),
  method: "put",
  path: "/api/v1/probes/{id}",
  tags,
  summary: "Replace what is said of a probe",
  description:
    "Its region, zone and labels, and its name as long as no target selects it by that. In " +
    "another zone or region it is another witness: accusations are made anew, so that the move " +
    "itself calls nothing down. A body that changes nothing leaves the revision as it is.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(putSchema, "The probe."),
  },
  responses: { 200: json(probeSchema, "The probe as it is now."), ...problems },
});

const patchProbe = createRoute({
  ...needs("write"),
  ...alsoFails("conflict"),
  method: "patch",
  path: "/api/v1/probes/{id}",
  tags,
  summary: "Change a probe by JSON merge patch",
  description: "Only the fields that are given change; see PUT for what a move means.",
  request: {
    params,
    headers: conditionHeaders,
    query: z.strictObject(dryRunQuery),
    body: jsonBody(patchSchema, "The patch.", { zone: "rack-b", labels: { old: null } }),
  },
  responses: { 200: json(probeSchema, "The probe as it is now."), ...problems },
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
  request: { params, headers: conditionHeaders },
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
  request: { params, headers: z.object({ ...idempotencyHeaders.shape, ...matchHeaders.shape }) },
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
    const { state, sort, ...asked } = c.req.valid("query");
    const keep = labelsKeep(asked);
    const rows = (await store.probes.all()).map(view).filter((probe) => {
      return (
        (state === undefined || probe.status.state === state) && keep?.(probe.labels) !== false
      );
    });
    const query = { ...pageOfQuery(asked), sort };
    const page = sortedPage(rows, query, { fields: PROBE_FIELDS, usual: "name", tieOf: idOf });
    return c.json({ items: page.rows, next: page.next }, 200);
  });

  app.openapi(getProbe, async (c) => {
    const probe = await registry.probes.get(c.req.valid("param").id);
    return c.json(view(probe), 200, { ETag: etagOf(probe) });
  });

  app.openapi(putProbe, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const { id } = c.req.valid("param");
    const probe = await registry.probes.put(id, c.req.valid("json"), guard);
    return c.json(view(probe), 200, { ETag: etagOf(probe) });
  });

  app.openapi(patchProbe, async (c) => {
    const guard = { ...guardOf(c.req.valid("header")), ...c.req.valid("query") };
    const { id } = c.req.valid("param");
    const probe = await registry.probes.patch(id, c.req.valid("json"), guard);
    return c.json(view(probe), 200, { ETag: etagOf(probe) });
  });

  app.openapi(deleteProbe, async (c) => {
    await registry.probes.delete(c.req.valid("param").id, guardOf(c.req.valid("header")));
    return c.body(null, 204);
  });

  app.openapi(drainProbe, async (c) => {
    const guard = guardOf(c.req.valid("header"));
    const probe = await registry.probes.drain(c.req.valid("param").id, guard);
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
