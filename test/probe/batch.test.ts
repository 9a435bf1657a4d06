import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BATCH_ROWS_MAX, createBatcher } from "../../probe/batch.ts";
import { LIMITS } from "../../shared/limits.ts";
import { classOfNumber } from "../../shared/outcome.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { CheckResult } from "../../shared/result.ts";
import { checkResult, outcomeOf } from "../helpers/probe-parts.ts";
import { simClock } from "../helpers/sim-clock.ts";

function openBatcher() {
  const clock = simClock();
  const encoded: Uint8Array[] = [];
  const batcher = createBatcher({ clock, onBatch: (batch) => encoded.push(batch) });
  return { clock, batcher, encoded, batches: () => encoded.map((one) => ResultBatch.decode(one)) };
}

function batchOf(results: readonly CheckResult[]): ResultBatch {
  const { batcher, batches } = openBatcher();
  for (const result of results) batcher.add(result);
  batcher.flush();
  const [batch] = batches();
  assert.ok(batch);
  return batch;
}

const arbitraryResult: fc.Arbitrary<CheckResult> = fc
  .record({
    handle: fc.nat(0xffff_ffff),
    revision: fc.nat(1_000),
    slotMonoMs: fc.integer({ min: 0, max: 4_000_000_000 }),
    lateMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
    tookMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    attempt: fc.nat(10),
    outcome: fc.constantFrom("ok", "sub", "dead", "dns", "void").map(outcomeOf),
    certificate: fc.constantFrom("ok", "failed", "none"),
    anchor: fc.record({ atMs: fc.nat(2e12), monoMs: fc.nat(1e9) }),
  })
  .map(({ lateMs, tookMs, slotMonoMs, ...rest }) => {
    const startMonoMs = slotMonoMs + lateMs;
    return { ...rest, slotMonoMs, startMonoMs, endMonoMs: startMonoMs + tookMs };
  })
  .filter((result) => Number.isFinite(result.endMonoMs));

test("a batch gives every slot back exactly, and times to their precision", () => {
  const property = fc.property(
    fc.array(arbitraryResult, { minLength: 1, maxLength: 40 }),
    (results) => {
      // A batch spans minutes, not the 49 days that its offsets can hold.
      const near = results.filter((one) => Math.abs(one.slotMonoMs - firstSlot(results)) < 4e9);
      const batch = batchOf(near);
      near.forEach((result, row) => {
        const startMs = batch.baseMonoMs + (batch.startMs[row] ?? 0);
        assert.equal(startMs - (batch.lateMs[row] ?? 0), result.slotMonoMs);
        assert.equal(startMs, Math.floor(result.startMonoMs));
        const latencyUs = (result.endMonoMs - result.startMonoMs) * 1_000;
        assert.ok(Math.abs((batch.latencyUs[row] ?? 0) - latencyUs) <= 1);
        assert.equal(batch.handle[row], result.handle);
        assert.equal(batch.revision[row], result.revision);
        assert.equal(batch.attempt[row], result.attempt);
        assert.equal(classOfNumber(batch.outcome[row] ?? 0), result.outcome.class);
      });
    },
  );
  fc.assert(property, { numRuns: 100 });
});

test("a batch carries reason, detail, resolver and certificate of every row that is not ok", () => {
  const batch = batchOf([
    checkResult(),
    checkResult({ outcome: outcomeOf("dns"), certificate: "ok" }),
    checkResult({ outcome: outcomeOf("void") }),
    checkResult({ outcome: outcomeOf("dead"), certificate: "failed" }),
  ]);
  assert.deepEqual(
    batch.failures.map((one) => [one.row, one.reason, one.resolver, one.certificate]),
    [
      [1, "name_not_found", "10.0.0.2:53", 1],
      [2, "local_network", "", 3],
      [3, "connection_refused", "", 2],
    ],
  );
  assert.equal(batch.failures[0]?.detail, "NXDOMAIN.");
});

test("a batch cuts a detail that is too long", () => {
  const outcome = { ...outcomeOf("dead"), detail: "x".repeat(1_000) };
  const [failure] = batchOf([checkResult({ outcome })]).failures;
  assert.equal(failure?.detail.length, LIMITS.detailCharsMax);
  assert.ok(failure?.detail.endsWith("…"));
});

test("a batch carries the oldest anchor of its rows, and none when one row has none", () => {
  const older = { atMs: 100, monoMs: 50 };
  const newer = { atMs: 5_100, monoMs: 5_050 };
  const both = batchOf([checkResult({ anchor: newer }), checkResult({ anchor: older })]);
  assert.deepEqual([both.anchorAtMs, both.anchorMonoMs], [100, 50]);
  const none = batchOf([checkResult({ anchor: newer }), checkResult({ anchor: null })]);
  assert.equal(none.anchorAtMs, 0);
});

test("a batch leaves the column of phases out when no phase was reached", () => {
  assert.deepEqual(batchOf([checkResult()]).phaseUs, []);
  const phases = { dnsUs: 1.4, connectUs: 220, tlsUs: 0, firstByteUs: 900 };
  const seen = checkResult({ outcome: { ...outcomeOf("ok"), phases } });
  assert.deepEqual(batchOf([checkResult(), seen]).phaseUs, [0, 0, 0, 0, 1, 220, 0, 900]);
});

test("a batch leaves when it is full, or when its oldest row has waited", () => {
  const { clock, batcher, batches } = openBatcher();
  for (let row = 0; row <= BATCH_ROWS_MAX; row += 1) batcher.add(checkResult({ handle: row }));
  assert.equal(batches().length, 1);
  clock.advance(LIMITS.batchWaitMs - 1);
  assert.equal(batches().length, 1);
  clock.advance(1);
  assert.deepEqual(
    batches().map((one) => one.handle.length),
    [BATCH_ROWS_MAX, 1],
  );
  clock.advance(10_000);
  batcher.flush();
  assert.equal(batches().length, 2);
});

test("a batch stays below the bound of a message, whatever the failures say", () => {
  const { batcher, encoded } = openBatcher();
  const detail = "\u{fffd}".repeat(1_000);
  for (let row = 0; row < 3_000; row += 1) {
    batcher.add(checkResult({ outcome: { ...outcomeOf("dead"), detail } }));
  }
  batcher.flush();
  assert.ok(encoded.length > 3);
  for (const batch of encoded) assert.ok(batch.length < LIMITS.grpcMessageBytesMax * 0.9);
});

function firstSlot(results: readonly CheckResult[]): number {
  return results[0]?.slotMonoMs ?? 0;
}
