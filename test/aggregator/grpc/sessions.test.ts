import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { LIMITS } from "../../../shared/limits.ts";
import type { Assignments } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { eventually } from "../../helpers/eventually.ts";
import { PROBE_A, roomTest } from "../../helpers/grpc-room.ts";
import { makeProbe, makeTarget } from "../../helpers/make-nouns.ts";
import type { MeshClientSession } from "../../helpers/mesh-client.ts";

const PROBE_B = makeProbe("b");
const SHOP = makeTarget("shop", 1);

/** The snapshot of a session that says hello now. */
async function snapshotOf(session: MeshClientSession): Promise<Assignments> {
  session.hello();
  await session.next("welcome");
  return session.next("assignments");
}

/** The next assignments that name a target, leaving out those that only bring canaries. */
async function nextDelta(session: MeshClientSession): Promise<Assignments> {
  for (;;) {
    const delta = await session.next("assignments");
    if (delta.upserts.length + delta.removedHandles.length > 0) return delta;
  }
}

const phasesOf = ({ upserts }: Assignments): number[] => upserts.map(({ phaseMs }) => phaseMs);

roomTest(
  "vantages of a target stand half an interval apart when they are two",
  async (room) => {
    const [a, b] = [room.session("token-a"), room.session("token-b")];
    const [ofA = 0] = phasesOf(await snapshotOf(a));
    const [ofB = 0] = phasesOf(await snapshotOf(b));
    assert.equal(Math.abs(ofA - ofB), 15_000);
  },
  { probes: [PROBE_A, PROBE_B], targets: [SHOP] },
);

roomTest("a target that is created, changed or deleted is a delta", async (room) => {
  const session = await room.joined("token-a");
  await room.setTarget(SHOP);
  const created = await nextDelta(session);
  assert.equal(created.snapshot, false);
  assert.deepEqual(
    created.upserts.map(({ name, handle, revision }) => ({ name, handle, revision })),
    [{ name: "shop", handle: 1, revision: 1 }],
  );
  await room.setTarget({ ...SHOP, revision: 2, spec: { ...SHOP.spec, intervalMs: 10_000 } });
  const [changed] = (await nextDelta(session)).upserts;
  assert.equal(changed?.revision, 2);
  assert.equal(changed?.intervalMs, 10_000);
  await room.deleteTarget(SHOP);
  assert.deepEqual((await nextDelta(session)).removedHandles, [1]);
});

roomTest(
  "a target that no longer selects a probe is taken from it, and so is one that is not enabled",
  async (room) => {
    const session = await room.joined("token-a");
    const spec = { ...SHOP.spec, vantages: { zones: ["elsewhere"] } };
    await room.setTarget({ ...SHOP, revision: 2, spec });
    assert.deepEqual((await nextDelta(session)).removedHandles, [1]);
    await room.setTarget({ ...SHOP, revision: 3 });
    assert.equal((await nextDelta(session)).upserts.length, 1);
    await room.setTarget({ ...SHOP, revision: 4, spec: { ...SHOP.spec, enabled: false } });
    assert.deepEqual((await nextDelta(session)).removedHandles, [1]);
  },
  { targets: [SHOP] },
);

roomTest(
  "a burst of changes is one message",
  async (room) => {
    const session = await room.joined("token-a");
    for (let handle = 1; handle <= 50; handle += 1) {
      room.server.sessions.targetChanged(makeTarget(`t${handle}`, handle));
    }
    assert.equal((await nextDelta(session)).upserts.length, 50);
  },
  {},
);

roomTest(
  "phases shift when a vantage joins the mesh, and back when it is drained",
  async (room) => {
    const session = room.session("token-a");
    const [alone = 0] = phasesOf(await snapshotOf(session));
    const first = makeProbe("0");
    await room.addProbe(first);
    assert.deepEqual(phasesOf(await nextDelta(session)), [(alone + 15_000) % 30_000]);
    await room.setProbe({ ...first, draining: true });
    assert.deepEqual(phasesOf(await nextDelta(session)), [alone]);
  },
  { targets: [SHOP] },
);

roomTest(
  "a drained probe is told, and is given nothing",
  async (room) => {
    const b = await room.joined("token-b");
    await room.setProbe({ ...PROBE_B, draining: true });
    assert.match((await b.next("drain")).reason, /drains this probe/);
    assert.deepEqual((await nextDelta(b)).removedHandles, [1]);
    const again = room.session("token-b");
    again.hello();
    assert.equal((await again.next("welcome")).draining, true);
    assert.equal((await again.next("assignments")).upserts.length, 0);
  },
  { probes: [PROBE_A, PROBE_B], targets: [SHOP] },
);

roomTest("a removed probe is told not to come back, and cannot", async (room) => {
  const session = await room.joined("token-a");
  await room.removeProbe(PROBE_A);
  const { reason, final } = await session.next("goodbye");
  assert.match(reason, /was removed from the mesh/);
  assert.equal(final, true);
  assert.equal((await room.session("token-a").ended).code, status.UNAUTHENTICATED);
  assert.equal(room.server.sessions.status(PROBE_A.id), null);
});

roomTest("rechecks reach the probes that are connected, many in few messages", async (room) => {
  const session = await room.joined("token-a");
  const request = { probeIds: [PROBE_A.id, "prb_away"], attempts: 3, stopAfterOks: 1 };
  for (let handle = 1; handle <= LIMITS.recheckHandlesMax + 5; handle += 1) {
    room.server.sessions.recheck({ ...request, handle });
  }
  room.server.sessions.recheck({ ...request, handle: 1, attempts: 1 });
  const messages = [];
  for (let at = 0; at < 3; at += 1) messages.push(await session.next("recheck"));
  assert.deepEqual(
    messages.map(({ handles, attempts }) => [handles.length, attempts]),
    [
      [LIMITS.recheckHandlesMax, 3],
      [5, 3],
      [1, 1],
    ],
  );
});

roomTest(
  "more targets than fit one message come as a snapshot and deltas, each once",
  async (room) => {
    const session = room.session("token-a");
    let assignments = await snapshotOf(session);
    assert.equal(assignments.snapshot, true);
    const handles = new Set<number>();
    let messages = 1;
    for (;;) {
      for (const { handle } of assignments.upserts) handles.add(handle);
      if (handles.size === 4_000) break;
      assignments = await session.next("assignments");
      assert.equal(assignments.snapshot, false);
      messages += 1;
    }
    assert.ok(messages > 1, "it needs more than one message");
  },
  {
    targets: Array.from({ length: 4_000 }, (_, at) =>
      makeTarget(`t${at}`, at + 1, { options: { host: "h".repeat(60), port: 80 } }),
    ),
  },
);

roomTest("a hundred probes connect at once, and each is welcomed", async (room) => {
  const probes = Array.from({ length: 100 }, (_, at) => makeProbe(`p${at}`));
  const tokens = await Promise.all(probes.map((probe) => room.addProbe(probe)));
  const sessions = await Promise.all(tokens.map((token) => room.joined(token)));
  sessions.forEach((session, at) => session.results(at + 1));
  const acks = await Promise.all(sessions.map((session) => session.next("ack")));
  assert.deepEqual(
    acks.map(({ sequence }) => sequence),
    sessions.map((_, at) => at + 1),
  );
});

roomTest("when the server closes, what was taken is acknowledged before goodbye", async (room) => {
  const session = await room.joined("token-a");
  room.engine.hold();
  session.results(1);
  await eventually("1 is submitted", () => room.engine.submitted.length === 2);
  const closed = room.server.close(5_000);
  room.engine.release();
  assert.equal((await session.next("ack")).sequence, 1);
  assert.match((await session.next("goodbye")).reason, /is stopping/);
  await closed;
});
