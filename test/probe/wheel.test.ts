import assert from "node:assert/strict";
import { test } from "node:test";
import { createWheel, TICK_MS, wheelEntry } from "../../probe/wheel.ts";
import { simClock } from "../helpers/sim-clock.ts";

function startedWheel() {
  const clock = simClock();
  const gaps: number[] = [];
  const wheel = createWheel({ clock, onSuspended: (gapMs) => gaps.push(gapMs) });
  wheel.start();
  return { clock, wheel, gaps };
}

test("each timer fires once, from its time to two ticks after", () => {
  const { clock, wheel } = startedWheel();
  const startMs = clock.monoMs();
  const fired = new Map<number, number[]>();
  const delays = [0, 1, 19, 20, 21, 777, 81_919, 81_920, 200_003];
  for (const delayMs of delays) {
    const entry = wheelEntry(() => {
      fired.set(delayMs, [...(fired.get(delayMs) ?? []), clock.monoMs() - startMs]);
    });
    wheel.at(entry, startMs + delayMs);
  }
  clock.advance(300_000);
  for (const delayMs of delays) {
    const [atMs = -1, ...more] = fired.get(delayMs) ?? [];
    assert.deepEqual(more, []);
    assert.ok(atMs >= delayMs && atMs <= delayMs + 2 * TICK_MS, `${delayMs} fired at ${atMs}`);
  }
});

test("a cancelled timer does not fire, even if cancelled in the same tick", () => {
  const { clock, wheel } = startedWheel();
  const fired: string[] = [];
  const second = wheelEntry(() => fired.push("second"));
  const third = wheelEntry(() => fired.push("third"));
  const first = wheelEntry(() => {
    fired.push("first");
    wheel.cancel(second);
  });
  for (const entry of [first, second, third]) wheel.at(entry, clock.monoMs() + 30);
  clock.advance(100);
  assert.deepEqual(fired, ["first", "third"]);
});

test("the timing wheel moves a timer that is set again, and lets a timer set itself again", () => {
  const { clock, wheel } = startedWheel();
  const startMs = clock.monoMs();
  const fired: number[] = [];
  const entry = wheelEntry(() => {
    fired.push(clock.monoMs() - startMs);
    if (fired.length < 3) wheel.at(entry, clock.monoMs() + 100);
  });
  wheel.at(entry, startMs + 40);
  wheel.at(entry, startMs + 60);
  clock.advance(1_000);
  assert.deepEqual(fired, [60, 160, 260]);
});

test("a suspension is told before any timer fires, and shows as lag", () => {
  const { clock, wheel, gaps } = startedWheel();
  const seen: number[] = [];
  const entry = wheelEntry(() => seen.push(gaps.length));
  wheel.at(entry, clock.monoMs() + 500);
  clock.advance(100);
  wheel.takeLagMs();
  clock.suspend(3_000);
  assert.deepEqual(gaps, [3_100]);
  assert.deepEqual(seen, [1]);
  assert.equal(wheel.takeLagMs(), 2_600);
  clock.advance(100);
  assert.equal(wheel.takeLagMs(), 0);
});

test("a wall clock that ran ahead tells of a suspension too", () => {
  const { clock, gaps } = startedWheel();
  clock.advance(100);
  clock.stepWall(60_000);
  clock.advance(500);
  assert.equal(gaps.length, 1);
});

test("the timing wheel fires every timer once after a gap longer than its own turn", () => {
  const { clock, wheel } = startedWheel();
  let fired = 0;
  for (let delayMs = 0; delayMs < 200_000; delayMs += 37) {
    wheel.at(
      wheelEntry(() => (fired += 1)),
      clock.monoMs() + delayMs,
    );
  }
  clock.suspend(500_000);
  assert.equal(fired, Math.ceil(200_000 / 37));
});

test("the timing wheel does nothing after it was stopped", () => {
  const { clock, wheel } = startedWheel();
  let fired = 0;
  wheel.at(
    wheelEntry(() => (fired += 1)),
    clock.monoMs() + 50,
  );
  wheel.stop();
  clock.advance(1_000);
  assert.equal(fired, 0);
  assert.equal(clock.pending(), 0);
});

test("a wheel at rest wakes seldom, and in time for a timer that is set meanwhile", () => {
  const clock = simClock();
  let ticks = 0;
  const onTick = (): void => void (ticks += 1);
  const wheel = createWheel({ clock, onSuspended: () => undefined, onTick });
  wheel.start();
  clock.advance(10_000);
  assert.ok(ticks <= 25, `${ticks} ticks in ten seconds of rest`);
  const startMs = clock.monoMs();
  const fired: number[] = [];
  for (const delayMs of [90, 30]) {
    const entry = wheelEntry(() => fired.push(clock.monoMs() - startMs));
    wheel.at(entry, startMs + delayMs);
  }
  clock.advance(200);
  assert.deepEqual(fired, [40, 100]);
  assert.equal(wheel.takeLagMs(), 0);
});
