import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningEngine } from "../../../aggregator/engine/engine.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import { failuresBatch, openEngineRoom, pass, populate } from "../../helpers/engine-room.ts";
import type { EngineRoom } from "../../helpers/engine-room.ts";
import { beat, testTarget } from "../../helpers/verdict-mesh.ts";

/** So many that a window rests, and that what it brings is committed in parts. */
const TARGETS = 300;
const PROBES = ["a", "b", "c"];

const nameOf = (handle: number): string => `t${String(handle).padStart(4, "0")}`;

async function withStorm(
  body: (room: EngineRoom, engine: RunningEngine) => Promise<void>,
): Promise<void> {
  const room = openEngineRoom();
  try {
    await room.store.channels.put(testChannel("hook", {}, 0), null);
    const engine = await room.start();
    await populate(room, engine, testTarget(nameOf(1), 1));
    for (let handle = 2; handle <= TARGETS; handle += 1) {
      await engine.submit({ type: "target_set", target: testTarget(nameOf(handle), handle) });
    }
    await pass(room, engine);
    await body(room, engine);
  } finally {
    await room.close();
  }
}

/** Every target fails at every probe, once; the third time is the last that a verdict needs. */
function fail(engine: RunningEngine, sequence: number): Promise<void>[] {
  const failures = { sequence, targets: TARGETS };
  return PROBES.map((probe) => engine.submit(failuresBatch(engine, probe, failures)));
}

/** All but the last time. */
async function beginToFall(room: EngineRoom, engine: RunningEngine): Promise<void> {
  for (const sequence of [1, 2]) {
    await Promise.all(fail(engine, sequence));
    await pass(room, engine);
  }
}

/** Time for what waited for a storm to be told, in which the probes are heard. */
async function calm(room: EngineRoom, engine: RunningEngine): Promise<void> {
  for (let beats = 0; beats < 4; beats += 1) {
    await Promise.all(PROBES.map((name) => engine.submit(beat(name))));
    await pass(room, engine);
    await room.clock.run(4_000);
  }
}

/** What was told of the storm, to whom: everything but when it was planned. */
async function told({ store }: EngineRoom): Promise<string[]> {
  const { rows } = await store.notifications.list({ limit: 5_000 });
  return rows.map(({ id, state }) => `${id} ${state}`).toSorted();
}

async function eventIds({ store }: EngineRoom): Promise<string[]> {
  return (await store.events.after(0, 10_000)).map(({ event }) => event.id).toSorted();
}

test("others have their turn while a storm is folded and committed", () =>
  withStorm(async (room, engine) => {
    await beginToFall(room, engine);
    const seen = { over: false, down: new Set<number>() };
    const look = (): void => {
      const down = [...engine.targets()].filter(({ verdict }) => verdict.state === "down");
      seen.down.add(down.length);
      if (!seen.over) setImmediate(look);
    };
    look();
    await Promise.all(fail(engine, 3));
    await pass(room, engine);
    seen.over = true;
    assert.ok([...seen.down].some((down) => down > 0 && down < TARGETS));
    assert.equal(engine.verdict(nameOf(TARGETS))?.state, "down");
    await engine.close();
  }));

test("a storm whose commit is cut off anywhere is told as if nothing had happened", async () => {
  const whole = { told: new Array<string>(), events: new Array<string>(), commits: 0 };
  await withStorm(async (room, engine) => {
    await beginToFall(room, engine);
    room.faults.commitsLeft = 1_000;
    await Promise.all(fail(engine, 3));
    await pass(room, engine);
    whole.commits = 1_000 - room.faults.commitsLeft;
    await calm(room, engine);
    Object.assign(whole, { told: await told(room), events: await eventIds(room) });
    await engine.close();
  });
  assert.ok(whole.commits > 4 && whole.told.length > TARGETS, `${whole.commits} commits`);
  for (let cut = 0; cut < whole.commits; cut += 1) {
    await withStorm(async (room, killed) => {
      await beginToFall(room, killed);
      room.faults.commitsLeft = cut;
      for (const one of fail(killed, 3)) one.catch(() => undefined);
      for (let turns = 0; !room.faults.commit; turns += 1) {
        assert.ok(turns < 1_000, `commit ${cut} was asked for`);
        await room.clock.run(10);
      }
      Object.assign(room.faults, { commit: false, commitsLeft: Infinity });
      const engine = await room.start();
      await calm(room, engine);
      assert.deepEqual(await told(room), whole.told, `cut off after ${cut} commits`);
      assert.deepEqual(await eventIds(room), whole.events, `cut off after ${cut} commits`);
      await engine.close();
    });
  }
});
