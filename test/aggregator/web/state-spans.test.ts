/** The band of verdicts under a chart. */
import assert from "node:assert/strict";
import test from "node:test";
import { stateSpans } from "../../../aggregator/web/app/parts/state-spans.ts";
import type { ApiTransition } from "../../../shared/api/verdict.ts";
import { isoTime } from "../../../shared/clock.ts";
import type { VerdictState } from "../../../shared/verdict.ts";

function change(number: number, atMs: number, states: [VerdictState, VerdictState]): ApiTransition {
  const [from, to] = states;
  return { number, at: isoTime(atMs), from, to, incidentId: null, cause: null, sentence: "" };
}

/** Newest first, as the API lists them. */
const CHANGES = [change(3, 300, ["down", "up"]), change(2, 200, ["up", "down"])];

test("every moment of the range is in one state, from the last change before it on", () => {
  assert.deepEqual(stateSpans(CHANGES, { fromMs: 100, toMs: 400 }, "up"), [
    { fromMs: 100, toMs: 200, state: "up" },
    { fromMs: 200, toMs: 300, state: "down" },
    { fromMs: 300, toMs: 400, state: "up" },
  ]);
  assert.deepEqual(stateSpans(CHANGES, { fromMs: 220, toMs: 250 }, "up"), [
    { fromMs: 220, toMs: 250, state: "down" },
  ]);
});

test("before the first change nothing is shown, and without a change the present state", () => {
  const first = [change(1, 200, ["unknown", "up"])];
  assert.deepEqual(stateSpans(first, { fromMs: 100, toMs: 300 }, "up"), [
    { fromMs: 200, toMs: 300, state: "up" },
  ]);
  assert.deepEqual(stateSpans([], { fromMs: 1, toMs: 2 }, "unknown"), [
    { fromMs: 1, toMs: 2, state: "unknown" },
  ]);
});
