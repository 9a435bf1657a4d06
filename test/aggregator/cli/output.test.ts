import assert from "node:assert/strict";
import { test } from "node:test";
import { cliAgainst } from "./fake-api.ts";
import { pageOf, sampleTarget, sampleVerdict } from "./samples.ts";

const answers = {
  "GET /targets": { json: pageOf(sampleTarget(), sampleTarget({ name: "search" })) },
  "GET /targets/checkout": { json: sampleTarget() },
  "GET /verdicts": { json: pageOf(sampleVerdict()) },
};

const out = async (...args: string[]): Promise<string> => {
  const { code, out: text, err } = await cliAgainst(answers, args);
  assert.equal(code, 0, err);
  return text;
};

test("every verb prints the API's answer as JSON or YAML, or the names alone", async () => {
  assert.match(await out("targets", "list", "-o", "json"), /^\{\n {2}"items": \[\n/);
  assert.equal(await out("targets", "list", "--json"), await out("targets", "list", "-o", "json"));
  assert.match(await out("targets", "list", "-o", "yaml"), /^items:\n {2}- id: tgt_1\n/);
  assert.equal(await out("targets", "list", "-o", "name"), "checkout\nsearch\n");
  assert.equal(await out("targets", "get", "checkout", "-o", "name"), "checkout\n");
  assert.equal(await out("verdicts", "list", "-o", "name"), "checkout\n");
});

test("two forms at once, or one that does not exist, are usage errors", async () => {
  const both = await cliAgainst(answers, ["targets", "list", "--json", "-o", "yaml"]);
  assert.equal(both.code, 2);
  assert.match(both.err, /Expected --json or --output yaml; found both/);
  const unknown = await cliAgainst(answers, ["targets", "list", "-o", "xml"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /Allowed choices are table, wide, json, yaml, name/);
});
