import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { conclusionOf } from "../../../aggregator/cli/explain.ts";
import { explanationSchema } from "../../../shared/api/verdict.ts";
import { cliAgainst } from "./fake-api.ts";
import { sampleExplanation } from "./samples.ts";

const GOLDEN = new URL("../../golden/cli/", import.meta.url);
const explain = ["verdicts", "explain", "checkout"];

test("an explanation shows the sentence, who saw what, and the arithmetic", async () => {
  const answers = { "GET /verdicts/checkout/explain": { json: sampleExplanation() } };
  const { code, out } = await cliAgainst(answers, explain);
  assert.equal(code, 0);
  assert.equal(out, readFileSync(new URL("explain-down.txt", GOLDEN), "utf8"));
});

test("every assessment has its conclusion in numbers", () => {
  const conclude = (assessment: string, quorum: object, more: object = {}): string =>
    conclusionOf(
      explanationSchema.parse(
        sampleExplanation({
          ...more,
          assessment,
          quorum: {
            roster: 3,
            need: 2,
            failing: 0,
            confirmed: 0,
            heard: 3,
            ok: 0,
            regions: 1,
            ...quorum,
          },
        }),
      ),
    );
  assert.deepEqual(
    [
      conclude("ok", { ok: 2, failing: 1 }),
      conclude("partial", { ok: 1, failing: 2, confirmed: 2 }),
      conclude("none", { heard: 0 }),
      conclude("short", { failing: 1, confirmed: 1, heard: 1 }),
      conclude("suspect", { failing: 3, confirmed: 1 }),
      conclude("allfail", { failing: 2, confirmed: 2 }),
      conclude("allfail", { failing: 2, confirmed: 2, ok: 1 }, { rule: "majority" }),
      conclude("partial", { failing: 3, confirmed: 3 }, { calls: 6 }),
    ],
    [
      "2 of 3 reach it, and one success outweighs every failure: ok",
      "1 reach it, but 2 of 3 confirm that they do not: partial",
      "nothing fresh was heard, and silence is no failure: no evidence",
      "nobody reaches it, but 1 failing < 2 needed: too few witnesses",
      "3 failing ≥ 2 needed, 2 not confirmed: suspect",
      "2 confirmed ≥ 2 needed, in 1 region, and nobody reaches it: all fail",
      "2 confirmed ≥ 2 needed, and rule majority is met: fails",
      "nobody reaches it, but 6 business calls succeeded: partial",
    ],
  );
});

test("an explanation of a transition asks for it by its number", async () => {
  const answers = { "GET /verdicts/checkout/explain": { json: sampleExplanation() } };
  const { asked } = await cliAgainst(answers, [...explain, "--transition", "4"]);
  assert.equal(asked[0]?.path, "/verdicts/checkout/explain?transition=4");
});

test("a target without vantages, and one that leans down, are told", async () => {
  const json = sampleExplanation({
    vantages: [],
    lean: "down",
    incidentId: null,
    state: "unknown",
  });
  const answers = { "GET /verdicts/checkout/explain": { json } };
  const { out } = await cliAgainst(answers, explain);
  assert.match(out, /^checkout is UNKNOWN since/);
  assert.match(out, /Probable outage: too few witnesses to call it down\./);
  assert.match(out, /No probe is a vantage of this target\./);
  assert.doesNotMatch(out, /Incident/);
});
