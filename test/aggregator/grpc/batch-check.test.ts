import assert from "node:assert/strict";
import test from "node:test";
import { checkBatch } from "../../../aggregator/grpc/batch-check.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { type Failure, ResultBatch } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { encodedBatch, makeBatch } from "../../helpers/make-nouns.ts";

const check = (batch: Buffer, changes: { sentMonoMs?: number; isReplay?: boolean } = {}) =>
  checkBatch(
    { sentMonoMs: changes.sentMonoMs ?? 2_000, bootId: "b".repeat(16), sequence: 1, batch },
    changes.isReplay ?? false,
  );

const sentenceOf = (rows: number, changes: Partial<ResultBatch>): string => {
  const checked = check(encodedBatch(makeBatch(rows, changes)));
  return checked.ok ? "" : checked.sentence;
};

const failure = (row: number, changes: Partial<Failure> = {}): Failure => ({
  row,
  reason: "connection_refused",
  detail: "Connection refused.",
  resolver: "",
  certificate: 1,
  ...changes,
});

test("a batch that is right comes through with its bytes as they were", () => {
  const bytes = encodedBatch(makeBatch(3, { outcome: [1, 3, 9], failures: [failure(1)] }));
  const checked = check(bytes);
  assert.ok(checked.ok);
  assert.equal(checked.bytes, bytes);
  assert.deepEqual(checked.batch.handle, [1, 1, 1]);
});

test("an empty batch is right", () => {
  assert.ok(check(Buffer.alloc(0)).ok);
});

test("each malformed batch is told by its sentence", () => {
  const rows = LIMITS.batchResultsMax + 1;
  const cases: [string, RegExp][] = [
    [sentenceOf(rows, {}), /^it has 2001 results, and at most 2000 are taken$/],
    [sentenceOf(2, { revision: [1] }), /column revision has 1 values, and column handle has 2/],
    [sentenceOf(2, { startMs: [] }), /column start_ms has 0 values/],
    [sentenceOf(2, { lateMs: [0, 0, 0] }), /column late_ms has 3 values/],
    [sentenceOf(2, { phaseUs: [1, 2, 3, 4] }), /phase_us has 4 values, and 0 or 8 are expected/],
    [sentenceOf(1, { outcome: [0] }), /row 0 has no outcome/],
    [sentenceOf(1, { outcome: [3], failures: [failure(1)] }), /names row 1, and there are 1 rows/],
    [sentenceOf(1, { failures: [failure(0)] }), /names row 0, whose outcome is ok/],
    [
      sentenceOf(2, { outcome: [3, 3], failures: [failure(1), failure(0)] }),
      /stand in row order, and row 0 follows 1/,
    ],
    [
      sentenceOf(1, { startMs: [5_000] }),
      /row 0 ended at 6001 ms, after the batch was sent at 2000/,
    ],
    [sentenceOf(1, { anchorMonoMs: NaN }), /anchor_mono_ms is NaN/],
    [sentenceOf(1, { anchorAtMs: -1 }), /anchor_at_ms is -1/],
  ];
  for (const [sentence, expected] of cases) assert.match(sentence, expected);
});

test("bytes that are no batch, and a sending time that is none, are told", () => {
  const unreadable = check(Buffer.from([0x22, 0xff, 0xff, 0xff]));
  assert.ok(!unreadable.ok);
  assert.match(unreadable.sentence, /cannot be read as a ResultBatch/);
  const timeless = check(Buffer.alloc(0), { sentMonoMs: Infinity });
  assert.ok(!timeless.ok);
  assert.match(timeless.sentence, /sent_mono_ms is Infinity/);
});

test("times of an earlier boot are not compared with this boot's clock", () => {
  assert.ok(check(encodedBatch(makeBatch(1, { startMs: [90_000] })), { isReplay: true }).ok);
});

test("texts that are too long are cut, also in the bytes that the log keeps", () => {
  const long = failure(0, { detail: "d".repeat(5_000), reason: "r".repeat(99) });
  const checked = check(encodedBatch(makeBatch(1, { outcome: [3], failures: [long] })));
  assert.ok(checked.ok);
  const [kept] = ResultBatch.decode(checked.bytes).failures;
  assert.equal(kept?.detail.length, LIMITS.detailCharsMax);
  assert.equal(kept?.reason.length, 64);
  assert.ok(kept?.detail.endsWith("…"));
});

test("fields without a meaning do not reach the log", () => {
  const unknownField = Buffer.concat([Buffer.from([0xfa, 0x01, 0x80, 0x20]), Buffer.alloc(4_096)]);
  const bytes = encodedBatch(makeBatch(2));
  const checked = check(Buffer.concat([bytes, unknownField]));
  assert.ok(checked.ok);
  assert.deepEqual(Buffer.from(checked.bytes), bytes);
});
