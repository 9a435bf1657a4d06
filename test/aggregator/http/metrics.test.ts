/** Vantages, latencies and the outbox in the metrics. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { needs, pathOf } from "../../helpers/needs.ts";
import { intent, START_MS } from "../../helpers/store-data.ts";

/** The page, counted anew. */
async function scrape(room: HttpRoom): Promise<string> {
  room.clock.advance(5_000);
  return String((await room.expect(200, "GET /metrics", { token: null })).body);
}

async function addTarget(room: HttpRoom, name: string): Promise<string> {
  const options = { host: "127.0.0.1", port: 80 };
  await room.expect(201, "POST /api/v1/targets", { body: { name, kind: "tcp", options } });
  return (await room.store.targets.get(name))?.id ?? "";
}

/** A channel with `count` notifications that wait. */
async function addOutbox(room: HttpRoom, count: number): Promise<void> {
  const options = { url: "http://127.0.0.1:9/hook?key=hidden", unsigned: true };
  const body = { name: "pager", kind: "webhook", options };
  await room.expect(201, "POST /api/v1/channels", { body });
  const channelId = (await room.store.channels.get("pager"))?.id ?? "";
  const ids = Array.from({ length: count }, (_, index) => `n${index}`);
  await room.store.notifications.add(ids.map((id) => intent(id, { channelId, orderKey: id })));
}

async function attempt(room: HttpRoom, id: string, ok: boolean): Promise<void> {
  const channelId = (await room.store.channels.get("pager"))?.id ?? "";
  const result = { ok, status: ok ? 204 : 500, detail: "", request: "" };
  const times = { attempt: 1, atMs: START_MS, durationMs: 1 };
  await room.store.notifications.record({
    delivery: { notificationId: id, channelId, ...times, ...result },
    state: ok ? "delivered" : "dead",
    nextAttemptAtMs: START_MS,
  });
}

test("the metrics tell how many targets each probe sees how", () =>
  withHttpRoom(async (room) => {
    for (const name of ["a", "b", "c"]) {
      const state = name === "c" ? "unreachable" : "healthy";
      room.engine.seen.set(await addTarget(room, name), [{ probeId: "prb_1", state }]);
    }
    const text = await scrape(room);
    assert.match(text, /^quorate_vantages\{probe="prb_1",state="healthy"\} 2$/m);
    assert.match(text, /^quorate_vantages\{probe="prb_1",state="unreachable"\} 1$/m);
  }));

test("latencies are a histogram whose buckets hold those before them, in seconds", () =>
  withHttpRoom(async (room) => {
    const histogram = { boundsUs: [1_000, 2_500_000], counts: [2, 3, 1], sumUs: 4_500_000 };
    room.engine.latencyOf.set("prb_1", histogram);
    const lines = (await scrape(room)).split("\n").filter((line) => /_check_latency/.test(line));
    assert.deepEqual(lines.slice(1), [
      "# TYPE quorate_check_latency_seconds histogram",
      'quorate_check_latency_seconds_bucket{probe="prb_1",le="0.001"} 2',
      'quorate_check_latency_seconds_bucket{probe="prb_1",le="2.5"} 5',
      'quorate_check_latency_seconds_bucket{probe="prb_1",le="+Inf"} 6',
      'quorate_check_latency_seconds_sum{probe="prb_1"} 4.5',
      'quorate_check_latency_seconds_count{probe="prb_1"} 6',
    ]);
  }));

test("the outbox is counted by kind of channel, attempts from the first scrape on, and stays", () =>
  withHttpRoom(async (room) => {
    await addOutbox(room, 5);
    await attempt(room, "n0", false);
    const first = await scrape(room);
    assert.match(first, /^quorate_outbox_pending\{kind="webhook"\} 4$/m);
    assert.match(first, /^quorate_outbox_dead\{kind="webhook"\} 1$/m);
    assert.match(first, /^quorate_deliveries_total\{kind="webhook",outcome="failed"\} 0$/m);
    await attempt(room, "n1", true);
    await attempt(room, "n2", true);
    await attempt(room, "n3", false);
    const second = await scrape(room);
    assert.match(second, /^quorate_outbox_pending\{kind="webhook"\} 1$/m);
    assert.match(second, /^quorate_outbox_dead\{kind="webhook"\} 2$/m);
    assert.match(second, /^quorate_deliveries_total\{kind="webhook",outcome="ok"\} 2$/m);
    assert.match(second, /^quorate_deliveries_total\{kind="webhook",outcome="failed"\} 1$/m);
    assert.ok(!second.includes("hidden") && !second.includes("pager"));

    // A counter that fell would read as a restart: what was counted outlives the channel.
    await room.expect(204, "DELETE /api/v1/channels/pager");
    const third = await scrape(room);
    assert.match(third, /^quorate_deliveries_total\{kind="webhook",outcome="ok"\} 2$/m);
    assert.ok(!third.includes("quorate_outbox_pending{"));
  }));

test("the metrics tell the lead of log time and how long events wait", () =>
  withHttpRoom(async (room) => {
    const text = await scrape(room);
    assert.match(text, /^quorate_engine_clock_lead_seconds 0$/m);
    assert.match(text, /^quorate_engine_lag_seconds 0$/m);
  }));

test("promtool accepts vantages, latencies and the outbox", needs("promtool"), () =>
  withHttpRoom(async (room) => {
    const id = await addTarget(room, "web");
    room.engine.seen.set(id, [{ probeId: "prb_1", state: "healthy" }]);
    room.engine.latencyOf.set("prb_1", { boundsUs: [1_000], counts: [2, 3], sumUs: 7 });
    await addOutbox(room, 2);
    const input = await scrape(room);
    const { status, stderr } = spawnSync(pathOf("promtool"), ["check", "metrics"], { input });
    assert.equal(status, 0, String(stderr));
  }),
);
