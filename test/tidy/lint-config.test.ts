/** The part of the house rules that the linter holds: it is switched on, with the right numbers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { z } from "zod";

const configSchema = z.object({
  rules: z.record(z.string(), z.union([z.string(), z.tuple([z.string()], z.unknown())])),
  overrides: z.undefined().optional(),
});

const { rules } = configSchema.parse(JSON.parse(readFileSync(".oxlintrc.json", "utf8")));

test("the linter holds the sizes: files of 300 lines, functions of 60, and 3 parameters", () => {
  assert.deepEqual(rules["max-lines"], ["error", { max: 300 }]);
  assert.deepEqual(rules["max-lines-per-function"], ["error", { max: 60 }]);
  assert.deepEqual(rules["max-params"], ["error", { max: 3 }]);
});

test("the linter refuses `any`, `!`, cycles and promises that nobody awaits", () => {
  for (const name of [
    "typescript/no-explicit-any",
    "typescript/no-non-null-assertion",
    "typescript/no-floating-promises",
    "typescript/no-misused-promises",
    "typescript/ban-ts-comment",
    "typescript/consistent-type-imports",
    "import/no-cycle",
    "no-console",
    "no-empty",
  ]) {
    assert.equal([rules[name]].flat()[0], "error", name);
  }
});
