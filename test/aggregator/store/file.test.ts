import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { openConnection } from "../../../aggregator/store/connection.ts";
import { createSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { silentLog } from "../../../shared/log.ts";
import { simClock } from "../../helpers/sim-clock.ts";
import { openAt } from "../../helpers/sqlite-store.ts";
import { START_MS, resultsEvent, tempDirectory } from "../../helpers/store-data.ts";

/** Runs `show` with the path of a file in a new directory. */
async function withPath(show: (path: string) => Promise<void> | void): Promise<void> {
  const directory = tempDirectory();
  try {
    await show(join(directory.path, "data", "quorate.db"));
  } finally {
    directory.remove();
  }
}

test("a file has one owner: a second opening gets a sentence, and the first goes on", async () => {
  await withPath(async (path) => {
    const store = openAt(path);
    assert.throws(() => openAt(path), { code: "unavailable", message: /another aggregator/ });
    await store.log.append([{ atMs: START_MS, body: { type: "takeover" } }]);
    await store.close();
    const again = openAt(path);
    assert.equal((await again.log.position()).seq, 1);
    await again.close();
  });
});

test("nobody but the owner may read the file", async () => {
  await withPath(async (path) => {
    const store = openAt(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
    await store.close();
  });
});

test("a file of a newer version is refused with both versions", async () => {
  await withPath(async (path) => {
    await openAt(path).close();
    const db = new Database(path);
    db.pragma("user_version = 99");
    db.close();
    const message = /has schema 99, and this version of Quorate knows up to \d+\./;
    assert.throws(() => openAt(path), { code: "unavailable", message });
  });
});

test("somebody else's SQLite file is left alone", async () => {
  await withPath(async (path) => {
    await openAt(path).close();
    const other = `${path}.other`;
    const db = new Database(other);
    db.exec("CREATE TABLE guests (name TEXT)");
    db.close();
    assert.throws(() => openAt(other), { code: "unavailable", message: /not one of Quorate/ });
  });
});

test("a file that is no database is called damaged", async () => {
  await withPath(async (path) => {
    await openAt(path).close();
    const other = `${path}.other`;
    writeFileSync(other, "Once upon a time there was a text file. ".repeat(100));
    assert.throws(() => openAt(other), { code: "unavailable", message: /is damaged/ });
  });
});

test("a path that cannot be a file is refused with a sentence", async () => {
  await withPath(async (path) => {
    await openAt(path).close();
    const message = /cannot be opened for writing/;
    assert.throws(() => openAt(join(path, "below.db")), { code: "unavailable", message });
    assert.throws(() => openAt(join(path, "..")), { code: "unavailable", message });
  });
});

test("a closed store says so, and can be closed again", async () => {
  await withPath(async (path) => {
    const store = openAt(path);
    await store.close();
    await store.close();
    await assert.rejects(store.log.position(), { code: "unavailable", message: /closed/ });
  });
});

test("a full disk refuses a whole append, and the store goes on when space returns", async () => {
  await withPath(async (path) => {
    const connection = openConnection({ path, log: silentLog() });
    const store = createSqliteStore(connection, simClock());
    const bytes = new Uint8Array(20_000);
    const body = { ...resultsEvent({ probeId: "prb_a", sentMonoMs: 1 }, []), bytes };
    const entries = Array.from({ length: 10 }, () => ({ atMs: START_MS, body }));
    await store.log.append(entries);
    const pages = Number(connection.db.pragma("page_count", { simple: true }));
    connection.db.pragma(`max_page_count = ${pages + 10}`);
    const full = { code: "unavailable", message: /is full, and nothing was saved/ };
    await assert.rejects(store.log.append(entries), full);
    assert.equal((await store.log.position()).seq, 10);
    assert.equal((await store.log.read(10, 100)).length, 0);
    connection.db.pragma("max_page_count = 1000000");
    assert.equal(await store.log.append(entries), 11);
    await store.close();
    const again = openAt(path);
    assert.equal((await again.log.position()).seq, 20);
    await again.close();
  });
});
