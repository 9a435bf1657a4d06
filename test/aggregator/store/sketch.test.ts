import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createStoreReader } from "../../../aggregator/store/bytes.ts";
import { createByteWriter } from "../../../shared/bytes.ts";
import {
  SKETCH_ERROR,
  addLatency,
  createSketch,
  meanUs,
  mergeSketch,
  quantileUs,
  readSketch,
  writeSketch,
} from "../../../aggregator/store/sketch.ts";
import type { Sketch } from "../../../aggregator/store/sketch.ts";

const latencies = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 5_000 })),
  { minLength: 1, maxLength: 200 },
);

function sketchOf(values: readonly number[]): Sketch {
  const sketch = createSketch();
  for (const value of values) addLatency(sketch, value);
  return sketch;
}

test("every quantile is within 2 % of the exact one, and rounding", () => {
  fc.assert(
    fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sorted = values.toSorted((left, right) => left - right);
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
      const found = quantileUs(sketchOf(values), share) ?? -1;
      assert.ok(Math.abs(found - exact) <= exact * (SKETCH_ERROR + 1e-9) + 1, `${found}: ${exact}`);
    }),
  );
});

test("merging sketches is the same as sketching everything, in whatever order", () => {
  fc.assert(
    fc.property(latencies, latencies, (left, right) => {
      const merged = sketchOf(left);
      mergeSketch(merged, sketchOf(right));
      const other = sketchOf(right);
      mergeSketch(other, sketchOf(left));
      assert.deepEqual(merged, sketchOf([...left, ...right]));
      assert.deepEqual(other, merged);
    }),
  );
});

test("a sketch survives packing", () => {
  fc.assert(
    fc.property(fc.oneof(latencies, fc.constant([])), (values) => {
      const writer = createByteWriter();
      writeSketch(writer, sketchOf(values));
      const reader = createStoreReader(writer.bytes());
      assert.deepEqual(readSketch(reader), sketchOf(values));
      assert.ok(reader.atEnd());
    }),
  );
});

test("a sketch of nothing has no quantile and no mean", () => {
  const nothing = createSketch();
  mergeSketch(nothing, createSketch());
  assert.equal(quantileUs(nothing, 0.5), null);
  assert.equal(meanUs(nothing), null);
});
