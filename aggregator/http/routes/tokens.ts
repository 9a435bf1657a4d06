/** /api/v1/tokens: who may call; admins only. */
import { createRoute, z } from "@hono/zod-openapi";
import { tokenCreatedSchema, tokenPageSchema } from "../../../shared/api/token.ts";
import { tokenRotateSchema, tokenSpecSchema } from "../../../shared/api/token.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import { alsoFails, idempotencyHeaders, idParam, json, jsonBody, needs } from "../describe.ts";
import { optionalBody, pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, pageInMemory } from "../lists.ts";
import { tokenView } from "../views-access.ts";

const tags = ["tokens"];

const listTokens = createRoute({
  ...needs("admin"),
  method: "get",
  path: "/api/v1/tokens",
  tags,
  summary: "List tokens by id; their secrets are not kept",
  description: "One page of tokens with their scopes. Only a hash of each secret is stored.",
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(tokenPageSchema, "One page."), ...problems },
});

const createToken = createRoute({
  ...needs("admin"),
  ...alsoFails("not_found"),
  method: "post",
  path: "/api/v1/tokens",
  tags,
  summary: "Create a token; its secret is shown this once",
  description:
    "Scopes: `read`, `write` (implies read), `admin` (does all), `calls` (reports business " +
    "calls), `probe` (one probe, which is named).",
  request: { headers: idempotencyHeaders, body: jsonBody(tokenSpecSchema, "The token.") },
  responses: { 201: json(tokenCreatedSchema, "Created."), ...problems },
});

const rotateToken = createRoute({
  ...needs("admin"),
  ...alsoFails("conflict"),
  method: "post",
  path: "/api/v1/tokens/{id}/rotate",
  tags,
  summary: "Give a token a new secret, which is shown this once",
  description:
    "Both secrets are accepted until `graceMs` have passed, a day by default, so that clients " +
    "can be changed one by one. A secret that was replaced before is void at once.",
  request: {
    params: idParam("token"),
    headers: idempotencyHeaders,
    body: optionalBody(tokenRotateSchema, "How long the present secret is still accepted."),
  },
  responses: { 200: json(tokenCreatedSchema, "The token with its new secret."), ...problems },
});

const deleteToken = createRoute({
  ...needs("admin"),
  ...alsoFails("conflict"),
  method: "delete",
  path: "/api/v1/tokens/{id}",
  tags,
  summary: "Delete a token; the last admin token stays",
  description: "Whoever uses it is refused from then on, and open streams end.",
  request: { params: idParam("token") },
  responses: { 204: { description: "Deleted." }, ...problems },
});

/** Adds the routes. */
export function addTokens(app: App, { registry, clock }: RouteContext): void {
  const { tokens, probes } = registry;

  app.openapi(listTokens, async (c) => {
    const query = pageOfQuery(c.req.valid("query"));
    const page = pageInMemory(await tokens.list(), query, ({ id }) => id);
    return c.json(apiPage(page, tokenView), 200);
  });

  app.openapi(createToken, async (c) => {
    const { name, scope, probe, labels = {}, expiresAt } = c.req.valid("json");
    if ((scope === "probe") !== (probe !== undefined)) {
      throw invalidAt("probe", "expected a probe for scope probe, and for no other scope", probe);
    }
    if (Object.keys(labels).length > 0 && (scope === "admin" || scope === "probe")) {
      const message = `expected none: a token of scope ${scope} cannot be bound to targets`;
      throw invalidAt("labels", message);
    }
    const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt);
    if (expiresAtMs !== null && expiresAtMs <= clock.wallMs()) {
      throw invalidAt("expiresAt", "expected a moment that lies ahead", expiresAt);
    }
    const probeId = probe === undefined ? null : (await probes.get(probe)).id;
    const wanted = { name, scope, probeId, labels, expiresAtMs };
    const { token, secret } = await tokens.issue(wanted);
    const headers = { Location: `/api/v1/tokens/${token.id}` };
    return c.json({ token: tokenView(token), secret }, 201, headers);
  });

  app.openapi(rotateToken, async (c) => {
    const { graceMs } = tokenRotateSchema.parse(c.req.valid("json"));
    const { token, secret } = await tokens.rotate(c.req.valid("param").id, graceMs);
    return c.json({ token: tokenView(token), secret }, 200);
  });

  app.openapi(deleteToken, async (c) => {
    await tokens.delete(c.req.valid("param").id);
    return c.body(null, 204);
  });
}
