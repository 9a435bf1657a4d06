import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { holdFolder, LOCK_TOUCH_MS } from "../../probe/folder.ts";
import type { FolderDeps } from "../../probe/folder.ts";
import { QuorateError } from "../../shared/errors.ts";
import { silentLog } from "../../shared/log.ts";
import { simClock } from "../helpers/sim-clock.ts";

function room(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), "quorate-folder-"));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = simClock();
  const lost: string[] = [];
  const hold = (given: Partial<FolderDeps> = {}) => {
    const onLost = (why: string): void => void lost.push(why);
    const log = silentLog();
    return holdFolder({ clock, log, dataDir, bootId: "one", hostname: "host", onLost, ...given });
  };
  return { dataDir, lockFile: join(dataDir, "probe.lock"), clock, lost, hold };
}

const isHeld = (thrown: unknown): boolean =>
  thrown instanceof QuorateError &&
  thrown.code === "conflict" &&
  /is held by process \d+ on host\. Give each probe its own --data/.test(thrown.message);

test("a data folder is held by one process, and free again once it is released", (t) => {
  const { hold, lockFile } = room(t);
  const first = hold();
  assert.throws(() => hold({ bootId: "two" }), isHeld);
  first.release();
  assert.ok(!existsSync(lockFile));
  hold({ bootId: "two" }).release();
});

test("the lock of a process that is gone is taken over, and so is a torn one", async (t) => {
  const { hold, lockFile } = room(t);
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  const gone = { pid: child.pid, began: "1", hostname: "host", bootId: "gone" };
  writeFileSync(lockFile, JSON.stringify(gone));
  hold().release();
  writeFileSync(lockFile, '{"pid":');
  hold().release();
});

test("a number that another process has by now does not hold a folder", (t) => {
  if (process.platform !== "linux") return t.skip("only Linux tells when a process began");
  const { hold, lockFile } = room(t);
  const reused = { pid: process.pid, began: "1", hostname: "host", bootId: "gone" };
  writeFileSync(lockFile, JSON.stringify(reused));
  hold().release();
});

test("the lock of another machine holds as long as it is touched", (t) => {
  const { hold, lockFile, clock } = room(t);
  const elsewhere = { pid: 1, began: "1", hostname: "elsewhere", bootId: "far" };
  writeFileSync(lockFile, JSON.stringify(elsewhere));
  utimesSync(lockFile, clock.wallMs() / 1_000, clock.wallMs() / 1_000);
  assert.throws(() => hold(), /is held by process 1 on elsewhere/);
  clock.advance(6 * LOCK_TOUCH_MS);
  hold().release();
});

test("a holder whose lock was taken is told so, once", (t) => {
  const { hold, lockFile, clock, lost } = room(t);
  const folder = hold();
  clock.advance(LOCK_TOUCH_MS);
  assert.deepEqual(lost, []);
  const own = readFileSync(lockFile, "utf8");
  writeFileSync(lockFile, own.replace('"bootId":"one"', '"bootId":"thief"'));
  clock.advance(3 * LOCK_TOUCH_MS);
  assert.equal(lost.length, 1);
  folder.release();
  assert.ok(existsSync(lockFile), "another's lock is not removed");
});

test("a folder belongs to the first probe that had a session from it", (t) => {
  const { hold } = room(t);
  const first = hold();
  assert.equal(first.claim({ probeId: "prb_a", name: "rack-a" }), null);
  assert.equal(first.claim({ probeId: "prb_a", name: "rack-a" }), null);
  first.release();
  const why = hold({ bootId: "two" }).claim({ probeId: "prb_b", name: "rack-b" });
  assert.match(why ?? "", /those of probe rack-a \(prb_a\), and the token is that of rack-b/);
});

test("a folder that cannot be written is no reason not to run", (t) => {
  const { hold, dataDir } = room(t);
  const blocked = join(dataDir, "file");
  writeFileSync(blocked, "");
  const folder = hold({ dataDir: join(blocked, "below") });
  assert.equal(folder.claim({ probeId: "prb_a", name: "rack-a" }), null);
  folder.release();
});
