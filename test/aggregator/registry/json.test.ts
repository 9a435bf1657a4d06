/** Merge patch, canonical JSON, and whether two values are the same. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { canonicalJson, mergePatch, sameJson } from "../../../aggregator/registry/json.ts";

test("merge patch does what every example of RFC 7396 says", () => {
  const cases: [unknown, unknown, unknown][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [value, patch, expected] of cases)
    assert.deepEqual(mergePatch(value, patch), expected);
});

test("a field named __proto__ is a field like any other", () => {
  const patch: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
  const merged = mergePatch({}, patch);
  assert.equal(JSON.stringify(merged), '{"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

test("equal values have equal canonical JSON, in whatever order their fields stand", () => {
  assert.equal(
    canonicalJson({ b: [1, { d: 1, c: undefined }], a: "x" }),
    '{"a":"x","b":[1,{"d":1}]}',
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson(value), canonicalJson(reversed));
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("two values are the same JSON exactly when their canonical texts are", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(value, value, (left, right) => {
      assert.equal(sameJson(left, right), canonicalJson(left) === canonicalJson(right));
      const again: unknown = JSON.parse(JSON.stringify(left));
      assert.equal(sameJson(left, again), true);
    }),
  );
  assert.equal(sameJson({ a: 1, b: undefined }, { a: 1 }), true);
  assert.equal(sameJson({ a: [1, 2] }, { a: [2, 1] }), false);
  assert.equal(sameJson({ a: null }, {}), false);
  assert.equal(sameJson([], {}), false);
  assert.equal(sameJson("1", 1), false);
});
