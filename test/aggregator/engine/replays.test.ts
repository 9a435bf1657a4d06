import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningEngine } from "../../../aggregator/engine/engine.ts";
import { createReplays } from "../../../aggregator/engine/replays.ts";
import type { ReplayOrder, Replays } from "../../../aggregator/ports.ts";
import { DEFAULT_SETTINGS } from "../../../aggregator/verdict/settings.ts";
import type { EventBody } from "../../../aggregator/verdict/event.ts";
import type { ApiReplay, ReplayReport } from "../../../shared/api/replay.ts";
import { isoTime, systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../../shared/log.ts";
import { ResultBatch } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { seededRandom } from "../../../shared/random.ts";
import type { Target } from "../../../shared/target.ts";
import { openEngineRoom, pass, populate } from "../../helpers/engine-room.ts";
import type { EngineRoom } from "../../helpers/engine-room.ts";
import { patiently } from "../../helpers/patience.ts";
import { randomLog } from "../../helpers/random-log.ts";
import { compactAll } from "../../helpers/store-data.ts";
import { beat, lookEvent, testTarget } from "../../helpers/verdict-mesh.ts";

const DAY_MS = 86_400_000;
const PLAIN: ReplayOrder = { sinceMs: 0, untilMs: null, target: null, changes: {}, change: null };

function replaysOf({ store }: EngineRoom): Replays {
  const parts = { clock: systemClock(), random: seededRandom(1), log: silentLog() };
  return createReplays({ store, ...parts, settings: DEFAULT_SETTINGS });
}

async function over(replays: Replays, { id }: ApiReplay): Promise<ApiReplay> {
  return patiently("the replay is over", () => {
    const replay = replays.get(id);
    return replay?.state === "running" ? null : replay;
  });
}

async function reportOf(room: EngineRoom, order: Partial<ReplayOrder>): Promise<ReplayReport> {
  const replays = replaysOf(room);
  const replay = await over(replays, replays.start({ ...PLAIN, ...order }));
  assert.equal(replay.error, null);
  assert.ok(replay.report);
  return replay.report;
}

/** With the bytes that the log keeps. */
function encoded(body: EventBody): EventBody {
  if (body.type !== "results") return body;
  return { ...body, bytes: ResultBatch.encode(body.batch).finish() };
}

/** Lives a random log through real engines, each next one on what the one before left. */
async function live(room: EngineRoom, seed: number): Promise<{ middleMs: number }> {
  const events = randomLog({ seed, events: 200 });
  let engine = await room.start();
  let middleMs = 0;
  for (const [index, { atMs, body }] of events.entries()) {
    const waitMs = atMs - room.clock.wallMs();
    if (waitMs > 0) await room.clock.run(waitMs);
    await engine.submit(encoded(body));
    if (index % 150 !== 100) continue;
    // A stop, and a start after some time in which nobody listened.
    await engine.close();
    const { seq } = await room.store.log.position();
    await room.store.log.keepChapter(0);
    await compactAll(room.store, seq, room.clock.wallMs());
    middleMs = room.clock.wallMs();
    await room.clock.run(700);
    engine = await room.start();
  }
  await engine.close();
  return { middleMs };
}

test("a replay of a log under its own policy gives exactly the recorded transitions", async () => {
  let recorded = 0;
  for (let seed = 1; seed <= 4; seed += 1) {
    const room = openEngineRoom({ wallMs: 0 });
    const { middleMs } = await live(room, seed);
    const told = (await room.store.events.after(0, 10_000)).map(({ event }) => event.type);
    for (const order of [PLAIN, { change: (target: Target) => target }, { sinceMs: middleMs }]) {
      const { record, happened, replayed, transitions } = await reportOf(room, order);
      assert.equal(record.differing, 0, `seed ${seed}`);
      assert.equal(happened.transitions, record.transitions);
      assert.deepEqual(replayed, happened);
      assert.ok(transitions.every(({ side }) => side === "both"));
      if (order !== PLAIN) continue;
      recorded += record.transitions;
      assert.equal(happened.pages, told.filter((type) => type === "alert.raised").length);
      assert.equal(happened.incidents, told.filter((type) => type === "incident.opened").length);
    }
    await room.close();
  }
  assert.ok(recorded > 40, `only ${recorded} transitions were compared`);
});

const SHOP = testTarget("shop", 1);

/** Looks of the probes a, b and c at the shop, each of them one letter: o is ok, x is dead. */
async function look(room: EngineRoom, engine: RunningEngine, seen: string): Promise<void> {
  for (const [index, probe] of ["a", "b", "c"].entries()) {
    const input = { probe, target: SHOP, endMs: room.clock.wallMs() };
    const outcome = seen[index] === "o" ? "ok" : "dead";
    await engine.submit(encoded(lookEvent({ ...input, class: outcome })));
    await engine.submit(beat(probe));
  }
  await pass(room, engine);
}

/** A shop that two of three cannot reach for a while, and later nobody for longer. */
async function liveTwoOutages(room: EngineRoom): Promise<void> {
  const engine = await room.start();
  await populate(room, engine, SHOP);
  const episodes = [
    ["ooo", 5],
    ["xxo", 8],
    ["ooo", 8],
    ["xxx", 80],
    ["ooo", 8],
  ] as const;
  for (const [seen, times] of episodes) {
    for (let time = 0; time < times; time += 1) await look(room, engine, seen);
  }
  await engine.close();
}

const withRule =
  (rule: Target["spec"]["policy"]["rule"]) =>
  (target: Target): Target => {
    const policy = { ...target.spec.policy, rule };
    return { ...target, spec: { ...target.spec, policy } };
  };

test("another policy is shown beside what happened, with its false alarms", async () => {
  const room = openEngineRoom({ wallMs: 0 });
  await liveTwoOutages(room);
  const report = await reportOf(room, { change: withRule("majority") });
  assert.equal(report.record.differing, 0);
  const seen = report.outages.map(({ happened, replayed }) =>
    [happened, replayed].map((side) => side.map(({ state, falseAlarm }) => [state, falseAlarm])),
  );
  assert.deepEqual(seen, [
    [[["partial", null]], [["down", "reached"]]],
    [[["down", null]], [["down", null]]],
  ]);
  assert.deepEqual([report.happened.falseAlarms, report.replayed.falseAlarms], [0, 1]);
  const delay = report.happened.delayMs;
  assert.ok(delay && delay.p50 > 0 && delay.p50 < 10_000);
  assert.ok(report.replayed.badMs > report.happened.badMs);
  // A replay is a question: nothing of it is committed.
  const types = (await room.store.events.after(0, 1_000)).map(({ event }) => event.type);
  assert.equal(types.filter((type) => type === "target.down").length, 1);
  await room.close();
});

test("a replay changes and shows only the target it was asked for", async () => {
  const room = openEngineRoom({ wallMs: 0 });
  await liveTwoOutages(room);
  const target = testTarget("blog", 2);
  const report = await reportOf(room, { target, change: withRule("any") });
  assert.deepEqual([report.targets, report.outages, report.transitions], [1, [], []]);
  await room.close();
});

test("a replay says how far back it reaches when the log was forgotten before", async () => {
  const room = openEngineRoom({ wallMs: 5 * DAY_MS });
  await liveTwoOutages(room);
  const { seq, atMs } = await room.store.log.position();
  await room.store.log.keepChapter(DAY_MS);
  await compactAll(room.store, seq, room.clock.wallMs());
  await room.store.log.forget(room.clock.wallMs());
  const replays = replaysOf(room);
  const replay = await over(replays, replays.start({ ...PLAIN, sinceMs: DAY_MS }));
  assert.equal(replay.askedSinceAt, isoTime(DAY_MS));
  assert.equal(Date.parse(replay.reachesBackToAt ?? ""), atMs);
  assert.equal(replay.sinceAt, replay.reachesBackToAt);
  assert.equal(replay.report?.record.differing, 0);
  await room.close();
});

test("a replay of a log that has nothing to begin with fails with a sentence", async () => {
  const room = openEngineRoom();
  const replays = replaysOf(room);
  const { state, error, report } = await over(replays, replays.start(PLAIN));
  assert.deepEqual([state, report], ["failed", null]);
  assert.match(error ?? "", /^The log cannot be replayed: expected .* \(--keep-log\)/);
  await room.close();
});

test("one replay runs at a time, and one that is removed ends", async () => {
  const room = openEngineRoom({ wallMs: 0 });
  await liveTwoOutages(room);
  const replays = replaysOf(room);
  const { id } = replays.start(PLAIN);
  assert.throws(() => replays.start(PLAIN), /one runs at a time/);
  assert.equal(replays.remove(id), true);
  assert.equal(replays.get(id), null);
  assert.equal(replays.remove(id), false);
  await replays.close();
  const again = await over(replays, replays.start(PLAIN));
  assert.equal(again.state, "done");
  await room.close();
});
