/** Kinds of check as the API tells them. */
import assert from "node:assert/strict";
import test from "node:test";
import { z } from "zod";
import { CHECK_KINDS, describeKinds } from "../../../probe/checks/index.ts";
import { kindPageSchema } from "../../../shared/api/kind.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

test("the list of kinds is what the schemas say, option by option", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, "GET /api/v1/kinds");
    const { items, next } = kindPageSchema.parse(body);
    assert.equal(next, null);
    assert.deepEqual(
      items.map(({ kind }) => kind),
      CHECK_KINDS.map(({ kind }) => kind),
    );
    const http = items.find(({ kind }) => kind === "http");
    const url = http?.options.find(({ path }) => path === "url");
    assert.deepEqual([url?.type, url?.required, url?.secret], ["text", true, false]);
    assert.equal(http?.options.find(({ path }) => path === "bearerToken")?.secret, true);
  }));

const schemaOf = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});
const specSchema = z.looseObject({
  properties: z.looseObject({
    options: z.looseObject({ anyOf: z.array(z.object({ $ref: z.string() })) }),
  }),
});

test("the document describes the options of every kind, and a target by them", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, "GET /openapi.json", { token: null });
    const { schemas } = schemaOf.parse(body).components;
    for (const { kind, schema } of describeKinds()) {
      const name = String(schema["$ref"]).split("/").at(-1) ?? "";
      assert.ok(schemas[name], `there is a schema for ${kind}`);
      for (const spec of ["TargetSpec", "Target"]) {
        const { options } = specSchema.parse(schemas[spec]).properties;
        const reference = `#/components/schemas/${name}`;
        assert.ok(
          options.anyOf.some(({ $ref }) => $ref === reference),
          `${spec} ${kind}`,
        );
      }
    }
    assert.doesNotMatch(JSON.stringify(body), /#\/\$defs\//);
  }));
