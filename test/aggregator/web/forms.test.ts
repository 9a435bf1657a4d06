/** Forms from JSON Schemas, and lists and conditions as lines of text. */
import assert from "node:assert/strict";
import test from "node:test";
import { fieldsOf } from "../../../aggregator/web/app/pages/form/json-schema.ts";
import { linesOf, linesText } from "../../../aggregator/web/app/pages/form/text-values.ts";
import { pairsOf, pairsText } from "../../../aggregator/web/app/pages/form/text-values.ts";
import { matchersOf, matcherText } from "../../../aggregator/web/app/pages/settings/matchers.ts";
import { CHECK_KINDS, describeKinds } from "../../../probe/checks/index.ts";

test("every kind of check has a form, in which what must be there stands first", () => {
  const kinds = describeKinds();
  assert.equal(kinds.length, CHECK_KINDS.length);
  for (const { kind, schema, options } of kinds) {
    const fields = fieldsOf(schema);
    const top = options.filter(({ path }) => !/[.[]/.test(path)).map(({ path }) => path);
    assert.deepEqual(fields.map(({ name }) => name).sort(), top.sort(), kind);
    const isNeeded = fields.map(({ isRequired }) => isRequired);
    assert.deepEqual(
      isNeeded,
      isNeeded.toSorted((a, b) => Number(b) - Number(a)),
      kind,
    );
  }
});

test("the form of http asks for a URL, offers methods, and hides secrets", () => {
  const schema = describeKinds().find(({ kind }) => kind === "http")?.schema ?? {};
  const fields = new Map(fieldsOf(schema).map((field) => [field.name, field]));
  assert.equal(fields.get("url")?.isRequired, true);
  assert.equal(fields.get("method")?.widget.kind, "choice");
  assert.equal(fields.get("headers")?.widget.kind, "pairs");
  assert.equal(fields.get("basicAuth")?.widget.kind, "fields");
  const secret = fields.get("bearerToken")?.widget;
  assert.ok(secret?.kind === "text" && secret.isSecret);
});

test("lists and pairs become lines and back", () => {
  assert.deepEqual(linesOf(" a \n\n b=c "), ["a", "b=c"]);
  assert.equal(linesText(["a", 5]), "a\n5");
  assert.deepEqual(pairsOf("team = shop\nurl=http://x/?a=b\nbare"), {
    team: "shop",
    url: "http://x/?a=b",
    bare: "",
  });
  assert.equal(pairsText({ team: "shop" }), "team=shop");
});

test("conditions of a silence are read as they are written", () => {
  const written = ["team=shop", "region!=east", "target~web-*", "kind!~*tp", "note=a=b"];
  const matchers = matchersOf(written.join("\n"));
  assert.deepEqual(
    matchers.map(({ op }) => op),
    ["=", "!=", "~", "!~", "="],
  );
  assert.deepEqual(matchers.map(matcherText), written);
});
