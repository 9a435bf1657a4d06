import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { growBlock, readBlock, sealBlock } from "../../../aggregator/store/block.ts";
import { createStoreReader } from "../../../aggregator/store/bytes.ts";
import { createByteWriter } from "../../../shared/bytes.ts";
import type { StoredResult } from "../../../aggregator/store/stored-result.ts";
import { START_MS } from "../../helpers/store-data.ts";

const natural = (max: number) => fc.integer({ min: 0, max });

/** Any result, also such as only a hostile probe sends. */
const anyResult: fc.Arbitrary<StoredResult> = fc
  .record({
    receivedAtMs: natural(2 ** 45),
    back: natural(2 ** 40),
    width: natural(2 ** 40),
    anchored: fc.boolean(),
    boot: natural(2 ** 32 - 1),
    revision: natural(2 ** 32 - 1),
    slotMonoMs: natural(2 ** 47),
    attempt: natural(2 ** 32 - 1),
    outcome: fc.integer({ min: 1, max: 5 }),
    certificate: natural(3),
    late: fc.boolean(),
    replayed: fc.boolean(),
    latencyUs: natural(2 ** 32 - 1),
    phases: fc.constant(null),
    reason: fc.string({ unit: "grapheme" }),
    detail: fc.string({ unit: "grapheme" }),
    resolver: fc.string(),
  })
  .map(({ back, width, ...rest }) => {
    const hiMs = Math.max(0, rest.receivedAtMs - back);
    const loMs = rest.anchored ? Math.max(0, hiMs - width) : 0;
    const texts = rest.outcome === 1 ? { reason: "ok", detail: "", resolver: "" } : {};
    return { ...rest, hiMs, loMs, ...texts };
  });

/** The results of a healthy target, every 30 s, as a probe in another zone sees it. */
function healthy(count: number): StoredResult[] {
  let noise = 7;
  const random = (below: number) => {
    noise = (noise * 1_103_515_245 + 12_345) % 2 ** 31;
    return noise % below;
  };
  return Array.from({ length: count }, (_, index) => {
    const slotMonoMs = 12_345 + index * 30_000;
    const latencyUs = 4_000 + random(3_000);
    const hiMs = START_MS + slotMonoMs + Math.ceil(latencyUs / 1_000) + random(3);
    return {
      receivedAtMs: hiMs + random(250),
      hiMs,
      loMs: hiMs - 2 - random(3),
      anchored: true,
      boot: 1,
      revision: 3,
      slotMonoMs,
      attempt: 0,
      outcome: 1,
      certificate: 0,
      late: false,
      replayed: false,
      latencyUs,
      phases: null,
      reason: "ok",
      detail: "",
      resolver: "",
    };
  });
}

test("a block gives back what was packed, sealed or grown by segments", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyResult, { minLength: 1 }), { minLength: 1 }), (parts) => {
      const all = parts.flat();
      assert.deepEqual(readBlock(sealBlock(all)), all);
      let block: Uint8Array | null = null;
      for (const part of parts) block = growBlock(block, part);
      assert.deepEqual(block && readBlock(block), all);
    }),
    { numRuns: 60 },
  );
});

test("a full block of a healthy target costs at most 7 bytes a result", () => {
  const results = healthy(512);
  assert.ok(sealBlock(results).length <= 7 * results.length, `${sealBlock(results).length} bytes`);
});

test("the same failure over and over costs a few bytes each", () => {
  const results = healthy(512).map((result) => ({
    ...result,
    outcome: 3,
    certificate: 1,
    reason: "connection_refused",
    detail: "Connection refused: nothing is listening on 10.0.0.7:443.",
  }));
  assert.ok(sealBlock(results).length <= 8 * results.length, `${sealBlock(results).length} bytes`);
});

test("a block cut short or altered is called damaged, or read, and nothing else", () => {
  const whole = growBlock(null, healthy(40));
  const sealed = sealBlock(healthy(40));
  fc.assert(
    fc.property(fc.boolean(), natural(2_000), natural(255), (deflated, at, value) => {
      const block = Uint8Array.from(deflated ? sealed : whole);
      block[at % block.length] = value;
      for (const bytes of [block, block.subarray(0, at % block.length)]) {
        try {
          readBlock(bytes);
        } catch (error) {
          assert.equal(error instanceof Error && error.name, "DamagedError");
        }
      }
    }),
  );
});

test("numbers of every size and sign survive packing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.maxSafeNat()),
      fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
      fc.string(),
      (naturals, integers, text) => {
        const writer = createByteWriter(1);
        for (const value of naturals) writer.varint(value);
        for (const value of integers) writer.zigzag(value);
        writer.text(text);
        const reader = createStoreReader(writer.bytes());
        assert.deepEqual(
          naturals.map(() => reader.varint()),
          naturals,
        );
        assert.deepEqual(
          integers.map(() => reader.zigzag()),
          integers,
        );
        assert.equal(reader.text(), text);
        assert.ok(reader.atEnd());
      },
    ),
  );
});
