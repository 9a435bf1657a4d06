import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../aggregator/ports.ts";
import { createUpkeep } from "../../aggregator/upkeep.ts";
import { silentLog } from "../../shared/log.ts";
import { memoryHarness } from "../helpers/sqlite-store.ts";
import { settle, simClock } from "../helpers/sim-clock.ts";

const MINUTE_MS = 60_000;

/** An upkeep with an account of what it did; each packing takes two calls. */
async function openUpkeepRoom() {
  const { store, dispose } = await memoryHarness();
  const clock = simClock();
  const done: string[] = [];
  const room = { isBroken: false, gate: Promise.resolve() };
  let seq = 0;
  let more = false;
  const history: Store["history"] = {
    ...store.history,
    async compact(upToSeq, beforeMs) {
      await room.gate;
      done.push(`pack to ${upToSeq}, ${clock.wallMs() - beforeMs} ms`);
      more = !more;
      return more;
    },
    expire: async (beforeMs) => void done.push(`expire ${clock.wallMs() - beforeMs} ms`),
  };
  const engine = {
    nowMs: () => clock.wallMs(),
    async saveSnapshot() {
      if (room.isBroken) throw new Error("the disk is full");
      done.push(`snapshot ${(seq += 10)}`);
      return seq;
    },
  };
  const upkeep = createUpkeep({
    engine,
    store: { history, log: store.log },
    clock,
    log: silentLog(),
  });
  const minutes = async (count: number): Promise<string[]> => {
    for (let minute = 0; minute < count; minute += 1) await clock.run(MINUTE_MS);
    return done.splice(0);
  };
  return { upkeep, minutes, room, dispose };
}

test("upkeep keeps a chapter a day, and the log as long as it was told", async () => {
  const DAY_MS = 86_400_000;
  for (const keepLogMs of [undefined, 2 * DAY_MS, 0]) {
    const { store, dispose } = await memoryHarness();
    const clock = simClock();
    const done: string[] = [];
    const log: Store["log"] = {
      ...store.log,
      keepChapter: async (everyMs) => void done.push(`chapter each ${everyMs / DAY_MS} d`),
      forget: async (beforeMs) =>
        void done.push(`forget ${(clock.wallMs() - beforeMs) / DAY_MS} d`),
    };
    const engine = { nowMs: () => clock.wallMs(), saveSnapshot: async () => 0 };
    const parts = { engine, store: { history: store.history, log }, clock, log: silentLog() };
    const upkeep = createUpkeep({ ...parts, keepLogMs });
    upkeep.start();
    await clock.run(MINUTE_MS);
    const days = keepLogMs === undefined ? 30 : keepLogMs / DAY_MS;
    const kept = ["chapter each 1 d", `forget ${days} d`];
    assert.deepEqual(done, keepLogMs === 0 ? ["forget -Infinity d"] : kept);
    await upkeep.stop();
    await dispose();
  }
});

const EXPIRED = `expire ${400 * 86_400_000} ms`;

test("upkeep takes a snapshot every minute, and packs what is behind it every five", async () => {
  const { upkeep, minutes, dispose } = await openUpkeepRoom();
  upkeep.start();
  assert.deepEqual(await minutes(1), ["snapshot 10", EXPIRED]);
  const packed = ["pack to 10, 60000 ms", "pack to 10, 60000 ms"];
  assert.deepEqual(await minutes(1), ["snapshot 20", ...packed]);
  const snapshots = ["snapshot 30", "snapshot 40", "snapshot 50", "snapshot 60"];
  assert.deepEqual(await minutes(4), snapshots);
  const again = ["pack to 60, 60000 ms", "pack to 60, 60000 ms"];
  assert.deepEqual(await minutes(1), ["snapshot 70", ...again]);
  await upkeep.stop();
  assert.deepEqual(await minutes(5), []);
  await dispose();
});

test("upkeep that failed does in the next minute what it left undone", async () => {
  const { upkeep, minutes, room, dispose } = await openUpkeepRoom();
  upkeep.start();
  await minutes(1);
  room.isBroken = true;
  assert.deepEqual(await minutes(3), []);
  room.isBroken = false;
  assert.deepEqual((await minutes(1)).slice(0, 2), ["snapshot 20", "pack to 10, 60000 ms"]);
  await upkeep.stop();
  await dispose();
});

test("upkeep that is stopped ends behind the part that it is at", async () => {
  const { upkeep, minutes, room, dispose } = await openUpkeepRoom();
  let open = (): void => undefined;
  room.gate = new Promise((resolve) => (open = resolve));
  upkeep.start();
  await minutes(2);
  let isStopped = false;
  const stopped = upkeep.stop().then(() => (isStopped = true));
  await settle();
  assert.equal(isStopped, false);
  open();
  await stopped;
  assert.deepEqual(await minutes(5), ["pack to 10, 60000 ms"]);
  await dispose();
});
