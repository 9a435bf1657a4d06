/**
 * Data directories that older versions wrote, each by a mesh that ran for a minute while a target
 * flipped: test/golden/upgrade/schema-N.db.gz, where N is the schema of the data file.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { createAggregator } from "../../../aggregator/aggregator.ts";
import { checkData } from "../../../aggregator/backup/restore.ts";
import { NEWEST_SCHEMA } from "../../../aggregator/store/schema.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { createApiClient } from "../../../shared/api/client.ts";
import type { ApiClient } from "../../../shared/api/client.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { seededRandom } from "../../../shared/random.ts";

const FOLDER = fileURLToPath(new URL("../../golden/upgrade/", import.meta.url));

/** Runs `use` with a data directory that holds a data file of an older version. */
async function withOldData(name: string, use: (data: string) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "quorate-upgrade-"));
  try {
    writeFileSync(join(data, "quorate.db"), gunzipSync(readFileSync(FOLDER + name)));
    await use(data);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Runs `use` with a client of an aggregator on a data directory. */
async function withAggregator(data: string, use: (client: ApiClient) => Promise<void>) {
  const clock = systemClock({ keepAlive: false });
  const log = silentLog();
  const store = openSqliteStore({ path: join(data, "quorate.db"), clock, log });
  const anywhere = { host: "127.0.0.1", port: 0 };
  const where = { listen: anywhere, grpcListen: anywhere, tls: null, insecure: false };
  const options = { ...where, heartbeatMs: 60_000 };
  const aggregator = createAggregator({ store, clock, log, random: seededRandom(1), options });
  try {
    await aggregator.start();
    const { secret: token } = await aggregator.registry.tokens.issue({ name: "t", scope: "admin" });
    await use(
      createApiClient({
        url: "http://a.test",
        token,
        fetch: (url, init) => aggregator.ask(url, init),
      }),
    );
  } finally {
    await aggregator.stop(1_000);
    await store.close();
  }
}

/** Counts of what was in a data file before it was opened. */
function countsOf(data: string): Record<string, number> {
  const db = new Database(join(data, "quorate.db"), { readonly: true });
  const count = (table: string): number =>
    Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  const tables = [
    "targets",
    "probes",
    "channels",
    "incidents",
    "events",
    "transitions",
    "notifications",
  ];
  const counts = Object.fromEntries(tables.map((table) => [table, count(table)]));
  db.close();
  return counts;
}

/** What was there is there; what happened since may have been added. */
function atLeast(found: number, before: number | undefined): void {
  assert.ok(before !== undefined && before > 0 && found >= before, `${found} of ${before}`);
}

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".db.gz"))) {
  test(`what was written in ${name} can all be read by this version`, () =>
    withOldData(name, async (data) => {
      const counts = countsOf(data);
      await withAggregator(data, async (client) => {
        const { items: targets } = await client.targets.list();
        assert.equal(targets.length, counts["targets"]);
        assert.equal((await client.probes.list()).items.length, counts["probes"]);
        assert.equal((await client.channels.list()).items.length, counts["channels"]);
        atLeast((await client.incidents.list()).items.length, counts["incidents"]);
        atLeast((await client.notifications.list()).items.length, counts["notifications"]);
        let [transitions, results] = [0, 0];
        for (const { name: target } of targets) {
          const { items } = await client.verdicts.transitions(target);
          transitions += items.length;
          assert.notEqual((await client.verdicts.explain(target)).sentence, "");
          results += (await client.targets.results(target, { from: 0 })).items.length;
          await client.targets.latency(target);
          await client.targets.uptime(target);
        }
        // Nobody looks any more, so that verdicts became unknown: that is told too.
        atLeast(transitions, counts["transitions"]);
        assert.ok(results > 10, `${results} results are read`);
        // A new write after old ones: the log goes on.
        await client.targets.create({
          name: "new",
          kind: "tcp",
          options: { host: "127.0.0.1", port: 1 },
        });
      });
      const report = await checkData(data);
      assert.deepEqual(report.problems, []);
      assert.equal(report.schema, NEWEST_SCHEMA);
      // And once more: what was made newer starts as what was new.
      await withAggregator(data, async (client) => {
        assert.equal((await client.targets.get("new")).name, "new");
      });
    }));
}

test("a data file of a newer version is refused with a sentence, and left as it is", () =>
  withOldData("schema-5.db.gz", async (data) => {
    const path = join(data, "quorate.db");
    const db = new Database(path);
    db.pragma(`user_version = ${NEWEST_SCHEMA + 1}`);
    db.close();
    const before = countsOf(data);
    const sentence = /has schema \d+, and this version of Quorate knows up to \d+/;
    const options = { path, clock: systemClock({ keepAlive: false }), log: silentLog() };
    assert.throws(() => openSqliteStore(options), sentence);
    assert.deepEqual(countsOf(data), before);
    const { problems } = await checkData(data);
    assert.match(problems.join(), /It has schema \d+, and this version of Quorate knows up to/);
  }));
