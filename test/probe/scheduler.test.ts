import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createScheduler, lateLimitMs } from "../../probe/scheduler.ts";
import { createWheel, TICK_MS } from "../../probe/wheel.ts";
import type { TimeAnchor } from "../../shared/result.ts";
import { assignedTarget } from "../helpers/probe-parts.ts";
import { simClock } from "../helpers/sim-clock.ts";

interface Given {
  handle: number;
  slotMs: number;
  atMs: number;
}

const LOG_START_MS = 1_767_225_612_345;

function startedScheduler() {
  const clock = simClock({ monoMs: 5_000.25 });
  const due: Given[] = [];
  const anchor: TimeAnchor = { atMs: LOG_START_MS, monoMs: clock.monoMs() };
  const room = { clock, due, missed: 0, anchor };
  const wheel = createWheel({ clock, onSuspended: () => undefined });
  wheel.start();
  const scheduler = createScheduler({
    clock,
    wheel,
    anchor: () => room.anchor,
    onDue: ({ handle }, slotMs) => due.push({ handle, slotMs, atMs: clock.monoMs() }),
    onMissed: (count) => void (room.missed += count),
  });
  return { ...room, room, scheduler };
}

function logTimeOf(slotMs: number): number {
  return LOG_START_MS + slotMs - 5_000;
}

test("the scheduler calls a target due at its phase of its interval in log time", () => {
  const { clock, due, scheduler } = startedScheduler();
  scheduler.set(assignedTarget({ handle: 1, intervalMs: 1_000, phaseMs: 0 }));
  scheduler.set(assignedTarget({ handle: 2, intervalMs: 1_000, phaseMs: 333 }));
  scheduler.set(assignedTarget({ handle: 3, intervalMs: 30_000, phaseMs: 29_999 }));
  clock.advance(60_000);
  const of = (handle: number): Given[] => due.filter((one) => one.handle === handle);
  assert.equal(of(1).length, 60);
  assert.equal(of(3).length, 2);
  for (const [handle, interval, phase] of [
    [1, 1_000, 0],
    [2, 1_000, 333],
    [3, 30_000, 29_999],
  ] as const) {
    for (const { slotMs, atMs } of of(handle)) {
      assert.ok(Number.isInteger(slotMs));
      const offMs = Math.abs((logTimeOf(slotMs) % interval) - phase);
      assert.ok(Math.min(offMs, interval - offMs) <= 1, `${slotMs} is off by ${offMs}`);
      assert.ok(atMs >= slotMs && atMs <= slotMs + 2 * TICK_MS);
    }
  }
});

test("slots move when log time is off by more than a tick, and not before", () => {
  const { clock, due, room, scheduler } = startedScheduler();
  scheduler.set(assignedTarget({ intervalMs: 1_000, phaseMs: 500 }));
  clock.advance(3_000);
  const phase = (due.at(-1)?.slotMs ?? 0) % 1_000;
  room.anchor = { atMs: LOG_START_MS + 3_000 + 15, monoMs: clock.monoMs() };
  clock.advance(3_000);
  assert.equal((due.at(-1)?.slotMs ?? 0) % 1_000, phase);
  room.anchor = { atMs: LOG_START_MS + 6_000 + 200, monoMs: clock.monoMs() };
  clock.advance(3_000);
  assert.equal((due.at(-1)?.slotMs ?? 0) % 1_000, (phase + 800) % 1_000);
});

test("no slot is given twice or out of order, whatever log time and edits do", () => {
  const change = fc.record({
    waitMs: fc.integer({ min: 1, max: 4_000 }),
    jumpMs: fc.integer({ min: -5_000, max: 5_000 }),
    intervalMs: fc.constantFrom(200, 1_000, 1_700),
    phaseMs: fc.nat(199),
    suspend: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const { clock, due, room, scheduler } = startedScheduler();
      scheduler.set(assignedTarget());
      for (const { waitMs, jumpMs, intervalMs, phaseMs, suspend } of changes) {
        if (suspend) clock.suspend(waitMs * 10);
        else clock.advance(waitMs);
        const atMs = LOG_START_MS + Math.floor(clock.monoMs()) + jumpMs;
        room.anchor = { atMs, monoMs: clock.monoMs() };
        scheduler.set(assignedTarget({ intervalMs, phaseMs }));
      }
      clock.advance(5_000);
      due.forEach(({ slotMs, atMs }, index) => {
        assert.ok(slotMs > (due[index - 1]?.slotMs ?? -1));
        assert.ok(slotMs <= atMs);
      });
      assert.ok(due.length > 0);
    }),
    { numRuns: 60 },
  );
});

test("after a long suspension the missed slots are counted, not given out", () => {
  const { clock, due, room, scheduler } = startedScheduler();
  scheduler.set(assignedTarget({ intervalMs: 1_000, phaseMs: 0 }));
  clock.advance(2_000);
  const before = due.length;
  clock.suspend(600_000);
  // The slot that was due when it began, and one that is still in time.
  assert.ok(due.length - before <= 2, `${due.length - before} slots at once`);
  clock.advance(1_000);
  assert.ok(room.missed >= 598 && room.missed <= 600, `missed ${room.missed}`);
  const { slotMs, atMs } = due.at(-1) ?? { slotMs: 0, atMs: 0 };
  assert.ok(atMs - slotMs <= lateLimitMs(1_000) + 2 * TICK_MS);
});

test("the scheduler lets slots pass while paused, and takes a removed target off", () => {
  const { clock, due, scheduler } = startedScheduler();
  scheduler.set(assignedTarget());
  scheduler.setPaused(true);
  clock.advance(5_000);
  assert.equal(due.length, 0);
  scheduler.setPaused(false);
  clock.advance(5_000);
  assert.equal(due.length, 5);
  scheduler.remove(1);
  clock.advance(5_000);
  assert.equal(due.length, 5);
});

test("the scheduler runs 50,000 targets from one timer of the clock", () => {
  const { clock, due, scheduler } = startedScheduler();
  for (let handle = 1; handle <= 50_000; handle += 1) {
    scheduler.set(assignedTarget({ handle, intervalMs: 30_000, phaseMs: handle % 30_000 }));
  }
  assert.equal(clock.pending(), 1);
  clock.advance(30_000);
  assert.equal(new Set(due.map((one) => one.handle)).size, 50_000);
});
