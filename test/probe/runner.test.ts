import assert from "node:assert/strict";
import { test } from "node:test";
import { createRunner } from "../../probe/runner.ts";
import { createWheel } from "../../probe/wheel.ts";
import type { Certificate } from "../../shared/outcome.ts";
import type { CheckResult } from "../../shared/result.ts";
import { voidOutcome } from "../../probe/assigned.ts";
import type { AssignedTarget } from "../../probe/assigned.ts";
import { assignedTarget, outcomeOf, scriptedCheck } from "../helpers/probe-parts.ts";
import { settle, simClock } from "../helpers/sim-clock.ts";

function startedRunner(options: { runningMax?: number } = {}) {
  const clock = simClock();
  const results: CheckResult[] = [];
  const asked: { resolver: string | null; done: (certificate: Certificate) => void }[] = [];
  const wheel = createWheel({
    clock,
    onSuspended: () => runner.suspended(),
    onTick: (lagMs) => runner.tick(lagMs, 0),
  });
  const runner = createRunner({
    clock,
    wheel,
    anchor: () => ({ atMs: 7, monoMs: 1 }),
    certify: (resolver, done) => asked.push({ resolver, done }),
    record: (result) => results.push(result),
    ...options,
  });
  wheel.start();
  const due = (target: AssignedTarget): void => {
    runner.due(target, Math.floor(clock.monoMs()));
  };
  const certifyAll = (certificate: Certificate): void => {
    for (const { done } of asked.splice(0)) done(certificate);
  };
  const said = (): string[] =>
    results.map((one) => `${one.attempt} ${one.outcome.class} ${one.outcome.reason}`);
  return { clock, runner, results, asked, due, certifyAll, said };
}

test("a passed check has its slot, its times and the anchor of its end", async () => {
  const { clock, runner, results, due } = startedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check });
  runner.set(target);
  due(target);
  await clock.run(40);
  check.runs[0]?.end(outcomeOf("ok"));
  assert.equal(results.length, 1);
  const { slotMonoMs, startMonoMs, endMonoMs, attempt, certificate, anchor } = results[0] ?? {};
  assert.deepEqual([slotMonoMs, startMonoMs, endMonoMs], [1_000, 1_000, 1_040]);
  assert.deepEqual([attempt, certificate, anchor], [0, "none", { atMs: 7, monoMs: 1 }]);
  assert.equal(runner.running(), 0);
});

test("a check is aborted at its deadline, and its outcome then counts", async () => {
  const { clock, runner, said, due } = startedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check, timeoutMs: 500 });
  runner.set(target);
  due(target);
  await clock.run(480);
  assert.equal(check.runs[0]?.aborted, null);
  await clock.run(60);
  assert.equal(check.runs[0]?.aborted, "deadline");
  check.runs[0]?.end(outcomeOf("ok"));
  check.runs[0]?.end(outcomeOf("dead"));
  assert.deepEqual(said(), ["0 ok ok"]);
});

test("the runner takes the place of a check back that never ends", async () => {
  const { clock, runner, said, due } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck() });
  runner.set(target);
  due(target);
  await clock.run(3_000);
  assert.deepEqual(said(), ["0 void internal"]);
  assert.equal(runner.running(), 0);
});

test("the runner turns a check that throws into a void outcome", async () => {
  const { clock, runner, said, due } = startedRunner();
  const check = {
    endpoint: "broken",
    run: () => {
      throw new Error("broken");
    },
  };
  const target = assignedTarget({ check });
  runner.set(target);
  due(target);
  await clock.run(20);
  assert.deepEqual(said(), ["0 void internal"]);
});

test("a failure waits for its certificate, and for dns names its resolver", async () => {
  const { clock, runner, results, asked, due, certifyAll } = startedRunner();
  const target = assignedTarget({ check: scriptedCheck(["dns"]), fall: 1 });
  runner.set(target);
  due(target);
  await clock.run(20);
  assert.equal(results.length, 0);
  assert.deepEqual(
    asked.map((one) => one.resolver),
    ["10.0.0.2:53", "10.0.0.2:53"],
  );
  certifyAll("ok");
  assert.deepEqual(
    results.map((one) => one.certificate),
    ["ok", "ok"],
  );
});

test("the runner answers a kind it cannot run with its void outcome, once a slot", async () => {
  const { clock, runner, said, due } = startedRunner();
  const target = assignedTarget({ check: voidOutcome("unsupported", "No.") });
  runner.set(target);
  due(target);
  runner.recheck([1], 3, 1);
  await clock.run(1_000);
  assert.deepEqual(said(), ["0 void unsupported"]);
});

test("the runner lets a check wait for a place, and voids it when it waited too long", async () => {
  const { clock, runner, said, due } = startedRunner({ runningMax: 1 });
  const slow = scriptedCheck();
  const first = assignedTarget({ handle: 1, check: slow, timeoutMs: 1_000 });
  const second = assignedTarget({ handle: 2, intervalMs: 4_000 });
  const third = assignedTarget({ handle: 3, intervalMs: 1_000 });
  for (const target of [first, second, third]) runner.set(target);
  for (const target of [first, second, third]) due(target);
  await clock.run(700);
  slow.runs[0]?.end(outcomeOf("ok"));
  await clock.run(20);
  assert.deepEqual(said(), ["0 ok ok", "0 void too_late", "0 ok ok"]);
  assert.equal(runner.takeSkipped(), 1);
  assert.equal(runner.takeSkipped(), 0);
});

test("one check a target waits: an older slot gives way as too late", async () => {
  const { clock, runner, said, due } = startedRunner({ runningMax: 1 });
  const blocker = assignedTarget({ handle: 1, check: scriptedCheck(), timeoutMs: 60_000 });
  const target = assignedTarget({ handle: 2 });
  runner.set(blocker);
  runner.set(target);
  due(blocker);
  for (let slot = 0; slot < 5; slot += 1) {
    due(target);
    await clock.run(400);
  }
  assert.deepEqual(said(), Array(4).fill("0 void too_late"));
});

test("the runner voids what ran while the process was suspended, whatever it saw", async () => {
  const { clock, runner, said, due } = startedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check, timeoutMs: 60_000, intervalMs: 60_000 });
  runner.set(target);
  due(target);
  await clock.run(100);
  clock.suspend(5_000);
  check.runs[0]?.end(outcomeOf("dead"));
  assert.deepEqual(said(), ["0 void suspended"]);
});

test("a removed target's check ends without a burst, and none waits on", async () => {
  const { clock, runner, said, due, certifyAll } = startedRunner({ runningMax: 1 });
  const check = scriptedCheck();
  const target = assignedTarget({ check });
  runner.set(target);
  due(target);
  due(target);
  runner.remove(1);
  check.runs[0]?.end(outcomeOf("dead"));
  certifyAll("ok");
  await clock.run(1_000);
  assert.deepEqual(said(), ["0 dead connection_refused"]);
  assert.equal(check.runs.length, 1);
});

test("the runner when stopped, aborts what runs and starts nothing any more", async () => {
  const { clock, runner, due } = startedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check });
  runner.set(target);
  due(target);
  runner.stop();
  assert.equal(check.runs[0]?.aborted, "stopping");
  check.runs[0]?.end(outcomeOf("dead"));
  due(target);
  runner.recheck([1], 3, 1);
  await clock.run(1_000);
  await settle();
  assert.equal(check.runs.length, 1);
});
