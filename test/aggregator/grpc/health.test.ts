import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type { VerdictState } from "../../../shared/verdict.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import { eventually } from "../../helpers/eventually.ts";
import { type GrpcRoom, type GrpcRoomOptions, roomTest } from "../../helpers/grpc-room.ts";
import { connectHealth, type HealthProbe, type HealthWatch } from "../../helpers/health-client.ts";
import { makeTarget } from "../../helpers/make-nouns.ts";

const SHOP = makeTarget("shop", 1);

/** A room test with a client of the health service. */
function healthTest(
  name: string,
  body: (room: GrpcRoom, health: HealthProbe) => Promise<void>,
  options: GrpcRoomOptions = { targets: [SHOP] },
): void {
  roomTest(
    name,
    async (room) => {
      const health = connectHealth(room.port);
      try {
        await body(room, health);
      } finally {
        health.close();
      }
    },
    options,
  );
}

let events = 0;

/** Sets a verdict and publishes its event, as the engine does. */
function enter(room: GrpcRoom, state: VerdictState): void {
  events += 1;
  room.engine.setVerdict(SHOP.id, state);
  const target = { id: SHOP.id, name: "shop", kind: "tcp", labels: {} };
  const data = { sentence: "", target };
  const event = { id: `e${events}`, type: `target.${state}` as const, timestamp: "", data };
  room.bus.publish([{ number: events, event }]);
}

const sees = (watch: HealthWatch, ...names: string[]): Promise<void> =>
  eventually(`${names.join()} is seen`, () => watch.seen.join() === names.join());

healthTest("the aggregator itself is under the empty name", async (room, health) => {
  assert.equal(await health.check(""), "SERVING");
  room.engine.setReady(false);
  assert.equal(await health.check(""), "NOT_SERVING");
});

healthTest("a verdict is told under the target's name and id", async (room, health) => {
  const told: Record<string, string> = {};
  for (const state of VERDICT_STATES) {
    room.engine.setVerdict(SHOP.id, state);
    told[state] = await health.check("shop");
    assert.equal(await health.check(SHOP.id), told[state]);
  }
  assert.deepEqual(told, {
    up: "SERVING",
    degraded: "SERVING",
    partial: "SERVING",
    suspect: "SERVING",
    recovering: "SERVING",
    down: "NOT_SERVING",
    sub_healthy: "NOT_SERVING",
    unknown: "UNKNOWN",
  });
});

healthTest("a target without a verdict is unknown, never not serving", async (_room, health) => {
  assert.equal(await health.check("shop"), "UNKNOWN");
});

healthTest(
  "a check of nothing that is known is NOT_FOUND with a sentence",
  async (_room, health) => {
    await assert.rejects(health.check("x".repeat(5_000)), (error: Error & { code?: number }) => {
      assert.equal(error.code, status.NOT_FOUND);
      assert.match(error.message, /No target has the name or id "x{100}"/);
      return true;
    });
  },
);

healthTest(
  "a watch tells each change once, and nothing that is no change",
  async (room, health) => {
    const watch = health.watch("shop");
    await sees(watch, "UNKNOWN");
    enter(room, "up");
    await sees(watch, "UNKNOWN", "SERVING");
    enter(room, "suspect");
    await new Promise((resolve) => setImmediate(resolve));
    enter(room, "down");
    await sees(watch, "UNKNOWN", "SERVING", "NOT_SERVING");
  },
);

healthTest(
  "a watch of what is not there yet tells when it comes, and when it goes",
  async (room, health) => {
    const byName = health.watch("later");
    const byId = health.watch("tgt_later");
    await sees(byName, "SERVICE_UNKNOWN");
    await sees(byId, "SERVICE_UNKNOWN");
    const later = makeTarget("later", 2);
    await room.setTarget(later);
    await sees(byName, "SERVICE_UNKNOWN", "UNKNOWN");
    await sees(byId, "SERVICE_UNKNOWN", "UNKNOWN");
    await room.setTarget({ ...later, revision: 2, spec: { ...later.spec, name: "renamed" } });
    await sees(byName, "SERVICE_UNKNOWN", "UNKNOWN", "SERVICE_UNKNOWN");
    await room.deleteTarget(later);
    await sees(byId, "SERVICE_UNKNOWN", "UNKNOWN", "SERVICE_UNKNOWN");
    byId.cancel();
  },
);

healthTest("a watch of the aggregator tells that it stops, and ends", async (room, health) => {
  const watch = health.watch("");
  await sees(watch, "SERVING");
  await room.server.close(1_000);
  await sees(watch, "SERVING", "NOT_SERVING");
  assert.equal((await watch.ended).code, status.OK);
});
