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

/** What a run must keep: no false DOWN, none missed, and detection within bounds. */
function inTime(p50MsMax: number, p95MsMax: number): (own: Score) => void {
  return (own) => {
    assert.deepEqual(own.falseDowns, []);
    assert.deepEqual(own.missed, []);
    assert.ok(own.outages > 4, "fewer outages than planned");
    const [p50Ms = NaN, p95Ms = NaN] = [0.5, 0.95].map((part) => quantile(own.latenciesMs, part));
    assert.ok(p50Ms <= p50MsMax, `p50 is ${p50Ms} ms, at most ${p50MsMax} is the bound`);
    assert.ok(p95Ms <= p95MsMax, `p95 is ${p95Ms} ms, at most ${p95MsMax} is the bound`);
  };
}

// Seeds whose short lives hold many kinds of faults, lost regions and a restart. The bounds are L
// of VERDICTS section 8 for full timeouts at 30 s, and the aim of the long runs; three domains look
// at a target less often, and a region that takes one of them with it leaves two.
test("under tenfold faults five domains call nothing down falsely, and outages in time", () => {
  hold(simOptions({ seed: 23, days: 0.3, vantages: 5, rate: 10 }), inTime(28_500, 35_000));
});

test("under tenfold faults three domains call nothing down falsely, and outages in time", () => {
  hold(simOptions({ seed: 30, days: 0.3, vantages: 3, rate: 10 }), inTime(36_000, 45_000));
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
