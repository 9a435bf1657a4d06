/** The OpenAPI document. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { z } from "zod";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { PERMISSIONS_PAGE, tableOfPage } from "../../helpers/permissions-page.ts";

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
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    for (const { path, method, operation } of operations) {
      // A route refuses a caller without a token; a path that is no route would be 404 or 405.
      const filled = path.replace("{page}", "targets").replaceAll(/[{}]/g, "");
      const call = `${method.toUpperCase()} ${filled}`;
      const { status } = await room.call(call, { token: null });
      if (isGuarded(operation)) assert.equal(status, 401, call);
      else assert.ok(![401, 404, 405].includes(status), call);
    }
    const [, ...rows] = tableOfPage(await readFile(PERMISSIONS_PAGE, "utf8"));
    const expected = rows.map(([cell = ""]) => cell.replaceAll("`", ""));
    assert.deepEqual([...described].toSorted(), expected.toSorted());
  }));

test("every operation under /api says which scope it needs, and only reads need read", () =>
  withHttpRoom(async (room) => {
    const { operations } = await readDocument(room);
    for (const { path, method, operation } of operations) {
      const what = `${method} ${path}`;
      const scope = operation["x-quorate-scope"];
      if (!isGuarded(operation)) assert.ok(!path.startsWith("/api/") || isSignIn(path), what);
      else if (FOR_ADMINS.test(path)) assert.equal(scope, "admin", what);
      else if (path.endsWith("/calls")) assert.equal(scope, "calls", what);
      else assert.equal(scope, method === "get" ? "read" : "write", what);
    }
  }));

/** Whether an operation asks for a token, or a session. */
const isGuarded = ({ security }: z.output<typeof operationSchema>): boolean => security.length > 0;

/** Whether a path signs in or out: who does has no session yet, or wants none. */
const isSignIn = (path: string): boolean => path === "/api/v1/session";

const FOR_ADMINS = /^\/api\/v1\/(?:tokens|sessions|audit|backups)(?:\/|$)/;
