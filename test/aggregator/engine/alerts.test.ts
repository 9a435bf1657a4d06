import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningEngine } from "../../../aggregator/engine/engine.ts";
import type { EventBody } from "../../../aggregator/verdict/event.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import { failureBatch, openEngineRoom, pass, populate } from "../../helpers/engine-room.ts";
import type { EngineRoom } from "../../helpers/engine-room.ts";
import { beat, testTarget } from "../../helpers/verdict-mesh.ts";

const SHOP = testTarget("shop", 1);

function engineTest(name: string, body: (room: EngineRoom) => Promise<void>): void {
  test(name, async () => {
    const room = openEngineRoom();
    try {
      await room.store.channels.put(testChannel("hook", {}, 0), null);
      await body(room);
    } finally {
      await room.close();
    }
  });
}

async function fail(room: EngineRoom, engine: RunningEngine, sequence: number): Promise<void> {
  const batches = ["a", "b", "c"].map((probe) => failureBatch(engine, probe, sequence));
  await Promise.all(batches.map((batch) => engine.submit(batch)));
  await pass(room, engine);
}

function maintain(engine: RunningEngine, lengthMs: number): EventBody {
  const fromMs = engine.nowMs();
  const times = { fromMs, toMs: fromMs + lengthMs };
  const window = { id: "w", name: "disks", targets: ["shop"], labels: {}, ...times };
  return { type: "maintenance_set", window };
}

async function notifications({ store }: EngineRoom): Promise<string[]> {
  const { rows } = await store.notifications.list({ limit: 100 });
  return rows.toReversed().map(({ state, reason }) => `${state}: ${reason}`);
}

engineTest(
  "under maintenance an alert is written down, sent to nobody, and sent later",
  async (room) => {
    const engine = await room.start();
    await populate(room, engine, SHOP);
    await engine.submit(maintain(engine, 20_000));
    for (const sequence of [1, 2, 3]) await fail(room, engine, sequence);
    assert.equal(engine.verdict("shop")?.state, "down");
    const [held, ...rest] = await notifications(room);
    assert.match(held ?? "", /^withheld: Withheld because maintenance disks runs until/);
    assert.deepEqual(rest, []);
    for (let seconds = 0; seconds < 20; seconds += 5) {
      await Promise.all(["a", "b", "c"].map((name) => engine.submit(beat(name))));
      await room.clock.run(5_000);
    }
    await fail(room, engine, 4);
    const [, sent, ...more] = await notifications(room);
    assert.match(sent ?? "", /^pending: Sent because incident inc_shop_1, open since/);
    assert.deepEqual(more, []);
    await engine.close();
  },
);

engineTest("an alert that was told is not told again after a restart", async (room) => {
  const killed = await room.start();
  await populate(room, killed, SHOP);
  for (const sequence of [1, 2, 3]) await fail(room, killed, sequence);
  assert.deepEqual(await notifications(room), [
    "pending: Sent because incident inc_shop_1 opened.",
  ]);
  const engine = await room.start();
  await pass(room, engine);
  assert.equal(engine.verdict("shop")?.incidentId, "inc_shop_1");
  assert.equal((await notifications(room)).length, 1);
  await engine.close();
});

engineTest(
  "the times in each state are kept, and go on where they were after a restart",
  async (room) => {
    const killed = await room.start();
    const fromMs = killed.nowMs();
    await populate(room, killed, SHOP);
    for (const sequence of [1, 2, 3]) await fail(room, killed, sequence);
    const span = killed.presentSpan("shop");
    const engine = await room.start();
    assert.deepEqual(engine.presentSpan("shop"), span);
    assert.equal(span?.state, "down");
    const range = { fromMs, toMs: engine.nowMs() };
    const totals = await room.store.uptime.totals("shop", range);
    const recordedMs = totals.reduce((sum, { ms }) => sum + ms, 0);
    assert.ok(totals.every(({ state }) => state === "unknown" || state === "suspect"));
    assert.ok(recordedMs > 0 && recordedMs <= (span?.fromMs ?? 0) - fromMs);
    await engine.close();
  },
);
