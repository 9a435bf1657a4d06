/** The OpenAPI document. */
import assert from "node:assert/strict";
import test from "node:test";
import { z } from "zod";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";

const operationSchema = z.looseObject({
  summary: z.string().min(5),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(["path", "query", "header"]),
        required: z.boolean(),
        schema: z.looseObject({}),
      }),
    )
    .optional(),
  requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(
    z.string().regex(/^\d{3}$/),
    z.union([z.looseObject({ description: z.string() }), z.looseObject({ $ref: z.string() })]),
  ),
});

const documentSchema = z.looseObject({
  openapi: z.string().regex(/^3\.1\./),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.record(z.enum(["get", "post", "put", "patch", "delete"]), operationSchema.optional()),
  ),
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({})),
    responses: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(["http", "apiKey"]) })),
  }),
});

async function readDocument(room: HttpRoom) {
  const { body } = await room.expect(200, "GET /openapi.json", { token: null });
  const document = documentSchema.parse(body);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation === undefined ? [] : [{ path, method, operation }],
    ),
  );
  return { document, operations };
}

test("the document is sound: tags are declared, references lead somewhere, paths have names", () =>
  withHttpRoom(async (room) => {
    const { document, operations } = await readDocument(room);
    const tags = document.tags.map(({ name }) => name);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)];
    assert.ok(references.length > 50);
    for (const [, reference = ""] of references) {
      const [, , kind = "", id = ""] = reference.split("/");
      assert.ok(Object.hasOwn(document.components[kind] ?? {}, id), reference);
    }
    for (const { path, method, operation } of operations) {
      const what = `${method} ${path}`;
      assert.ok(tags.includes(operation.tags[0] ?? ""), what);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const given = (operation.parameters ?? []).filter((one) => one.in === "path");
      assert.deepEqual(
        given.map(({ name }) => name),
        named,
        what,
      );
      assert.ok(
        given.every(({ required }) => required),
        what,
      );
      assert.ok(
        Object.keys(operation.responses).some((code) => code.startsWith("2")),
        what,
      );
    }
  }));

test("every route is in the document, and every operation of the document is a route", () =>
  withHttpRoom(async (room) => {
    const { operations } = await readDocument(room);
    const described = new Set(operations.map(({ path, method }) => `${method} ${path}`));
    for (const { path, method } of operations) {
      // A route refuses a caller without a token; a path that is no route would be 404 or 405.
      const call = `${method.toUpperCase()} ${path.replaceAll(/[{}]/g, "")}`;
      const { status } = await room.call(call, { token: null });
      assert.equal(status, isGuarded(path) ? 401 : 200, call);
    }
    const expected = EXPECTED.trim().split(/\s*\n\s*/);
    assert.deepEqual([...described].toSorted(), expected.toSorted());
  }));

test("every operation under /api says which scope it needs, and only reads need read", () =>
  withHttpRoom(async (room) => {
    const { operations } = await readDocument(room);
    for (const { path, method, operation } of operations) {
      const what = `${method} ${path}`;
      const scope = operation["x-quorate-scope"];
      if (!isGuarded(path)) assert.deepEqual(operation.security, [], what);
      else if (path.startsWith("/api/v1/tokens")) assert.equal(scope, "admin", what);
      else if (path.endsWith("/calls")) assert.equal(scope, "calls", what);
      else assert.equal(scope, method === "get" ? "read" : "write", what);
    }
  }));

/** Whether a path asks for a token where verdicts are not public. */
const isGuarded = (path: string): boolean => /^\/(api|verdict|badge)\//.test(path);

const EXPECTED = `
  get /
  get /healthz
  get /readyz
  get /metrics
  get /openapi.json
  get /verdict/{target}
  get /badge/{file}
  get /api/v1/kinds
  get /api/v1/version
  post /api/v1/replays
  get /api/v1/replays/{id}
  delete /api/v1/replays/{id}
  get /api/v1/events
  get /api/v1/targets
  post /api/v1/targets
  get /api/v1/targets/{id}
  put /api/v1/targets/{id}
  patch /api/v1/targets/{id}
  delete /api/v1/targets/{id}
  post /api/v1/targets/{id}/run
  get /api/v1/targets/{id}/results
  get /api/v1/targets/{id}/latency
  get /api/v1/targets/{id}/uptime
  post /api/v1/targets/{id}/calls
  get /api/v1/verdicts
  get /api/v1/verdicts/{target}
  get /api/v1/verdicts/{target}/explain
  get /api/v1/verdicts/{target}/transitions
  get /api/v1/probes
  post /api/v1/probes
  get /api/v1/probes/{id}
  delete /api/v1/probes/{id}
  post /api/v1/probes/{id}/drain
  get /api/v1/mesh
  get /api/v1/incidents
  get /api/v1/incidents/{id}
  post /api/v1/incidents/{id}/ack
  post /api/v1/incidents/{id}/notes
  post /api/v1/folds/{id}/ack
  get /ack/{id}
  get /api/v1/channels
  post /api/v1/channels
  get /api/v1/channels/{id}
  put /api/v1/channels/{id}
  patch /api/v1/channels/{id}
  delete /api/v1/channels/{id}
  post /api/v1/channels/{id}/test
  get /api/v1/maintenance
  post /api/v1/maintenance
  get /api/v1/maintenance/{id}
  post /api/v1/maintenance/{id}/end
  delete /api/v1/maintenance/{id}
  get /api/v1/silences
  post /api/v1/silences
  get /api/v1/silences/{id}
  post /api/v1/silences/{id}/end
  delete /api/v1/silences/{id}
  get /api/v1/routes
  put /api/v1/routes
  delete /api/v1/routes
  post /api/v1/routes/test
  get /api/v1/notifications
  get /api/v1/notifications/{id}/deliveries
  post /api/v1/notifications/{id}/requeue
  get /api/v1/tokens
  post /api/v1/tokens
  delete /api/v1/tokens/{id}
`;
