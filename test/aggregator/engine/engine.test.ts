import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningEngine } from "../../../aggregator/engine/engine.ts";
import { LIMITS } from "../../../shared/limits.ts";
import {
  failureBatch,
  openEngineRoom,
  outcomes,
  pass,
  populate,
} from "../../helpers/engine-room.ts";
import type { EngineRoom } from "../../helpers/engine-room.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { testTarget } from "../../helpers/verdict-mesh.ts";

const SHOP = testTarget("shop", 1);
const BLOG = testTarget("blog", 2);

function engineTest(name: string, body: (room: EngineRoom) => Promise<void>): void {
  test(name, async () => {
    const room = openEngineRoom();
    try {
      await body(room);
    } finally {
      await room.close();
    }
  });
}

/** Every probe fails three times, and time goes by until the verdict is drawn. */
async function bringDown(room: EngineRoom, engine: RunningEngine): Promise<void> {
  for (let sequence = 1; sequence <= 3; sequence += 1) {
    const batches = ["a", "b", "c"].map((probe) => failureBatch(engine, probe, sequence));
    await Promise.all(batches.map((batch) => engine.submit(batch)));
    await pass(room, engine);
  }
}

async function eventIds({ store }: EngineRoom): Promise<string[]> {
  return (await store.events.after(0, 1_000)).map(({ event }) => `${event.type} ${event.id}`);
}

engineTest(
  "a log that cannot be written refuses all that waits, and folds none of it",
  async (room) => {
    const engine = await room.start();
    await populate(room, engine, SHOP);
    const { seq } = await room.store.log.position();
    const before = JSON.stringify(engine.explain("shop"));

    room.faults.append = true;
    const first = engine.submit(failureBatch(engine, "a", 1));
    await new Promise((resolve) => setImmediate(resolve));
    // These wait while the first is being written: they come after it, and must not overtake it.
    const later = [
      engine.submit(failureBatch(engine, "a", 2)),
      engine.submit({ type: "target_set", target: BLOG }),
    ];
    const told = outcomes([first, ...later]);
    void first.catch(() => (room.faults.append = false));
    assert.deepEqual(await told, Array(3).fill("append: the disk is full"));
    assert.equal(engine.queueLength(), 0);
    assert.equal((await room.store.log.position()).seq, seq);
    assert.equal(JSON.stringify(engine.explain("shop")), before);
    assert.equal(engine.explain("blog"), null);

    // Sent again, in order, they are taken.
    await engine.submit(failureBatch(engine, "a", 1));
    await engine.submit(failureBatch(engine, "a", 2));
    await engine.submit({ type: "target_set", target: BLOG });
    assert.equal((await room.store.log.position()).seq, seq + 3);
    await engine.close();
  },
);

engineTest("an event is not acknowledged before its effects are committed", async (room) => {
  const engine = await room.start();
  await populate(room, engine, SHOP);
  for (const fault of ["channels", "commit"] as const) {
    room.faults[fault] = true;
    const id = fault === "channels" ? BLOG : testTarget("mail", 3);
    let isAcknowledged = false;
    const submitted = engine.submit({ type: "target_set", target: id });
    void submitted.then(() => (isAcknowledged = true));
    await room.clock.run(5_000);
    assert.equal(isAcknowledged, false);
    room.faults[fault] = false;
    await room.clock.run(5_000);
    await submitted;
  }
  const ids = room.published.map(({ event }) => event.id);
  assert.deepEqual(ids.filter((id) => /blog|mail/.test(id)).length, 2);
  assert.equal(new Set(ids).size, ids.length);
  await engine.close();
});

engineTest(
  "an engine that closes while the store fails leaves the rest to the next",
  async (room) => {
    const engine = await room.start();
    await populate(room, engine, SHOP);
    await engine.saveSnapshot();
    room.faults.commit = true;
    const told = outcomes([engine.submit({ type: "target_set", target: BLOG })]);
    await settle();
    await settle();
    const closed = engine.close();
    await room.clock.run(2_000);
    await closed;
    // It is in the log, so whoever submitted it has it.
    assert.deepEqual(await told, ["done"]);
    assert.doesNotMatch((await eventIds(room)).join("\n"), /blog/);

    room.faults.commit = false;
    const next = await room.start();
    assert.equal((await eventIds(room)).filter((line) => line.includes("blog")).length, 1);
    assert.equal(next.explain("blog")?.state, "unknown");
    await next.close();
  },
);

engineTest("a state that cannot be saved costs a longer replay, and nothing else", async (room) => {
  const engine = await room.start();
  await populate(room, engine, SHOP);
  room.faults.saveSnapshot = true;
  await assert.rejects(engine.saveSnapshot(), /the disk is full/);
  await engine.close();
  room.faults.saveSnapshot = false;
  const next = await room.start();
  assert.equal(next.explain("shop")?.quorum.roster, 3);
  await next.close();
});

engineTest(
  "the successor of a killed engine judges alike and tells nothing twice",
  async (room) => {
    const killed = await room.start();
    await populate(room, killed, SHOP);
    await bringDown(room, killed);
    const verdict = killed.verdict("shop");
    assert.equal(verdict?.state, "down");
    assert.ok(room.rechecks.length > 0);
    const told = await eventIds(room);
    const published = room.published.length;
    const rechecks = room.rechecks.length;

    // An hour later: nobody listened, which is no silence of the probes.
    room.clock.suspend(2_000);
    const next = await room.start();
    await room.clock.run(1_000);
    assert.deepEqual(next.verdict("shop"), verdict);
    assert.equal(next.probe("a")?.state, "eligible");
    assert.deepEqual(await eventIds(room), told);
    assert.equal(room.published.length, published);
    assert.equal(room.rechecks.length, rechecks, "the replay asks nobody to look");
    await next.close();
  },
);

engineTest("a full queue refuses what comes more, and takes the rest", async (room) => {
  const engine = await room.start();
  const events = Array.from({ length: LIMITS.engineQueueMax + 1 }, () =>
    engine.submit({ type: "tick" }),
  );
  const told = await outcomes(events);
  assert.match(told.at(-1) ?? "", /events wait to be committed; try again later/);
  assert.equal(told.filter((one) => one === "done").length, LIMITS.engineQueueMax);
  await engine.close();
  assert.match((await outcomes([engine.submit({ type: "tick" })])).join(), /starting or stopping/);
});
