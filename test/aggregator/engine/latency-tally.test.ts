/** Latencies by probe. */
import assert from "node:assert/strict";
import test from "node:test";
import { createLatencyTally } from "../../../aggregator/engine/latency-tally.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { makeBatch } from "../../helpers/make-nouns.ts";

function eventOf(probeId: string, latencyUs: readonly number[], changes: object = {}) {
  const columns = {
    latencyUs: [...latencyUs],
    outcome: latencyUs.map(() => 1),
    attempt: latencyUs.map(() => 0),
  };
  const batch = makeBatch(latencyUs.length, { ...columns, ...changes });
  const place = { boot: 1, sequence: 1, sentMonoMs: 0, bytes: new Uint8Array() };
  return { type: "results" as const, probeId, replayed: false, ...place, batch };
}

test("a latency counts in the first bucket that holds it, and above all bounds in the last", () => {
  const tally = createLatencyTally();
  tally.add(eventOf("a", [1_000, 1_001, 60_000_000]));
  const found = tally.histograms().get("a");
  assert.equal(found?.counts[0], 1);
  assert.equal(found?.counts[1], 1);
  assert.equal(found?.counts.at(-1), 1);
  assert.equal(found?.counts.length, found.boundsUs.length + 1);
  assert.equal(found?.sumUs, 60_002_001);
});

test("failures, attempts of a burst and what an earlier boot saw are no latencies", () => {
  const tally = createLatencyTally();
  tally.add(eventOf("a", [5, 6], { outcome: [3, 1], attempt: [0, 1] }));
  tally.add({ ...eventOf("a", [7]), replayed: true });
  assert.equal(tally.histograms().get("a")?.sumUs, 0);
});

test("a mesh of any size has a bounded number of histograms, and loses no latency", () => {
  const tally = createLatencyTally();
  const probes = LIMITS.metricProbesMax + 20;
  for (let probe = 0; probe < probes; probe += 1) tally.add(eventOf(`p${probe}`, [1]));
  const found = tally.histograms();
  assert.equal(found.size, LIMITS.metricProbesMax + 1);
  assert.equal(found.get("other")?.sumUs, 20);
});
