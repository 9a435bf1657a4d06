/** What a store must do with the times that targets spent in each state. */
import assert from "node:assert/strict";
import type { EffectsCommit, UptimeSpan } from "../../../aggregator/ports.ts";
import { START_MS } from "../../helpers/store-data.ts";
import type { StoreTest } from "./harness.ts";

function span(from: number, to: number, over: Partial<UptimeSpan> = {}): UptimeSpan {
  const times = { fromMs: START_MS + from, toMs: START_MS + to };
  return { targetId: "tgt_a", ...times, state: "up", maintenance: false, ...over };
}

function commitOf(spans: UptimeSpan[]): EffectsCommit {
  const nothing = { tick: null, events: [], transitions: [], incidents: [], notifications: [] };
  return { atMs: START_MS, ...nothing, spans };
}

const range = (from: number, to: number) => ({ fromMs: START_MS + from, toMs: START_MS + to });

/** Uptime. */
export const UPTIME_TESTS: readonly StoreTest[] = [
  [
    "times in a state are summed within a range, and one given again is ignored",
    async ({ store }) => {
      const spans = [
        span(0, 1_000),
        span(1_000, 1_500, { state: "down" }),
        span(1_500, 2_000, { state: "down", maintenance: true }),
        span(2_000, 9_000),
        span(0, 9_000, { targetId: "tgt_b", state: "unknown" }),
      ];
      await store.events.commit(commitOf(spans));
      await store.events.commit(commitOf(spans.slice(0, 2)));
      assert.deepEqual(await store.uptime.totals("tgt_a", range(500, 3_000)), [
        { state: "down", maintenance: false, ms: 500 },
        { state: "down", maintenance: true, ms: 500 },
        { state: "up", maintenance: false, ms: 1_500 },
      ]);
      assert.deepEqual(await store.uptime.totals("tgt_a", range(9_000, 9_500)), []);
    },
  ],
  [
    "times in a state survive the packing of the log, until history expires",
    async ({ store }) => {
      await store.events.commit(commitOf([span(0, 1_000), span(1_000, 2_000, { state: "down" })]));
      while (await store.history.compact(Number.MAX_SAFE_INTEGER, START_MS + 9_000));
      await store.history.expire(START_MS + 1_500);
      assert.deepEqual(await store.uptime.totals("tgt_a", range(0, 5_000)), [
        { state: "down", maintenance: false, ms: 1_000 },
      ]);
    },
  ],
  [
    "spans that reach into a range are given whole, the oldest first",
    async ({ store }) => {
      const spans = [
        span(2_000, 3_000, { maintenance: true }),
        span(0, 1_000),
        span(1_000, 2_000, { state: "down" }),
      ];
      await store.events.commit(commitOf([...spans, span(0, 3_000, { targetId: "tgt_b" })]));
      const found = await store.uptime.spans("tgt_a", range(1_000, 2_500));
      const [planned, , down] = spans;
      assert.deepEqual(
        found.map((one) => ({ targetId: "tgt_a", ...one })),
        [down, planned],
      );
      assert.deepEqual(await store.uptime.spans("tgt_a", range(3_000, 4_000)), []);
    },
  ],
];
