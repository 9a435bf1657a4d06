import assert from "node:assert/strict";
import { test } from "node:test";
import { routeNodeSchema } from "../../../shared/route.ts";
import { eventOf, openAlertRoom } from "../../helpers/alert-room.ts";
import type { AlertRoom } from "../../helpers/alert-room.ts";
import { testChannel } from "../../helpers/delivery-room.ts";

const MINUTE_MS = 60_000;

/** Targets stand in two racks, in turn. */
function alertTest(name: string, count: number, body: (room: AlertRoom) => Promise<void>): void {
  test(name, async () => {
    const room = await openAlertRoom(count, (handle) => ({ rack: `r${handle % 2}` }));
    try {
      await room.store.channels.put(testChannel("ops"), null);
      await room.look(handles(1, count), "succeeds");
      await body(room);
      await room.engine().close();
    } finally {
      await room.close();
    }
  });
}

const handles = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Fails, or succeeds, until every verdict has followed. */
async function bring(room: AlertRoom, which: readonly number[], outcome: "fails" | "succeeds") {
  for (let round = 0; round < (outcome === "fails" ? 1 : 8); round += 1) {
    await room.look(which, outcome);
  }
}

alertTest(
  "400 targets that fall at once are one message for each cause within 10 s, and so is their end",
  400,
  async (room) => {
    await bring(room, handles(1, 400), "fails");
    await room.pass(8_000);
    assert.deepEqual(await room.sent(), [
      "alert.folded bad 200 label rack=r0",
      "alert.folded bad 200 label rack=r1",
    ]);
    const planned = await room.planned();
    assert.equal(planned.length, 402, "every alert stands in the log with its reason");
    assert.match(planned[0]?.reason ?? "", /^Withheld because 400 fell within a minute/);
    await bring(room, handles(1, 400), "succeeds");
    const sent = await room.sent();
    assert.deepEqual(sent.slice(-2).toSorted(), [
      "alert.folded well 200 label rack=r0",
      "alert.folded well 200 label rack=r1",
    ]);
    assert.ok(sent.length <= 6, sent.join());
    await room.pass(MINUTE_MS);
    assert.deepEqual(await room.store.alerts.load(), [{ key: "next", value: 3 }]);
  },
);

alertTest("a lone alert is sent at once, and its end too", 20, async (room) => {
  await bring(room, [7], "fails");
  assert.deepEqual(await room.sent(), ["target.down t7"]);
  await bring(room, [7], "succeeds");
  assert.deepEqual(await room.sent(), ["target.down t7", "target.up t7"]);
  assert.deepEqual(await room.store.alerts.load(), []);
});

alertTest(
  "an aggregator killed in the middle of a storm tells it once, and its end once",
  60,
  async (room) => {
    await bring(room, handles(1, 60), "fails");
    assert.deepEqual(await room.sent(), []);
    await room.restart();
    await room.pass(8_000);
    assert.deepEqual(await room.sent(), [
      "alert.folded bad 30 label rack=r0",
      "alert.folded bad 30 label rack=r1",
    ]);
    await room.restart();
    await room.pass(8_000);
    assert.equal((await room.sent()).length, 2);
    await bring(room, handles(1, 60), "succeeds");
    await room.restart();
    await room.pass(8_000);
    const ends = (await room.sent()).filter((line) => line.includes("well"));
    assert.equal(ends.length, 2);
  },
);

alertTest("a channel that wants each alert gets each alert", 30, async (room) => {
  const each = testChannel("each", { delivery: { ...DELIVERY, fold: false } });
  await room.store.channels.put(each, null);
  await bring(room, handles(1, 30), "fails");
  await room.pass(8_000);
  const planned = await room.planned();
  const sent = planned.filter(({ state }) => state === "pending");
  assert.equal(sent.filter(({ channelId }) => channelId === "chn_each").length, 30);
  assert.equal(sent.filter(({ channelId }) => channelId === "chn_ops").length, 2);
});

const DELIVERY = { concurrency: 4, fold: true, fallbackAfterMs: 300_000 };

alertTest("an alert is said again with growing gaps until it is acknowledged", 3, async (room) => {
  await bring(room, [1], "fails");
  await room.pass(16 * MINUTE_MS);
  assert.deepEqual(await room.sent(), ["target.down t1", "alert.reminder t1"]);
  await room.restart();
  await room.pass(61 * MINUTE_MS);
  assert.equal((await room.sent()).length, 3, "the second comes an hour later, and only once");
  const { rows } = await room.store.incidents.list({ limit: 1 });
  await room.store.incidents.acknowledge(rows[0]?.id ?? "", room.clock.wallMs(), "ada");
  await room.pass(300 * MINUTE_MS);
  assert.equal((await room.sent()).length, 3);
  await bring(room, [1], "succeeds");
  assert.equal((await room.sent()).at(-1), "target.up t1", "who was told is told of the end");
});

const OPS_THEN_BOSS = routeNodeSchema.parse({
  remindAfterMs: [],
  escalate: [{ afterMs: 5 * MINUTE_MS, channels: ["boss"] }],
  routes: [{ matchers: [{ name: "rack", value: "r1" }], channels: ["ops"] }],
});

async function setRoutes(room: AlertRoom): Promise<void> {
  const routes = { revision: 1, updatedAtMs: 1, updatedBy: "ada", root: OPS_THEN_BOSS };
  await room.store.routes.put(routes, null);
  await room.store.channels.put(testChannel("boss"), null);
}

alertTest(
  "routes say who is told, and the ladder who is told besides when nobody acknowledges",
  4,
  async (room) => {
    await setRoutes(room);
    await bring(room, [1, 2], "fails");
    await room.pass(6 * MINUTE_MS);
    const lines = async () =>
      (await room.planned()).map(({ channelId, body }) => `${channelId} ${eventOf(body).type}`);
    assert.deepEqual(await lines(), ["chn_ops target.down", "chn_boss alert.escalated"]);
    await bring(room, [1, 2], "succeeds");
    assert.deepEqual((await lines()).slice(2), ["chn_boss target.up", "chn_ops target.up"]);
  },
);

alertTest(
  "a silence withholds with its reason, and its end tells what is not over",
  4,
  async (room) => {
    const { store } = room;
    const nowMs = room.engine().nowMs();
    const spec = {
      matchers: [{ name: "target", op: "~" as const, value: "t*" }],
      startsAtMs: nowMs,
      endsAtMs: nowMs + 10 * MINUTE_MS,
      author: "ada",
      comment: "The rack moves.",
    };
    const made = { id: "sil_1", revision: 1, createdAtMs: nowMs, createdBy: "t", endedBy: null };
    await store.silences.put({ ...made, spec }, null);
    await bring(room, [1, 2], "fails");
    await bring(room, [2], "succeeds");
    assert.deepEqual(await room.sent(), []);
    const reasons = (await room.planned()).map(({ reason }) => reason);
    assert.equal(reasons.length, 3);
    assert.match(
      reasons[0] ?? "",
      /^Withheld because ada silenced it until .* \(sil_1\): The rack/,
    );
    assert.equal(reasons[2], "Withheld because its alert was silenced until it was over.");
    await room.restart();
    await room.pass(10 * MINUTE_MS);
    assert.deepEqual(await room.sent(), ["target.down t1"]);
    const [told] = (await room.planned()).filter(({ state }) => state === "pending");
    assert.ok(eventOf(told?.body ?? "").data.vantages, "with its evidence, as it was then");
    assert.match(told?.reason ?? "", /nothing withholds inc_t1_1 any more/);
  },
);
