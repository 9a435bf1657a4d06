import assert from "node:assert/strict";
import { test } from "node:test";
import { createRunner } from "../../probe/runner.ts";
import { createWheel } from "../../probe/wheel.ts";
import type { CheckResult } from "../../shared/result.ts";
import type { AssignedTarget } from "../../probe/assigned.ts";
import { assignedTarget, scriptedCheck } from "../helpers/probe-parts.ts";
import { simClock } from "../helpers/sim-clock.ts";

function startedRunner() {
  const clock = simClock({ monoMs: 1_000.5 });
  const results: CheckResult[] = [];
  const wheel = createWheel({ clock, onSuspended: () => undefined });
  const runner = createRunner({
    clock,
    wheel,
    anchor: () => null,
    certify: (_resolver, done) => done("ok"),
    record: (result) => results.push(result),
  });
  wheel.start();
  const due = async (target: AssignedTarget): Promise<void> => {
    runner.due(target, Math.floor(clock.monoMs()));
    await clock.run(1_000);
  };
  const said = (): string[] => results.map((one) => `${one.attempt} ${one.outcome.class}`);
  return { clock, runner, results, due, said };
}

test("the first failure starts a burst of `fall` attempts with one slot", async () => {
  const { runner, results, due, said } = startedRunner();
  const check = scriptedCheck(["dead"]);
  const target = assignedTarget({ check, fall: 3, fastMs: 100 });
  runner.set(target);
  await due(target);
  assert.deepEqual(said(), ["0 dead", "1 dead", "2 dead", "3 dead"]);
  assert.deepEqual(
    results.map((one) => one.slotMonoMs),
    [1_000, 1_000, 1_000, 1_000],
  );
  const starts = check.runs.map((run) => run.atMonoMs);
  for (const index of [2, 3]) {
    assert.ok((starts[index] ?? 0) - (starts[index - 1] ?? 0) >= 100);
  }
});

test("a burst is not repeated before the target has passed again", async () => {
  const { runner, due, said } = startedRunner();
  const check = scriptedCheck(["dead", "dead", "dead", "dead", "dead", "ok", "dead", "ok"]);
  const target = assignedTarget({ check });
  runner.set(target);
  for (let slot = 0; slot < 4; slot += 1) await due(target);
  assert.deepEqual(said(), [
    "0 dead",
    "1 dead",
    "2 dead",
    "3 dead",
    "0 dead",
    "0 ok",
    "0 dead",
    "1 ok",
  ]);
});

test("a burst stops at the first ok", async () => {
  const { runner, due, said } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["sub", "dead", "ok"]) });
  runner.set(target);
  await due(target);
  assert.deepEqual(said(), ["0 sub", "1 dead", "2 ok"]);
});

test("a burst counts a void outcome as an attempt that says nothing", async () => {
  const { runner, due, said } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["dead", "void", "void", "void"]) });
  runner.set(target);
  await due(target);
  assert.deepEqual(said(), ["0 dead", "1 void", "2 void", "3 void"]);
});

test("a burst is asked for by a recheck, which passes over handles it does not know", async () => {
  const { clock, runner, said } = startedRunner();
  runner.set(assignedTarget({ check: scriptedCheck(["dead"]) }));
  runner.recheck([1, 99], 2, 1);
  await clock.run(1_000);
  assert.deepEqual(said(), ["1 dead", "2 dead"]);
});

test("a burst asked for several oks in a row, ends with them or with a failure", async () => {
  const { clock, runner, said } = startedRunner();
  runner.set(assignedTarget({ handle: 1, check: scriptedCheck(["ok"]) }));
  runner.set(assignedTarget({ handle: 2, check: scriptedCheck(["ok", "dead"]) }));
  runner.recheck([1], 5, 2);
  await clock.run(1_000);
  assert.deepEqual(said(), ["1 ok", "2 ok"]);
  runner.recheck([2], 5, 3);
  await clock.run(1_000);
  assert.deepEqual(said().slice(2), ["1 ok", "2 dead"]);
});

test("a burst is not doubled by a recheck or a scheduled check", async () => {
  const { clock, runner, said } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["dead"]), fall: 3, fastMs: 200 });
  runner.set(target);
  runner.due(target, 1_000);
  await clock.run(50);
  runner.recheck([1], 3, 1);
  runner.due(target, 1_050);
  await clock.run(1_000);
  assert.deepEqual(said(), ["0 dead", "1 dead", "2 dead", "3 dead"]);
  runner.due(target, 2_050);
  await clock.run(100);
  assert.equal(said().at(-1), "0 dead");
});

test("a burst ends with its revision, and the next revision has its own", async () => {
  const { clock, runner, results } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["dead"]), fastMs: 400 });
  runner.set(target);
  runner.due(target, 1_000);
  await clock.run(100);
  const edited = assignedTarget({ revision: 2, check: scriptedCheck(["sub"]), fall: 1 });
  runner.set(edited);
  runner.due(edited, 1_100);
  await clock.run(2_000);
  assert.deepEqual(
    results.map((one) => `${one.revision} ${one.attempt} ${one.outcome.class}`),
    ["1 0 dead", "1 1 dead", "2 0 sub", "2 1 sub"],
  );
});

test("no burst begins while refused, and one that runs ends with its attempt", async () => {
  const { clock, runner, said } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["dead"]), fastMs: 400 });
  runner.set(target);
  runner.recheck([1], 3, 1);
  await clock.run(20);
  runner.setBurstsAllowed(false);
  runner.recheck([1], 3, 1);
  await clock.run(2_000);
  assert.deepEqual(said(), ["1 dead"]);
  runner.setBurstsAllowed(true);
  runner.recheck([1], 1, 1);
  await clock.run(100);
  assert.deepEqual(said(), ["1 dead", "1 dead"]);
});
