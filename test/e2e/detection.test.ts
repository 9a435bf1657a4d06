import assert from "node:assert/strict";
import test from "node:test";
import { detectionBound, measureDetection, quantile } from "../lab/detection.ts";

const PLAN = { trials: 5, intervalMs: 2_000, timeoutMs: 1_000, fall: 3, vantages: 3, seed: 5 };

test("targets that are killed at any phase are called down, and no others", async () => {
  const { delaysMs, falsely } = await measureDetection(PLAN);
  assert.equal(delaysMs.length, PLAN.trials);
  assert.ok(delaysMs.every((ms) => ms > 0));
  assert.deepEqual(falsely, []);
});

test("the bound on detection is the formula of the docs", () => {
  // 10 + 2 × (5 + 1 + 0.3 + 0.5) + 0.3 + 2 × 5 seconds.
  const { ms } = detectionBound({ ...PLAN, intervalMs: 30_000 }, 5_000);
  assert.equal(ms, 33_900);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
});
