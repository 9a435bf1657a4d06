import assert from "node:assert/strict";
import { test } from "node:test";
import { createOverloadWatch, OVERLOAD_CALM_MS } from "../../probe/overload.ts";
import { createPace, LAG_MS_MAX } from "../../probe/pace.ts";
import { createRunner } from "../../probe/runner.ts";
import { createWheel } from "../../probe/wheel.ts";
import type { CheckResult } from "../../shared/result.ts";
import { assignedTarget, outcomeOf, scriptedCheck } from "../helpers/probe-parts.ts";
import { recordingLog } from "../helpers/recording-log.ts";
import { settle, simClock } from "../helpers/sim-clock.ts";

/** A runner whose ticks come as late as the test says. */
function loadedRunner(options: { runningMax?: number } = {}) {
  const clock = simClock();
  const results: CheckResult[] = [];
  const wheel = createWheel({
    clock,
    onSuspended: () => runner.suspended(),
    onTick: (lagMs) => runner.tick(lagMs, 0),
  });
  const runner = createRunner({
    clock,
    wheel,
    anchor: () => null,
    certify: (_resolver, done) => done("none"),
    record: (result) => results.push(result),
    ...options,
  });
  wheel.start();
  return { clock, runner, results };
}

test("a pace holds nothing back while ticks come in time, and less with every late one", () => {
  const pace = createPace();
  const starts = (): number => {
    let count = 0;
    for (; count < 1_000 && pace.mayStart(); count += 1) pace.started();
    return count;
  };
  pace.tick(0, 0);
  assert.equal(starts(), 1_000);
  pace.tick(2 * LAG_MS_MAX, 0);
  assert.equal(starts(), 1_000, "one late tick alone is a pause");
  pace.tick(2 * LAG_MS_MAX, 0);
  assert.equal(starts(), 500);
  pace.tick(LAG_MS_MAX + 1, 0);
  assert.equal(starts(), 450);
  for (let tick = 0; tick < 40; tick += 1) pace.tick(0, 0);
  assert.equal(starts(), 1_000);
  for (let tick = 0; tick < 40; tick += 1) pace.tick(1_000, 0);
  assert.ok(starts() > 0, "a probe that holds everything back would never learn that it is well");
});

test("a pace is not lowered by late ticks of a process that had rested", () => {
  const pace = createPace();
  for (let count = 0; count < 10; count += 1) pace.started();
  pace.tick(2 * LAG_MS_MAX, 5);
  for (let count = 0; count < 100; count += 1) pace.started();
  assert.equal(pace.mayStart(), true);
});

test("a probe with half the places it needs looks at every target every second time", async () => {
  const { clock, runner, results } = loadedRunner({ runningMax: 1 });
  const checks = [1, 2, 3, 4].map(() => scriptedCheck());
  const targets = checks.map((check, index) =>
    assignedTarget({ handle: index + 1, check, intervalMs: 1_000, timeoutMs: 1_000 }),
  );
  for (const target of targets) runner.set(target);
  // A look takes 500 ms, so two of four are possible in an interval.
  for (let half = 0; half < 40; half += 1) {
    if (half % 2 === 0) {
      for (const target of targets) runner.due(target, Math.floor(clock.monoMs()));
    }
    await clock.run(500);
    for (const { runs } of checks) for (const run of runs.splice(0)) run.end(outcomeOf("ok"));
    await settle();
  }
  for (const { handle } of targets) {
    const own = results.filter((result) => result.handle === handle);
    const gaps = own.map(({ outcome }) => outcome.class).join(" ");
    assert.doesNotMatch(gaps, /void void void/, `target ${handle}: ${gaps}`);
    assert.doesNotMatch(gaps, /sub|dead|dns/, `target ${handle}: ${gaps}`);
  }
});

test("a look that waits is void as soon as it cannot start in time", async () => {
  const { clock, runner, results } = loadedRunner({ runningMax: 1 });
  const blocker = assignedTarget({ handle: 1, check: scriptedCheck(), timeoutMs: 60_000 });
  const target = assignedTarget({ handle: 2, intervalMs: 1_000 });
  for (const one of [blocker, target]) runner.set(one);
  for (const one of [blocker, target]) runner.due(one, Math.floor(clock.monoMs()));
  await clock.run(560);
  assert.deepEqual(
    results.map(({ handle, outcome }) => [handle, outcome.reason]),
    [[2, "too_late"]],
  );
  assert.equal(runner.takeSkipped(), 1);
});

test("a timeout that the probe's own stall may have made says nothing", async () => {
  const { clock, runner, results } = loadedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check, timeoutMs: 500 });
  runner.set(target);
  runner.due(target, Math.floor(clock.monoMs()));
  await clock.run(100);
  clock.suspend(600);
  assert.equal(check.runs[0]?.aborted, null, "what came during the stall is heard first");
  await clock.run(40);
  assert.equal(check.runs[0]?.aborted, "deadline");
  check.runs[0]?.end({ ...outcomeOf("sub"), reason: "read_timeout" });
  assert.deepEqual(
    results.map(({ outcome }) => [outcome.class, outcome.reason]),
    [["void", "suspended"]],
  );
  assert.match(results[0]?.outcome.detail ?? "", /stalled for \d+ ms/);
});

test("a failure that is no matter of time counts, though the probe stalled", async () => {
  const { clock, runner, results } = loadedRunner();
  const check = scriptedCheck();
  const target = assignedTarget({ check, timeoutMs: 500 });
  runner.set(target);
  runner.due(target, Math.floor(clock.monoMs()));
  clock.suspend(400);
  check.runs[0]?.end(outcomeOf("dead"));
  assert.equal(results[0]?.outcome.reason, "connection_refused");
});

test("a probe says once that it is overloaded, and once that it is not any more", () => {
  const clock = simClock();
  const { log, lines } = recordingLog();
  const watch = createOverloadWatch({ clock, log });
  assert.equal(watch.isOverloaded(), false);
  for (let second = 0; second < 15; second += 1) {
    watch.skipped(10);
    clock.advance(1_000);
  }
  assert.equal(watch.isOverloaded(), true);
  clock.advance(OVERLOAD_CALM_MS);
  assert.equal(watch.isOverloaded(), false);
  assert.equal(clock.pending(), 0);
  assert.deepEqual(
    lines.map(({ level }) => level),
    ["warn", "info"],
  );
});
