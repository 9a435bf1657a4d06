import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createAggregator } from "../../../../aggregator/aggregator.ts";
import { openSqliteStore } from "../../../../aggregator/store/sqlite.ts";
import { systemClock } from "../../../../shared/clock.ts";
import { silentLog } from "../../../../shared/log.ts";
import { seededRandom } from "../../../../shared/random.ts";
import { IMPORT_SAMPLES, withFolder } from "../../../helpers/import-room.ts";
import { startCli } from "../fake-api.ts";

/** Runs `use` with flags by which a command reaches a living aggregator. */
async function withApi(folder: string, use: (flags: string[]) => Promise<void>): Promise<void> {
  const clock = systemClock({ keepAlive: false });
  const log = silentLog();
  const store = openSqliteStore({ path: ":memory:", clock, log });
  const anywhere = { host: "127.0.0.1", port: 0 };
  const where = { listen: anywhere, grpcListen: anywhere, tls: null, insecure: false };
  const options = { ...where, heartbeatMs: 60_000 };
  const aggregator = createAggregator({ store, clock, log, random: seededRandom(1), options });
  try {
    const { httpUrl } = await aggregator.start();
    const { secret } = await aggregator.registry.tokens.issue({ name: "a", scope: "admin" });
    writeFileSync(join(folder, "admin.token"), secret);
    await use(["--api", httpUrl, "--data", folder]);
  } finally {
    await aggregator.stop(1_000);
    await store.close();
  }
}

test("with --apply what was imported is there at once, its secrets and routes with it", () =>
  withFolder((folder) =>
    withApi(folder, async (api) => {
      const file = `${IMPORT_SAMPLES}uptime-kuma/backup.json`;
      const first = await startCli(["import", "uptime-kuma", file, "--apply", ...api]).done;
      assert.equal(first.code, 0, first.err + first.out);
      assert.match(first.out, /14 were created, 0 updated, 0 deleted/);
      const listed = await startCli(["targets", "list", ...api]).done;
      assert.match(listed.out, /Must-stay-shut/);
      const again = await startCli(["import", "uptime-kuma", file, "--apply", ...api]).done;
      assert.equal(again.code, 0, again.err);
      assert.match(again.out, /0 were created, 0 updated, 0 deleted, 14 stay as they are/);
    }),
  ));
