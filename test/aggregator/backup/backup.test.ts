import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { messageOf } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { silentLog } from "../../../shared/log.ts";
import { withBackupRoom } from "../../helpers/backup-room.ts";
import type { BackupRoom } from "../../helpers/backup-room.ts";
import { eventually } from "../../helpers/eventually.ts";
import { patiently } from "../../helpers/patience.ts";
import { resultsEvent, START_MS } from "../../helpers/store-data.ts";

/** Appends `count` batches of results, one after another. */
async function append({ store }: BackupRoom, count: number): Promise<number> {
  const { boot } = await store.probes.boot("prb_a", "boot");
  const { seq } = await store.log.position();
  for (let sequence = seq + 1; sequence <= seq + count; sequence += 1) {
    const batch = { probeId: "prb_a", boot, sequence, sentMonoMs: sequence };
    const rows = Array.from({ length: 50 }, (_, at) => ({
      handle: at + 1,
      agoMs: 5,
      latencyUs: at,
    }));
    await store.log.append([{ atMs: START_MS + sequence, body: resultsEvent(batch, rows) }]);
  }
  return (await store.log.position()).seq;
}

test("a backup made while results arrive is whole, and holds what was there when it began", () =>
  withBackupRoom(async (room) => {
    const before = await append(room, 400);
    const [path] = await Promise.all([room.save("a.tar.gz"), append(room, 400)]);
    const data = join(room.folder, "restored");
    const { manifest, report } = await room.archives.restore(path, data);
    assert.deepEqual(report.problems, []);
    assert.equal(manifest.version, "1.2.3");
    const store = openSqliteStore({
      path: join(data, "quorate.db"),
      clock: room.clock,
      log: silentLog(),
    });
    const { seq } = await store.log.position();
    await store.close();
    assert.ok(seq >= before && seq <= before + 400, `${before} <= ${seq}`);
  }));

test("a backup lets results in while it copies", () =>
  withBackupRoom(async (room) => {
    await append(room, 1_500);
    let isCopied = false;
    const begun = room.backups.begin().finally(() => (isCopied = true));
    let meanwhile = 0;
    while (!isCopied) {
      await append(room, 1);
      meanwhile += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    (await begun).stream.destroy();
    assert.ok(meanwhile > 3, `${meanwhile} batches came in while it copied`);
  }));

test("a restored folder has the tokens, for their owner alone, and nothing is left beside it", () =>
  withBackupRoom(async (room) => {
    await append(room, 3);
    const path = await room.save("a.tar.gz");
    const data = join(room.folder, "restored");
    mkdirSync(data);
    await room.archives.restore(path, data);
    assert.equal(readFileSync(join(data, "admin.token"), "utf8"), "qrt_admin_secret\n");
    assert.equal(readFileSync(join(data, "probe-tokens/p1.token"), "utf8"), "qrt_probe_secret\n");
    for (const name of ["admin.token", "quorate.db", "probe-tokens/p1.token"]) {
      assert.equal(statSync(join(data, name)).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.deepEqual(room.names(), ["a.tar.gz", "data", "restored"]);
    await eventually("the copy is gone", () => !existsSync(join(room.data, "backup.tmp")));
    assert.deepEqual((await room.archives.check(data)).problems, []);
    assert.deepEqual(room.names(), ["a.tar.gz", "data", "restored"]);
  }));

test("the archive is one that tar reads", () =>
  withBackupRoom(async (room) => {
    await append(room, 3);
    const path = await room.save("a.tar.gz");
    const names = execFileSync("tar", ["tzf", path], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(names, [
      "quorate.db",
      "admin.token",
      "probe-tokens/p1.token",
      "manifest.json",
    ]);
  }));

test("a folder that holds anything is left as it is", () =>
  withBackupRoom(async (room) => {
    const path = await room.save("a.tar.gz");
    const data = join(room.folder, "full");
    mkdirSync(data);
    writeFileSync(join(data, "mine.txt"), "mine");
    await assert.rejects(room.archives.restore(path, data), /is not empty \(mine\.txt\)\. Nothing/);
    assert.deepEqual(room.names(), ["a.tar.gz", "data", "full"]);
  }));

test("a backup that is cut off anywhere is refused, and leaves nothing behind", () =>
  withBackupRoom(async (room) => {
    await append(room, 20);
    const whole = readFileSync(await room.save("a.tar.gz"));
    const path = join(room.folder, "cut.tar.gz");
    const lengths = [
      0,
      1,
      20,
      512,
      ...Array.from({ length: 20 }, (_, at) => Math.floor((whole.length * (at + 1)) / 21)),
      whole.length - 9,
      whole.length - 1,
    ];
    for (const length of lengths) {
      writeFileSync(path, whole.subarray(0, length));
      const sentence = /This is no whole backup of Quorate: .*\. Nothing was changed\./;
      await assert.rejects(room.archives.restore(path, join(room.folder, "r")), sentence);
      await assert.rejects(room.archives.verify(path), sentence);
      assert.deepEqual(room.names(), ["a.tar.gz", "cut.tar.gz", "data"]);
    }
  }));

test("a backup of which one byte was altered is refused, or gives the same to the last byte", () =>
  withBackupRoom(async (room) => {
    await append(room, 20);
    const whole = readFileSync(await room.save("a.tar.gz"));
    const good = join(room.folder, "good");
    await room.archives.restore(join(room.folder, "a.tar.gz"), good);
    const path = join(room.folder, "bad.tar.gz");
    const data = join(room.folder, "r");
    let refused = 0;
    for (let at = 12; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(path, bytes);
      try {
        await room.archives.restore(path, data);
        // Among zeros, another distance to copy from says the same.
        assert.deepEqual(
          readFileSync(join(data, "quorate.db")),
          readFileSync(join(good, "quorate.db")),
        );
        rmSync(data, { recursive: true });
      } catch (error) {
        assert.match(
          messageOf(error),
          /This is no whole backup of Quorate: .* Nothing was changed/,
        );
        refused += 1;
      }
      assert.deepEqual(room.names(), ["a.tar.gz", "bad.tar.gz", "data", "good"]);
    }
    assert.ok(refused > 30, `${refused} were refused`);
  }));

test("an archive packed again with another file in it is refused", () =>
  withBackupRoom(async (room) => {
    await append(room, 3);
    const path = await room.save("a.tar.gz");
    const folder = join(room.folder, "x");
    mkdirSync(folder);
    execFileSync("tar", ["xzf", path, "-C", folder]);
    writeFileSync(join(folder, "admin.token"), "qrt_admin_another\n");
    const pack = (...names: string[]): void => {
      const more = ["--format=ustar", "--owner=0", "--group=0", "-C", folder, ...names];
      execFileSync("tar", ["czf", path, ...more]);
    };
    const data = join(room.folder, "r");
    pack("quorate.db", "admin.token", "probe-tokens/p1.token", "manifest.json");
    await assert.rejects(room.archives.restore(path, data), /files are not those that it was made/);
    pack("quorate.db", "manifest.json");
    await assert.rejects(room.archives.restore(path, data), /files are not those that it was made/);
    pack("admin.token", "probe-tokens/p1.token");
    await assert.rejects(room.archives.restore(path, data), /it has no manifest/);
    cpSync(join(folder, "admin.token"), join(folder, "..admin"));
    pack("quorate.db", "..admin", "manifest.json");
    await assert.rejects(room.archives.restore(path, data), /a name in it is not allowed/);
    pack("probe-tokens");
    await assert.rejects(room.archives.restore(path, data), /something else than files/);
    assert.deepEqual(room.names(), ["a.tar.gz", "data", "x"]);
  }));

test("something else than a backup is refused with a sentence", () =>
  withBackupRoom(async (room) => {
    const path = join(room.folder, "x");
    writeFileSync(path, "hello");
    await assert.rejects(
      room.archives.verify(path),
      /no whole backup of Quorate: it is cut off or/,
    );
    await assert.rejects(room.archives.verify(join(room.folder, "none")), /Cannot read the backup/);
  }));

test("one backup is made at a time, and a reader that went away ends its own", () =>
  withBackupRoom(async (room) => {
    await append(room, 3);
    const { stream } = await room.backups.begin();
    await assert.rejects(room.backups.begin(), /A backup is being made already/);
    stream.destroy();
    await once(stream, "close");
    await patiently("another backup can be made", async () => {
      const next = await room.backups.begin().catch(() => null);
      next?.stream.destroy();
      return next !== null;
    });
  }));

test("a reader that takes nothing for long loses its backup", () =>
  withBackupRoom(async (room) => {
    await append(room, 3);
    const { stream } = await room.backups.begin();
    const failed = new Promise<Error>((resolve) => stream.on("error", resolve));
    room.clock.advance(LIMITS.backupStallMs + 1);
    assert.match((await failed).message, /takes nothing/);
  }));

test("what a crash left of a copy is gone with the next backup", () =>
  withBackupRoom(async (room) => {
    mkdirSync(join(room.data, "backup.tmp"));
    writeFileSync(join(room.data, "backup.tmp", "quorate.db"), "half");
    await room.archives.verify(await room.save("a.tar.gz"));
    await eventually("the copy is gone", () => !existsSync(join(room.data, "backup.tmp")));
  }));

test("a data file that is damaged is told to be so", () =>
  withBackupRoom(async (room) => {
    await append(room, 400);
    const path = await room.save("a.tar.gz");
    const data = join(room.folder, "restored");
    await room.archives.restore(path, data);
    const file = join(data, "quorate.db");
    const bytes = readFileSync(file);
    bytes.fill(0x41, 4_096 * 20, 4_096 * 24);
    writeFileSync(file, bytes);
    const { problems } = await room.archives.check(data);
    assert.ok(problems.length > 0 && problems.every((text) => text.endsWith(".")), problems.join());
    await assert.rejects(room.archives.check(room.folder), /There is no quorate\.db in/);
  }));
