/** Acknowledging what one message told of many, and the page that links in messages lead to. */
import { createHash } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import { acknowledgeSchema, foldAcknowledgedSchema } from "../../../shared/api/incident.ts";
import { notFound } from "../../registry/writes.ts";
import type { App, RouteContext } from "../context.ts";
import { idempotencyHeaders, idParam, json, needs, open } from "../describe.ts";
import { optionalBody, problems } from "../describe.ts";

const acknowledgeFold = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/folds/{id}/ack",
  tags: ["incidents"],
  operationId: "incidents.acknowledgeFold",
  summary: "Acknowledge every open incident that one message told of",
  description:
    "A message about many has an id of its own, `fold_…`; this acknowledges all that it told of " +
    "and is still open.",
  request: {
    params: idParam("fold"),
    headers: idempotencyHeaders,
    body: optionalBody(acknowledgeSchema, "Who acknowledges."),
  },
  responses: { 200: json(foldAcknowledgedSchema, "How many were acknowledged."), ...problems },
});

const pageParam = z.object({
  id: z
    .string()
    .max(200)
    .openapi({ description: "Id of the incident or fold.", example: "inc_4m2k9x0r7bq1c3ta" }),
});

const getPage = createRoute({
  ...open,
  method: "get",
  path: "/ack/{id}",
  tags: ["system"],
  operationId: "system.acknowledgePage",
  summary: "A page that acknowledges an incident or a fold, with a token",
  description:
    "Where the link of a message leads. The page has no secret: it asks for a name and a token, " +
    "and calls the API with them.",
  request: { params: pageParam },
  responses: {
    200: { description: "HTML.", content: { "text/html": { schema: z.string() } } },
    ...problems,
  },
});

/** Adds the routes. */
export function addAcknowledge(app: App, { engine, store, clock }: RouteContext): void {
  app.openapi(acknowledgeFold, async (c) => {
    const { id } = c.req.valid("param");
    const incidents = engine.foldedIncidents(id);
    if (incidents === null) throw notFound("fold", id);
    const by = c.req.valid("json").by ?? c.get("token").name;
    const acknowledged = await store.incidents.acknowledgeAll(incidents, clock.wallMs(), by);
    return c.json({ id, acknowledged, open: incidents.length, acknowledgedBy: by }, 200);
  });

  // What is acknowledged stands in the address only: the page has no secret, and asks for one.
  app.openapi(getPage, (c) => c.html(PAGE, 200, { "content-security-policy": POLICY }));
}

const SCRIPT = `
const form = document.querySelector("form"), said = document.querySelector("output");
const id = decodeURIComponent(location.pathname.split("/").pop());
document.querySelector("code").textContent = id;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const noun = id.startsWith("fold_") ? "folds" : "incidents";
  const by = form.by.value.trim();
  const answer = await fetch("../api/v1/" + noun + "/" + encodeURIComponent(id) + "/ack", {
    method: "POST",
    headers: { authorization: "Bearer " + form.token.value, "content-type": "application/json" },
    body: JSON.stringify(by ? { by } : {}),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  said.textContent = answer?.ok
    ? "Acknowledged by " + told.acknowledgedBy + ": nobody is reminded of it any more."
    : (told?.detail ?? "The aggregator does not answer.");
});
`;

const PAGE = [
  "<!doctype html>",
  '<html lang="en"><head><meta charset="utf-8"><title>Acknowledge</title>',
  '<meta name="viewport" content="width=device-width"></head><body>',
  "<h1>Acknowledge <code></code></h1>",
  "<p>Whoever acknowledges looks after it: reminders and escalation end.</p>",
  '<form><p><label>Your name <input name="by" autocomplete="name" maxlength="100"></label></p>',
  '<p><label>Token <input name="token" type="password" autocomplete="current-password" required>',
  "</label></p><p><button>Acknowledge</button></p></form><p><output></output></p>",
  `<script>${SCRIPT}</script></body></html>`,
  "",
].join("\n");

const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`,
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
