/** A short life of the simulated mesh, at ten times the normal fault rates, from fixed seeds. */
import assert from "node:assert/strict";
import test from "node:test";
import { simOptions } from "./options.ts";
import { caseLines, commandOf } from "./report.ts";
import { runSim } from "./run.ts";
import { quantile, scoreRuns } from "./score.ts";
import type { Score } from "./score.ts";
import type { SimOptions } from "./options.ts";

/** Runs one seed and holds its figures against bounds; a failure tells how to see it again. */
function hold(options: SimOptions, check: (own: Score) => void): void {
  const runs = [runSim(options)];
  const [own] = scoreRuns(runs);
  assert.ok(own);
  try {
    check(own);
  } catch (error) {
    const cases = caseLines(runs).join("\n");
    assert.fail(`${String(error)}\nseen in: ${commandOf(runs)}\n${cases}`);
  }
}

/** L of VERDICTS section 8 at 30 s, five vantages and full timeouts. */
const BOUND_MS = 28_500;

test("under tenfold faults five domains call nothing down falsely and find outages in time", () => {
  hold(simOptions({ seed: 2, days: 0.5, vantages: 5, rate: 10 }), (own) => {
    assert.deepEqual(own.falseDowns, []);
    assert.deepEqual(own.missed, []);
    assert.ok(own.outages > 0, "no outage was planned");
    const [p50Ms, p95Ms] = [0.5, 0.95].map((share) => quantile(own.latenciesMs, share));
    assert.ok(p50Ms && p50Ms <= BOUND_MS, `p50 is ${p50Ms} ms, the formula allows ${BOUND_MS}`);
    assert.ok(p95Ms && p95Ms <= 35_000, `p95 is ${p95Ms} ms, the aim is 35000`);
  });
});

test("without faults nothing is called down, suspected, or checked more than planned", () => {
  const { tracks, counts } = runSim(simOptions({ seed: 4, days: 0.05, vantages: 3, rate: 0 }));
  assert.ok(tracks.every(({ bad }) => bad.every((spans) => spans.length === 0)));
  assert.ok(counts.scheduled > 8_000);
  assert.equal(counts.extra, 0);
});

test("the same seed gives the same life", () => {
  const options = simOptions({ seed: 5, days: 0.05, vantages: 3, rate: 50 });
  const [first, second] = [runSim(options), runSim(options)];
  assert.deepEqual(first.tracks, second.tracks);
  assert.deepEqual(first.counts, second.counts);
});
