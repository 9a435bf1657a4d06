/** /api/v1/audit: who wrote what, when and from where. */
import { createRoute, z } from "@hono/zod-openapi";
import { auditClassSchema, auditPageSchema } from "../../../shared/api/audit.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { App, RouteContext } from "../context.ts";
import { json, needs, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { moment } from "../ranges.ts";

const filter = (description: string) =>
  z.string().min(1).max(200).optional().openapi({ description });

const listAudit = createRoute({
  ...needs("admin"),
  method: "get",
  path: "/api/v1/audit",
  tags: ["audit"],
  summary: "List who wrote what, when and from where, newest first",
  description:
    "Every write of the API, of a configuration file and of the aggregator itself, every write " +
    "that was refused, and sign-ins that failed. It has names of fields, and no value of any. " +
    "Reports of business calls are not in it.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      actor: filter("Name or id of the token, session or person."),
      resource: filter("As in the path, such as `targets`."),
      name: filter("Name or id of what was written."),
      class: auditClassSchema.optional().openapi({ description: "Only records of this class." }),
      from: moment("Begin, RFC 3339 or milliseconds since 1970."),
      to: moment("End, not included."),
    }),
  },
  responses: { 200: json(auditPageSchema, "One page."), ...problems },
});

/** Adds the route. */
export function addAudit(app: App, { store }: RouteContext): void {
  app.openapi(listAudit, async (c) => {
    const { from: fromMs, to: toMs, limit, cursor, ...narrow } = c.req.valid("query");
    const query = { ...narrow, fromMs, toMs, ...pageOfQuery({ limit, cursor }) };
    const page = await store.audit.list(query);
    return c.json(
      apiPage(page, ({ atMs, ...rest }) => ({ ...rest, at: isoTime(atMs) })),
      200,
    );
  });
}
