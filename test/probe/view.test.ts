import assert from "node:assert/strict";
import { test } from "node:test";
import { createViews } from "../../probe/view.ts";
import type { CheckOutcome, Certificate } from "../../shared/outcome.ts";
import { assignedTarget, checkResult, outcomeOf } from "../helpers/probe-parts.ts";
import { simClock } from "../helpers/sim-clock.ts";

function room() {
  const clock = simClock();
  const changed: string[] = [];
  const views = createViews(clock, (name) => void changed.push(name));
  views.set(assignedTarget({ fall: 2 }));
  const take = (one: CheckOutcome["class"], certificate: Certificate = "ok"): string | null => {
    const endMonoMs = clock.monoMs();
    views.take(checkResult({ outcome: outcomeOf(one), certificate, endMonoMs }));
    return views.of("checkout");
  };
  return { clock, views, changed, take };
}

test("a target fails after `fall` failures in a row, and is reached after two passes", () => {
  const { take } = room();
  assert.equal(take("ok"), "reached");
  assert.equal(take("dead"), "reached");
  assert.equal(take("sub"), "failing");
  assert.equal(take("ok"), "failing");
  assert.equal(take("ok"), "reached");
});

test("a first failure says nothing yet, and one pass is enough for a target never seen", () => {
  assert.equal(room().take("dead"), "unknown");
  assert.equal(room().take("ok"), "reached");
});

test("void looks, failures of an unwell probe, and other revisions change nothing", () => {
  const { take, views } = room();
  take("ok");
  for (let turn = 0; turn < 3; turn += 1) {
    take("void");
    take("dead", "failed");
    views.take(checkResult({ revision: 9, outcome: outcomeOf("dead") }));
    views.take(checkResult({ handle: 9, outcome: outcomeOf("dead") }));
  }
  assert.equal(views.of("checkout"), "reached");
});

test("a view expires, is told of when it changes, and begins anew with a revision", () => {
  const { clock, views, changed, take } = room();
  take("ok");
  assert.deepEqual(changed, ["checkout", "checkout"]);
  assert.deepEqual(views.expired(), []);
  clock.advance(2_501);
  assert.deepEqual(views.expired(), ["checkout"]);
  assert.equal(views.of("checkout"), "unknown");
  assert.equal(take("ok"), "reached");
  views.set(assignedTarget({ fall: 2 }));
  assert.equal(views.of("checkout"), "reached", "the same revision keeps its view");
  views.set(assignedTarget({ fall: 2, revision: 2 }));
  assert.equal(views.of("checkout"), "unknown");
  views.remove(1);
  assert.equal(views.of("checkout"), null);
});
