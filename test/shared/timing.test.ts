import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { estimatedEndMs, isLate, resultBounds } from "../../shared/timing.ts";
import type { BatchTiming } from "../../shared/timing.ts";

const RECEIVED_MS = 1_767_225_600_000;
const bounds = (timing: BatchTiming, endMonoMs: number) =>
  resultBounds(timing, endMonoMs, { loMs: -1, hiMs: -1, anchored: false });

/** Received 30 ms after it was sent; the anchor was 40 ms under way. */
const timing: BatchTiming = {
  receivedAtMs: RECEIVED_MS,
  sentMonoMs: 9_970.5,
  anchorAtMs: RECEIVED_MS - 5_040,
  anchorMonoMs: 5_000,
  replayed: false,
};

test("the bounds follow the formulas, rounded so that they widen", () => {
  const found = bounds(timing, 9_000.25);
  assert.deepEqual(found, {
    loMs: RECEIVED_MS - 1_040,
    hiMs: RECEIVED_MS - 970,
    anchored: true,
  });
  assert.equal(estimatedEndMs(found, false), RECEIVED_MS - 1_005);
});

test("a result is late when replayed, not anchored, or wider than its interval", () => {
  const found = bounds(timing, 9_000);
  assert.equal(isLate(found, false, 70), false);
  assert.equal(isLate(found, false, 69), true);
  assert.equal(isLate(found, true, 1_000), true);
  const unanchored = bounds({ ...timing, anchorAtMs: 0 }, 9_000);
  assert.equal(isLate(unanchored, false, Number.MAX_SAFE_INTEGER), true);
  assert.equal(estimatedEndMs(unanchored, false), RECEIVED_MS - 970);
});

test("a replayed result ended at its anchored time, whatever the later boot's clock says", () => {
  const replayed = { ...timing, replayed: true, sentMonoMs: 12 };
  const found = bounds(replayed, 9_000);
  assert.equal(found.hiMs, RECEIVED_MS);
  assert.equal(estimatedEndMs(found, true), RECEIVED_MS - 1_040);
});

test("the true end lies within the bounds of an honest probe, however the clocks differ", () => {
  const natural = (max: number) => fc.integer({ min: 0, max });
  const inputs = fc.tuple(natural(2 ** 40), natural(60_000), natural(60_000), natural(9_999));
  fc.assert(
    fc.property(inputs, ([offsetMs, down, up, ago]) => {
      const endMonoMs = offsetMs + 100_000.7;
      const honest: BatchTiming = {
        receivedAtMs: RECEIVED_MS,
        sentMonoMs: endMonoMs + ago,
        anchorAtMs: RECEIVED_MS - up - ago - 50_000 - down,
        anchorMonoMs: endMonoMs - 50_000,
        replayed: false,
      };
      const trueEndMs = RECEIVED_MS - up - ago;
      const found = bounds(honest, endMonoMs);
      assert.ok(found.loMs <= trueEndMs && trueEndMs <= found.hiMs);
      assert.ok(found.hiMs - found.loMs <= down + up + 2);
    }),
  );
});

test("whatever a probe sends, the bounds are ordered integers up to the receipt", () => {
  const any = fc.double();
  const hostile = fc.record({
    receivedAtMs: fc.constant(RECEIVED_MS),
    sentMonoMs: any,
    anchorAtMs: any,
    anchorMonoMs: any,
    replayed: fc.boolean(),
  });
  fc.assert(
    fc.property(hostile, any, (sent, end) => {
      const { loMs, hiMs } = bounds(sent, end);
      assert.ok(loMs >= 0 && loMs <= hiMs && hiMs <= RECEIVED_MS);
      assert.ok(Number.isInteger(loMs) && Number.isInteger(hiMs));
    }),
  );
});
