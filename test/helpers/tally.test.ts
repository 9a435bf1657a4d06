/** The counts at the end of the test command. */
import assert from "node:assert/strict";
import test from "node:test";
import { parseTap, sumTallies, tallyLine } from "./tally.ts";

const summary = (counts: Record<string, number>): string =>
  Object.entries({ pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0, ...counts })
    .map(([name, count]) => `# ${name} ${count}\n`)
    .join("");

test("a run's counts are those of its summary, a cancelled test being a failed one", () => {
  const tally = parseTap(summary({ pass: 5, fail: 1, cancelled: 1 }));
  assert.deepEqual(tally, { passed: 5, failed: 2, skipped: 0, skipReasons: [] });
});

test("a run that was cut off before its summary counts as a failure", () => {
  assert.equal(parseTap("").failed, 1);
  assert.equal(parseTap("ok 1 - a\n# pass 1\n").failed, 1);
});

test("a summary that a test printed itself is not taken for the run's own", () => {
  assert.equal(parseTap(`# pass 99\n${summary({ pass: 1 })}`).passed, 1);
});

test("a skipped test is counted with its reason", () => {
  const tap = `ok 1 - a ping # SKIP needs ping\n    ok 2 - b # SKIP\n${summary({ skipped: 2 })}`;
  const tally = parseTap(tap);
  assert.deepEqual(tally.skipReasons, ["needs ping", "b (no reason given)"]);
  assert.equal(tally.skipped, 2);
});

test("the last line is plain and names skips only when there are some", () => {
  const some = parseTap(`ok 1 - a # SKIP why\n${summary({ pass: 2, skipped: 1 })}`);
  assert.equal(tallyLine(some), "2 passed, 0 failed, 1 skipped");
  assert.equal(tallyLine(parseTap(summary({ pass: 2, fail: 3 }))), "2 passed, 3 failed");
  const sum = sumTallies([some, some]);
  assert.equal(tallyLine(sum), "4 passed, 0 failed, 2 skipped");
  assert.deepEqual(sum.skipReasons, ["why"]);
});
