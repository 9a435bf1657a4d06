/** /api/v1/mesh: who reaches whom. */
import { createRoute, z } from "@hono/zod-openapi";
import type { ApiMeshAnswer } from "../../../shared/api/mesh.ts";
import { meshSchema } from "../../../shared/api/mesh.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { MeshAnswer } from "../../../shared/mesh.ts";
import type { App, RouteContext } from "../context.ts";
import { json, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, pageInMemory } from "../lists.ts";

const getMesh = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/mesh",
  tags: ["probes"],
  operationId: "probes.mesh",
  summary: "Get who reaches whom: what every probe's canaries said last, by name of the probe",
  description:
    "The matrix of the mesh: one row for each probe, with its newest answer about each canary, " +
    "and which canaries are left out because half of the mesh fails them.",
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(meshSchema, "The matrix, one page of probes."), ...problems },
});

/** Adds the route. */
export function addMesh(app: App, context: RouteContext): void {
  const { sessions, store } = context;
  app.openapi(getMesh, async (c) => {
    const query = pageOfQuery(c.req.valid("query"));
    const page = pageInMemory(await store.probes.all(), query, ({ spec }) => spec.name);
    const reach = sessions.reach();
    const rows = apiPage(page, ({ id, spec: { name, region, zone } }) => ({
      id,
      name,
      region,
      zone,
      connected: sessions.status(id)?.connected ?? false,
      answers: reach.answersOf(id).map((answer) => answerView(answer, reach.atMs)),
    }));
    return c.json({ at: isoTime(reach.atMs), canaries: reach.canaries, ...rows }, 200);
  });
}

function answerView(
  { canaryId, atMs, sinceMs, ...rest }: MeshAnswer,
  nowMs: number,
): ApiMeshAnswer {
  return {
    canary: canaryId,
    ...rest,
    at: atMs === null ? null : isoTime(atMs),
    since: sinceMs === null ? null : isoTime(sinceMs),
    ageMs: atMs === null ? null : Math.max(0, nowMs - atMs),
  };
}
