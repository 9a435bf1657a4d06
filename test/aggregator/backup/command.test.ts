import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createAggregator } from "../../../aggregator/aggregator.ts";
import type { Aggregator } from "../../../aggregator/aggregator.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { seededRandom } from "../../../shared/random.ts";
import { startCli } from "../cli/fake-api.ts";

interface Place {
  folder: string;
  data: string;
  aggregator: Aggregator;
  /** Flags by which a command reaches it. */
  api: string[];
}

/** Starts an aggregator on disk; its admin token is in a file. */
async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-backup-"));
  const data = join(folder, "data");
  const clock = systemClock({ keepAlive: false });
  const log = silentLog();
  const store = openSqliteStore({ path: join(data, "quorate.db"), clock, log });
  const anywhere = { host: "127.0.0.1", port: 0 };
  const where = { listen: anywhere, grpcListen: anywhere, tls: null, insecure: false };
  const options = { ...where, heartbeatMs: 60_000, data };
  const aggregator = createAggregator({ store, clock, log, random: seededRandom(1), options });
  try {
    const { httpUrl } = await aggregator.start();
    const { secret } = await aggregator.registry.tokens.issue({ name: "a", scope: "admin" });
    writeFileSync(join(data, "admin.token"), secret);
    await use({ folder, data, aggregator, api: ["--api", httpUrl, "--data", data] });
  } finally {
    await aggregator.stop(1_000);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test("backup, restore and check go hand in hand on the command line", () =>
  withPlace(async ({ folder, aggregator, api }) => {
    const target = { name: "shop", kind: "tcp", options: { host: "127.0.0.1", port: 1 } };
    await aggregator.registry.targets.create(target);
    const file = join(folder, "quorate.tar.gz");
    const made = await startCli(["backup", file, ...api]).done;
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /2 files, .* and was checked\. It holds secrets: keep it as one\./);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await startCli(["backup", file, ...api]).done;
    assert.equal(again.code, 2);
    const whole = await startCli(["restore", file, "--verify"]).done;
    assert.match(whole.out, /is whole: 2 files/);
    const data = join(folder, "restored");
    const restored = await startCli(["restore", file, "--data", data, "--json"]).done;
    assert.equal(restored.code, 0, restored.err);
    assert.match(restored.out, /"targets": 1/);
    const checked = await startCli(["check", "--data", data]).done;
    assert.match(checked.out, /is whole: 1 targets, .*schema \d+\./);
    assert.deepEqual(readdirSync(data).sort(), ["admin.token", "quorate.db"]);
    const full = await startCli(["restore", file, "--data", data]).done;
    assert.equal(full.code, 1);
    assert.match(full.err, /is not empty/);
  }));

test("a running aggregator's data is not checked over its head", () =>
  withPlace(async ({ data }) => {
    const { code, err } = await startCli(["check", "--data", data]).done;
    assert.notEqual(code, 0);
    assert.match(err, /is in use by another process/);
  }));

test("who is no admin gets no backup, and no file", () =>
  withPlace(async ({ folder, data, aggregator, api }) => {
    const { secret } = await aggregator.registry.tokens.issue({ name: "w", scope: "write" });
    writeFileSync(join(data, "admin.token"), secret);
    const file = join(folder, "quorate.tar.gz");
    const { code, err } = await startCli(["backup", file, ...api]).done;
    assert.equal(code, 4);
    assert.match(err, /needs a token of scope admin/);
    assert.ok(!existsSync(file) && !existsSync(`${file}.part`));
  }));
