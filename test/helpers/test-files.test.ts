/** Which test files run where. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { missing } from "./needs.ts";
import { findTestFiles } from "./test-files.ts";

test("every test file is found once: end-to-end files apart, others in one suite", (context) => {
  const root = mkdtempSync(join(tmpdir(), "quorate-files-"));
  context.after(() => rmSync(root, { recursive: true }));
  for (const path of [
    "b.test.ts",
    "probe/a.test.ts",
    "probe/helper.ts",
    "sim/seeds.long.test.ts",
    "e2e/kill.test.ts",
    "browser/page.test.ts",
  ]) {
    mkdirSync(dirname(join(root, "test", path)), { recursive: true });
    writeFileSync(join(root, "test", path), "");
  }
  assert.deepEqual(findTestFiles(root), {
    unit: ["test/b.test.ts", "test/probe/a.test.ts"],
    e2e: ["test/browser/page.test.ts", "test/e2e/kill.test.ts"],
  });
  assert.deepEqual(findTestFiles(root, ["probe", "kill"]), {
    unit: ["test/probe/a.test.ts"],
    e2e: ["test/e2e/kill.test.ts"],
  });
});

test("what a test needs and the machine lacks is named with the command that installs it", () => {
  assert.match(missing("ping") ?? "needs ping: apt-get install iputils-ping", /apt-get install/);
  const sentence = missing("ping", "chromium", "haproxy", "redis-server", "ip", "root");
  for (const part of sentence?.split("; ") ?? []) assert.match(part, /^needs [\w-]+: \w+/);
});
