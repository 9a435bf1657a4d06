import assert from "node:assert/strict";
import { test } from "node:test";
import { compactAll, resultsEvent, START_MS, targetNamed } from "../../helpers/store-data.ts";
import { memoryHarness } from "../../helpers/sqlite-store.ts";

const ALL = { fromMs: 0, toMs: START_MS + 3_600_000 };

test("a result keeps its phases until the log is packed, and all else after it", async () => {
  const { store, dispose } = await memoryHarness();
  try {
    const target = targetNamed("a", 1);
    const facts = { probeId: "prb_a", sentMonoMs: 62_000 };
    const rows = [
      { handle: 1, agoMs: 900, latencyUs: 9_000, phaseUs: [0, 2_000, 0, 5_000] as const },
      { handle: 1, agoMs: 100, latencyUs: 20_000, phaseUs: [1_000, 4_000, 8_000, 6_000] as const },
    ];
    const last = await store.log.append([
      { atMs: START_MS, body: { type: "target_set", target } },
      { atMs: START_MS + 62_010, body: resultsEvent(facts, rows) },
    ]);
    const read = async () => {
      const page = await store.history.results({ targetId: "tgt_a", ...ALL, limit: 10 });
      return page.rows;
    };
    const fresh = await read();
    assert.deepEqual(
      fresh.map(({ phases }) => phases),
      [
        { dnsUs: 1_000, connectUs: 4_000, tlsUs: 8_000, firstByteUs: 6_000 },
        { dnsUs: 0, connectUs: 2_000, tlsUs: 0, firstByteUs: 5_000 },
      ],
    );
    await compactAll(store, last + 1, ALL.toMs);
    assert.deepEqual(
      await read(),
      fresh.map((result) => ({ ...result, phases: null })),
    );
  } finally {
    await dispose();
  }
});
