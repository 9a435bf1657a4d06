/** Label selectors in one line of text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { meetsConditions, readSelector } from "../../shared/label-selector.ts";

const LABELS = { team: "shop", env: "prod", rack: "r1", note: "" };

function selects(text: string): boolean | string {
  const read = readSelector(text);
  if (!Array.isArray(read)) return `${read.position}: ${read.expected}`;
  return meetsConditions(LABELS, read);
}

test("every condition of a selector must hold, and an absent label equals nothing", () => {
  const cases: [string, boolean][] = [
    ["team=shop", true],
    ["team==shop", true],
    ["team=shop,env!=test", true],
    ["team=shop,env!=prod", false],
    ["rack in (r1,r2)", true],
    ["rack in (r2)", false],
    ["rack notin (r2, r3)", true],
    ["zone notin (a)", true],
    ["zone!=a", true],
    ["zone in (a)", false],
    ["team", true],
    ["zone", false],
    ["!zone", true],
    ["!team", false],
    ["note=", true],
    ["zone=", false],
    [" team = shop , rack in ( r1 , r2 ) , ! zone ", true],
    ["inside=1", false],
    ["toString", false],
  ];
  for (const [text, expected] of cases) assert.equal(selects(text), expected, text);
});

test("a text that is no selector is told with the place where it stops to be one", () => {
  const cases: [string, string][] = [
    ["", "1: a label"],
    ["=shop", "1: a label"],
    ["team=shop,", "11: a label"],
    ["team=shop env=prod", '11: "," or the end'],
    ["rack in r1", '9: "("'],
    ["rack in (r1", '12: "," or ")"'],
    ["team=shop)", '10: "," or the end'],
  ];
  for (const [text, expected] of cases) assert.equal(selects(text), expected, text);
});

test("a selector of too many conditions or values is refused", () => {
  const many = Array.from({ length: 51 }, (_, index) => `k${index}`);
  assert.match(String(selects(many.join(","))), /at most 50 conditions/);
  assert.match(String(selects(`k in (${many.join(",")})`)), /fewer values/);
});
