/** The OpenAPI document under a linter, and under the rules of the house. */
import assert from "node:assert/strict";
import test from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { apiDocumentSchema, operationsOf } from "../../../aggregator/http/openapi/shape.ts";
import type { ApiDocument } from "../../../aggregator/http/openapi/shape.ts";
import { findingsOf } from "../../helpers/api-rules.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

const READ = "GET /openapi.json";

test("the document keeps the rules of the house", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, READ, { token: null });
    const findings = findingsOf(apiDocumentSchema.parse(body));
    assert.deepEqual(findings, [], `\n${findings.join("\n")}`);
  }));

/** Where operations answer that anybody may call and that are told nothing: they refuse nobody. */
function harmlessPlaces(document: ApiDocument): Set<string> {
  const harmless = operationsOf(document).filter(
    ({ operation }) => operation.security.length === 0 && operation.parameters === undefined,
  );
  return new Set(
    harmless.map(({ path, method }) => `#/paths/${path.replaceAll("/", "~1")}/${method}/responses`),
  );
}

test("the document keeps every recommended rule of Redocly", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, READ, { token: null });
    const config = await createConfig({ extends: ["recommended"] });
    const source = JSON.stringify(body);
    const problems = await lintFromString({ source, absoluteRef: "/openapi.json", config });
    const harmless = harmlessPlaces(apiDocumentSchema.parse(body));
    const told = problems.flatMap(({ ruleId, message, location }) => {
      const pointer = location[0]?.pointer ?? "?";
      if (ruleId === "operation-4xx-response" && harmless.has(pointer)) return [];
      return [`${ruleId} at ${pointer}: ${message}`];
    });
    assert.deepEqual(told, [], `\n${told.join("\n")}`);
  }));
