import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckOutcome } from "../../../shared/outcome.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { said } from "../../helpers/look-at.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const KEY = "correct-horse-battery";

/** A check of a target that should report every minute, with half a minute of grace. */
function openPush() {
  const clock = simClock();
  const check = prepareCheck("push", { key: KEY, everyMs: 60_000, graceMs: 30_000 });
  return {
    clock,
    look: () =>
      new Promise<CheckOutcome>((resolve) => void check.run({ clock, timeoutMs: 500 }, resolve)),
    report: (failed = false, message = "", key = KEY) =>
      check.receive?.({ key, failed, message, atMonoMs: clock.monoMs() }),
  };
}

test("before the first report it abstains, until interval and grace have passed", async () => {
  const { clock, look } = openPush();
  const first = await look();
  assert.equal(said(first), "void push_waiting");
  assert.equal(first.detail, "No report yet since this probe looks; expected one every 60 s.");
  clock.advance(90_000);
  assert.equal(said(await look()), "void push_waiting");
  clock.advance(5_000);
  const silent = await look();
  assert.equal(said(silent), "dead push_silence");
  assert.equal(silent.detail, "No report for 95 s; expected one every 60 s.");
});

test("a report passes until interval and grace are over, and a later one again", async () => {
  const { clock, look, report } = openPush();
  assert.equal(report(), true);
  clock.advance(90_000);
  const seen = await look();
  assert.equal(said(seen), "ok ok");
  assert.deepEqual(seen.facts, { reportAgeMs: 90_000 });
  clock.advance(1_000);
  assert.equal(said(await look()), "dead push_silence");
  report();
  assert.equal(said(await look()), "ok ok");
});

test("a report of failure is sub, with its message and without the key", async () => {
  const { clock, look, report } = openPush();
  report(true, `disk full\u001b[31m ${KEY}`);
  clock.advance(2_500);
  const outcome = await look();
  assert.equal(said(outcome), "sub push_failure");
  const shown = String.raw`It reported a failure 2.5 s ago: "disk full\u001b[31m ***".`;
  assert.equal(outcome.detail, shown);
  report();
  assert.equal(said(await look()), "ok ok");
});

test("a report with a wrong key is refused and changes nothing", async () => {
  const { look, report } = openPush();
  for (const key of ["", "correct-horse", `${KEY}!`, "x".repeat(10_000)]) {
    assert.equal(report(false, "", key), false);
  }
  assert.equal(said(await look()), "void push_waiting");
});

test("a key by reference to a secret of the probe takes reports too", () => {
  const site = { secrets: (name: string) => (name === "backup" ? KEY : undefined) };
  const check = prepareCheck("push", { key: "${secret:backup}" }, site);
  assert.equal(check.receive?.({ key: KEY, failed: false, message: "", atMonoMs: 0 }), true);
});

test("only the push kind takes reports", () => {
  assert.equal(prepareCheck("tcp", { host: "a.test", port: 1 }).receive, undefined);
});
