import assert from "node:assert/strict";
import test from "node:test";
import { checkTimes, windowsOf } from "../../../aggregator/registry/maintenance-windows.ts";
import { isoTime } from "../../../shared/clock.ts";
import { maintenanceSpecSchema } from "../../../shared/maintenance.ts";
import type { Maintenance } from "../../../shared/maintenance.ts";

const HOUR_MS = 3_600_000;

function maintenance(spec: object): Maintenance {
  const full = maintenanceSpecSchema.parse({ name: "disks", targets: ["web"], ...spec });
  const times = { createdAtMs: 0, updatedAtMs: 0, endedAtMs: null };
  return { id: "mnt_a", revision: 1, ...times, spec: full };
}

function windows(spec: object, now: string): string[] {
  return windowsOf(maintenance(spec), Date.parse(now)).map(
    ({ fromMs, toMs }) => `${isoTime(fromMs)} ${isoTime(toMs)}`,
  );
}

test("a single window is planned until it is over", () => {
  const spec = { fromAt: "2026-01-01T10:00:00Z", toAt: "2026-01-01T12:00:00+01:00" };
  const window = ["2026-01-01T10:00:00.000Z 2026-01-01T11:00:00.000Z"];
  assert.deepEqual(windows(spec, "2025-12-01T00:00:00Z"), window);
  assert.deepEqual(windows(spec, "2026-01-01T10:59:59Z"), window);
  assert.deepEqual(windows(spec, "2026-01-01T11:00:00Z"), []);
});

test("a window by cron that runs is told, and the one after it", () => {
  const spec = { cron: "0 3 * * *", durationMs: 2 * HOUR_MS };
  assert.deepEqual(windows(spec, "2026-01-01T04:59:00Z"), [
    "2026-01-01T03:00:00.000Z 2026-01-01T05:00:00.000Z",
    "2026-01-02T03:00:00.000Z 2026-01-02T05:00:00.000Z",
  ]);
  assert.deepEqual(windows(spec, "2026-01-01T05:00:00Z"), [
    "2026-01-02T03:00:00.000Z 2026-01-02T05:00:00.000Z",
    "2026-01-03T03:00:00.000Z 2026-01-03T05:00:00.000Z",
  ]);
});

test("cron goes by the wall of its zone, also across a change of its clocks", () => {
  const spec = { cron: "0 3 * * *", durationMs: HOUR_MS, timezone: "Europe/Berlin" };
  assert.deepEqual(windows(spec, "2026-03-28T01:00:00Z"), [
    "2026-03-28T02:00:00.000Z 2026-03-28T03:00:00.000Z",
    "2026-03-29T01:00:00.000Z 2026-03-29T02:00:00.000Z",
  ]);
});

test("the same window has the same id whenever it is planned", () => {
  const spec = maintenance({ cron: "*/5 * * * *", durationMs: 60_000 });
  const [first, second] = windowsOf(spec, Date.parse("2026-01-01T00:00:30Z"));
  const later = windowsOf(spec, Date.parse("2026-01-01T00:05:30Z"));
  assert.equal(first?.id, `mnt_a/${Date.parse("2026-01-01T00:00:00Z")}`);
  assert.deepEqual(later[0], second);
});

test("nothing is planned of a maintenance that was ended", () => {
  const ended = { ...maintenance({ cron: "0 3 * * *", durationMs: HOUR_MS }), endedAtMs: 5 };
  assert.deepEqual(windowsOf(ended, 10), []);
});

test("times that give no window are refused, and it is said why", () => {
  const refused = (spec: object) => {
    const nowMs = Date.parse("2026-01-01T00:00:00Z");
    try {
      checkTimes(maintenance(spec).spec, nowMs);
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  assert.match(refused({ cron: "every hour", durationMs: 60_000 }), /^cron: expected five fields/);
  assert.match(refused({ cron: "0 0 3 * * *", durationMs: 60_000 }), /^cron: expected five fields/);
  assert.match(refused({ cron: "0 0 30 2 *", durationMs: 60_000 }), /^cron: expected a pattern/);
  const zone = { cron: "0 3 * * *", durationMs: 60_000, timezone: "Mars/Olympus" };
  assert.match(refused(zone), /^cron: expected five fields and a known zone/);
  assert.match(refused({ toAt: "2025-12-31T00:00:00Z" }), /^toAt: expected a moment/);
  const reversed = { fromAt: "2026-01-03T00:00:00Z", toAt: "2026-01-02T00:00:00Z" };
  assert.match(refused(reversed), /^toAt: expected a moment after fromAt/);
  assert.equal(refused({ toAt: "2026-01-01T00:01:00Z" }), "");
});
