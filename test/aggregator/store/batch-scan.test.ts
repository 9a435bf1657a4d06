import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { batchHasHandle } from "../../../aggregator/store/batch-scan.ts";
import { ResultBatch } from "../../../shared/proto/gen/quorate/v1/mesh.ts";

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const handles = fc.array(fc.oneof(uint32, fc.integer({ min: 0, max: 9 })));

test("the scan finds exactly the handles that the decoder finds", () => {
  fc.assert(
    fc.property(handles, fc.array(uint32), uint32, (handle, others, absent) => {
      const batch = ResultBatch.fromPartial({
        baseMonoMs: 2 ** 40,
        anchorAtMs: 1_767_225_600_000,
        anchorMonoMs: 12.5,
        handle,
        revision: others,
        latencyUs: others,
        failures: [{ row: 1, reason: "read_timeout", detail: "4\u0022\u0020" }],
      });
      const bytes = ResultBatch.encode(batch).finish();
      for (const value of [...handle, ...others, absent]) {
        assert.equal(batchHasHandle(bytes, value), handle.includes(value));
      }
    }),
  );
});

test("the scan ends on any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array(), uint32, (bytes, handle) => {
      assert.equal(typeof batchHasHandle(bytes, handle), "boolean");
    }),
  );
});
