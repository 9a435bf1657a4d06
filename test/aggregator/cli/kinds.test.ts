import assert from "node:assert/strict";
import { test } from "node:test";
import { describeKinds } from "../../../probe/checks/index.ts";
import { cliAgainst } from "./fake-api.ts";

const answers = { "GET /kinds": { json: { items: describeKinds(), next: null } } };

test("kinds are listed with what they do", async () => {
  const { code, out } = await cliAgainst(answers, ["kinds", "list"]);
  assert.equal(code, 0);
  assert.match(out, /^KIND +WHAT IT DOES$/m);
  assert.match(out, /^grpc +Asks grpc\.health\.v1\.Health/m);
});

test("the options of a kind are shown as its schema has them", async () => {
  const { code, out } = await cliAgainst(answers, ["kinds", "get", "http"]);
  assert.equal(code, 0);
  assert.match(out, /^url +text +required +What is asked for/m);
  assert.match(out, /^bearerToken +text, secret +- /m);
  assert.match(out, /^maxRedirects +whole number, 0 to 20 +0 /m);
});

test("examples of a kind are shown as JSON that can be copied", async () => {
  const { out } = await cliAgainst(answers, ["kinds", "get", "tcp", "--examples"]);
  assert.match(out, /^Connecting is enough$/m);
  assert.match(out, /"kind": "tcp"/);
});

test("an unknown kind is answered with those that are known", async () => {
  const { code, err } = await cliAgainst(answers, ["kinds", "get", "htpp"]);
  assert.notEqual(code, 0);
  assert.match(err, /no kind of check "htpp": expected one of http, multistep, tcp/);
});
