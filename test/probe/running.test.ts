import assert from "node:assert/strict";
import { test } from "node:test";
import { voidOutcome } from "../../probe/assigned.ts";
import { createRunning } from "../../probe/running.ts";
import { newLook } from "../../probe/seat.ts";
import type { Look } from "../../probe/seat.ts";

function look(handle: number): Look {
  const target = {
    handle,
    revision: 1,
    name: `target-${handle}`,
    intervalMs: 1_000,
    timeoutMs: 500,
    phaseMs: 0,
    fall: 1,
    fastMs: 100,
    check: voidOutcome("unsupported", "It is never run."),
  };
  const seat = { target, failing: false, burst: null, waiting: null, missed: 0 };
  return newLook(seat, { slotMonoMs: 0, attempt: 0, burst: null }, () => undefined);
}

test("looks that run are known until they are taken out, in whatever order that is", () => {
  const running = createRunning();
  const looks = [1, 2, 3, 4].map(look);
  const handles = (): number[] => running.all().map(({ target }) => target.handle);
  for (const one of looks) running.add(one);
  assert.deepEqual([running.size(), handles()], [4, [1, 2, 3, 4]]);
  for (const [index, left] of [
    [1, [1, 3, 4]],
    [3, [1, 3]],
    [0, [3]],
    [2, []],
  ] as const) {
    const one = looks[index];
    assert.ok(one);
    running.remove(one);
    assert.deepEqual(
      handles().toSorted((a, b) => a - b),
      left,
    );
    assert.equal(running.size(), left.length);
  }
});

test("a list of those that run stays as it was when one of them ends", () => {
  const running = createRunning();
  const [first, second] = [look(1), look(2)];
  running.add(first);
  running.add(second);
  const all = running.all();
  running.remove(first);
  assert.deepEqual(all, [first, second]);
});
