/** Browser sessions outlive the process, and are bounded. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createBrowserSessionService } from "../../../aggregator/registry/browser-sessions.ts";
import type { BrowserSessionServiceDeps } from "../../../aggregator/registry/browser-sessions.ts";
import { createRevocations } from "../../../aggregator/revocations.ts";
import type { Store } from "../../../aggregator/ports.ts";
import { openSqliteStore } from "../../../aggregator/store/sqlite.ts";
import { silentLog } from "../../../shared/log.ts";
import { seededRandom } from "../../../shared/random.ts";
import { simClock } from "../../helpers/sim-clock.ts";
import { tempDirectory } from "../../helpers/store-data.ts";

const ANN = {
  who: "ann",
  scope: "read",
  labels: {},
  tokenId: null,
  address: "192.0.2.1",
  untilMs: null,
} as const;

const service = (store: Store, more: Partial<BrowserSessionServiceDeps>) =>
  createBrowserSessionService({
    store,
    revocations: createRevocations(),
    clock: simClock(),
    random: seededRandom(1),
    ...more,
  });

test("a session survives a restart of the aggregator, and only its hash is on disk", async () => {
  const directory = tempDirectory();
  const path = join(directory.path, "quorate.db");
  const clock = simClock();
  try {
    const first = openSqliteStore({ path, clock, log: silentLog() });
    const { secret, session } = await service(first, { clock }).open(ANN);
    await first.close();
    const second = openSqliteStore({ path, clock, log: silentLog() });
    assert.deepEqual(await service(second, { clock }).verify(secret), session);
    assert.equal(await service(second, { clock }).verify(`${secret}x`), null);
    assert.equal(await service(second, { clock }).verify(""), null);
    await second.close();
  } finally {
    directory.remove();
  }
});

test("limits of time are those that were told, and what is over is forgotten", async () => {
  const clock = simClock();
  const store = openSqliteStore({ path: ":memory:", clock, log: silentLog() });
  const sessions = service(store, { clock, sessionIdleMs: 60_000, sessionMaxMs: 120_000 });
  const idle = await sessions.open(ANN);
  clock.advance(60_000);
  assert.equal(await sessions.verify(idle.secret), null);
  const used = await sessions.open({ ...ANN, untilMs: clock.wallMs() + 1_000_000 });
  assert.equal((await store.browserSessions.all()).length, 1, "the idle one is forgotten");
  assert.equal(used.session.expiresAtMs, clock.wallMs() + 120_000);
  assert.deepEqual(await sessions.list(), [used.session]);
  await store.close();
});

test("a listener of revocations is called once, and not after it left", () => {
  const revocations = createRevocations();
  const told: string[] = [];
  revocations.watch("a", () => told.push("first"));
  const leave = revocations.watch("a", () => told.push("second"));
  revocations.watch("b", () => told.push("other"));
  leave();
  leave();
  revocations.revoke("a");
  revocations.revoke("a");
  assert.deepEqual(told, ["first"]);
});
