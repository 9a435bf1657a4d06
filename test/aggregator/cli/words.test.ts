import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, dateTime, formatDuration, timeOfDay } from "../../../aggregator/cli/words.ts";

test("a duration is written in its two largest units, never rounded up", () => {
  const cases: [number, string][] = [
    [0, "0ms"],
    [850.4, "850ms"],
    [4_299, "4.2s"],
    [9_999, "9.9s"],
    [31_900, "31s"],
    [60_000, "1m"],
    [252_000, "4m 12s"],
    [3_599_999, "59m 59s"],
    [7_500_000, "2h 5m"],
    [273_600_000, "3d 4h"],
  ];
  for (const [durationMs, text] of cases) assert.equal(formatDuration(durationMs), text);
});

test("times are shown in UTC to the second, and what is no time as a dash or as it is", () => {
  const time = "2026-01-01T12:04:31.500Z";
  assert.equal(timeOfDay(time), "12:04:31");
  assert.equal(dateTime(time), "2026-01-01 12:04:31");
  assert.equal(ago(time, Date.parse(time) + 61_000), "1m 1s");
  assert.equal(ago(time, Date.parse(time) - 5_000), "0ms");
  assert.equal(ago(null, 0), "-");
  assert.equal(ago("soon", 0), "-");
  assert.equal(dateTime(null), "-");
  assert.equal(timeOfDay("soon"), "soon");
});
