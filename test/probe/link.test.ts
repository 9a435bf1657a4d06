import assert from "node:assert/strict";
import { test } from "node:test";
import { RETRY_MS_MAX, RETRY_MS_MIN, retryDelayMs } from "../../probe/link-state.ts";
import { SILENT_HEARTBEATS_MAX } from "../../probe/link.ts";
import { Assignments } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { seededRandom } from "../../shared/random.ts";
import { eventually } from "../helpers/eventually.ts";
import { FACTS, openLinkRoom } from "../helpers/link-room.ts";
import type { LinkRoom } from "../helpers/link-room.ts";
import { openScriptedMesh, UNAUTHENTICATED, WELCOME } from "../helpers/scripted-mesh.ts";
import { FIRST_BOOT, SECOND_BOOT, spoolRoom } from "../helpers/spool-room.ts";

const isOpen = (room: LinkRoom) => () => room.link.state().name === "open";
const isWaiting = (room: LinkRoom) => () => room.link.state().name === "waiting";

function sequences(room: LinkRoom, session = -1): number[] {
  return (room.mesh.sessions.at(session)?.results ?? []).map((one) => one.sequence);
}

/** Lets the link's next try begin. */
async function tryAgain(room: LinkRoom): Promise<void> {
  await eventually("the link waits", isWaiting(room));
  const state = room.link.state();
  if (state.name === "waiting") room.clock.advance(state.retryAtMonoMs - room.clock.monoMs());
  assert.equal(room.link.state().name, "connecting");
}

async function reconnect(room: LinkRoom): Promise<void> {
  await tryAgain(room);
  await eventually("the link is open again", isOpen(room));
}

test("a session begins with the token and hello, and welcome is the first anchor", async (t) => {
  const room = await openLinkRoom(t, { welcome: { heartbeatMs: 1_000 } });
  await eventually("the link is open", isOpen(room));
  const session = room.mesh.last();
  assert.equal(session?.token, "Bearer qrt_probe_1");
  assert.equal(session?.hello?.bootId, FIRST_BOOT);
  assert.deepEqual(room.told, [`anchor ${WELCOME.atMs} 1000`, "welcome rack-a 1000"]);
  await room.close();
  assert.deepEqual(session?.goodbyes, ["The test is over."]);
  assert.equal(room.link.state().name, "closed");
});

test("results are stamped when they are sent, and forgotten when acknowledged", async (t) => {
  const room = await openLinkRoom(t);
  await eventually("the link is open", isOpen(room));
  room.clock.advance(77);
  room.add(1, 2);
  await eventually("everything is acknowledged", () => room.spool.counts().batches === 0);
  const [first] = room.mesh.last()?.results ?? [];
  assert.deepEqual([first?.bootId, first?.sequence, first?.sentMonoMs], [FIRST_BOOT, 1, 1_077]);
  assert.match(first?.batch.toString() ?? "", /^batch 1 /);
});

test("no more batches are in flight than the window of the welcome", async (t) => {
  const room = await openLinkRoom(t, { welcome: { window: 3 }, acknowledge: false });
  await eventually("the link is open", isOpen(room));
  room.add(1, 2, 3, 4, 5, 6);
  await eventually("the window is full", () => sequences(room).length === 3);
  assert.equal(room.spool.inFlight(), 3);
  room.mesh.last()?.send({ $case: "ack", value: { bootId: FIRST_BOOT, sequence: 2 } });
  await eventually("two more are sent", () => sequences(room).length === 5);
  assert.deepEqual(sequences(room), [1, 2, 3, 4, 5]);
});

test("a new session sends again what was not committed, with a new stamp", async (t) => {
  const room = await openLinkRoom(t, { acknowledge: false });
  await eventually("the link is open", isOpen(room));
  room.add(1, 2, 3);
  await eventually("all are sent", () => sequences(room).length === 3);
  room.mesh.script.welcome = { ackedSequence: 1 };
  room.mesh.last()?.end();
  await eventually("the link waits", isWaiting(room));
  room.add(4);
  await reconnect(room);
  await eventually("the rest is sent again", () => sequences(room).length === 3);
  assert.deepEqual(sequences(room), [2, 3, 4]);
  const [before] = room.mesh.sessions[0]?.results.slice(1) ?? [];
  const [after] = room.mesh.last()?.results ?? [];
  assert.deepEqual(before?.batch, after?.batch);
  assert.ok((after?.sentMonoMs ?? 0) > (before?.sentMonoMs ?? 0));
});

test("an acknowledgement that comes twice, or of nothing known, changes nothing", async (t) => {
  const room = await openLinkRoom(t, { acknowledge: false });
  await eventually("the link is open", isOpen(room));
  room.add(1, 2);
  await eventually("both are sent", () => sequences(room).length === 2);
  const session = room.mesh.last();
  for (const [bootId, sequence] of [
    [FIRST_BOOT, 1],
    [FIRST_BOOT, 1],
    [SECOND_BOOT, 9],
    [FIRST_BOOT, 0],
  ] as const) {
    session?.send({ $case: "ack", value: { bootId, sequence } });
  }
  session?.send({ $case: "drain", value: { reason: "last" } });
  await eventually("all was taken in", () => room.told.includes("drain last"));
  assert.deepEqual(room.spool.counts(), { batches: 1, own: 1, dropped: 0 });
  assert.ok(isOpen(room)());
});

test("an earlier boot's batches are sent under their boot, and acknowledged so", async (t) => {
  const folders = spoolRoom();
  const room = await openLinkRoom(t, {}, { dataDir: folders.leftBehind(3), bootId: SECOND_BOOT });
  await eventually("everything is acknowledged", () => room.spool.counts().batches === 0);
  const { results = [] } = room.mesh.last() ?? {};
  assert.deepEqual(
    results.map((one) => [one.bootId, one.sequence]),
    [1, 2, 3].map((sequence) => [FIRST_BOOT, sequence]),
  );
  folders.close();
});

test("every heartbeat acknowledgement is an anchor", async (t) => {
  const room = await openLinkRoom(t);
  await eventually("the link is open", isOpen(room));
  assert.equal(room.link.heartbeat(FACTS), true);
  room.link.heartbeat(FACTS);
  await eventually("both are acknowledged", () => room.told.length === 4);
  assert.deepEqual(
    room.mesh.last()?.heartbeats.map((one) => one.sequence),
    [1, 2],
  );
  assert.equal(room.told.at(-1), `anchor ${WELCOME.atMs + 2} 1000`);
});

test("a session without acknowledged heartbeats is torn down after three of them", async (t) => {
  const room = await openLinkRoom(t, {
    welcome: { heartbeatMs: 1_000 },
    acknowledgeHeartbeats: false,
  });
  await eventually("the link is open", isOpen(room));
  room.clock.advance(SILENT_HEARTBEATS_MAX * 1_000);
  assert.equal(room.link.state().name, "open");
  room.clock.advance(1_000);
  assert.equal(room.told.at(-1), "down");
  assert.equal(room.link.heartbeat(FACTS), false);
  await reconnect(room);
});

test("a server that never says welcome is left after a while", async (t) => {
  const room = await openLinkRoom(t, { welcome: null });
  await eventually("hello has come", () => room.mesh.last()?.hello !== undefined);
  room.clock.advance(10_000);
  assert.equal(room.link.state().name, "waiting");
  assert.deepEqual(room.told, []);
});

test("a message before welcome, and a second welcome, end the session", async (t) => {
  const room = await openLinkRoom(t, { welcome: null });
  await eventually("hello has come", () => room.mesh.last()?.hello !== undefined);
  room.mesh.last()?.send({ $case: "drain", value: { reason: "early" } });
  room.mesh.script.welcome = {};
  await reconnect(room);
  room.mesh.last()?.send({ $case: "welcome", value: WELCOME });
  await eventually("the link waits", isWaiting(room));
  const state = room.link.state();
  assert.match(state.name === "waiting" ? state.why : "", /found welcome/);
  assert.ok(!room.told.includes("drain early"));
});

test("assignments, rechecks and drain are passed on", async (t) => {
  const room = await openLinkRoom(t);
  await eventually("the link is open", isOpen(room));
  const session = room.mesh.last();
  const rest = {
    removedHandles: [],
    hasCanaries: true,
    canaries: [],
    mustFailAddress: "",
    trialCanaryIds: [],
  };
  session?.send({ $case: "assignments", value: { snapshot: true, upserts: [], ...rest } });
  session?.send({ $case: "recheck", value: { handles: [4, 5], attempts: 3, stopAfterOks: 1 } });
  session?.send({ $case: "drain", value: { reason: "moving" } });
  await eventually("all was told", () => room.told.length === 5);
  assert.deepEqual(room.told.slice(2), ["assignments true", "recheck 4,5", "drain moving"]);
});

test("nothing is read while assignments are taken in", async (t) => {
  let done = (): void => undefined;
  const taken = new Promise<void>((resolve) => (done = resolve));
  const room = await openLinkRoom(t, {}, { taken });
  await eventually("the link is open", isOpen(room));
  const session = room.mesh.last();
  session?.send({ $case: "assignments", value: Assignments.fromPartial({ snapshot: true }) });
  session?.send({ $case: "recheck", value: { handles: [4], attempts: 3, stopAfterOks: 1 } });
  await eventually("assignments came", () => room.told.includes("assignments true"));
  // What the probe says meanwhile still goes out.
  room.add(1);
  await eventually("a batch came", () => session?.results.length === 1);
  assert.equal(room.told.at(-1), "assignments true");
  done();
  await eventually("the rest is read", () => room.told.at(-1) === "recheck 4");
});

test("a goodbye is followed by another try, a final one is not", async (t) => {
  const room = await openLinkRoom(t);
  await eventually("the link is open", isOpen(room));
  room.mesh.last()?.send({ $case: "goodbye", value: { reason: "Restarting.", final: false } });
  await reconnect(room);
  room.mesh.last()?.send({ $case: "goodbye", value: { reason: "Removed.", final: true } });
  await eventually("the link is refused", () => room.link.state().name === "refused");
  room.clock.advance(60_000);
  assert.equal(room.told.at(-1), "refused Removed.");
  assert.equal(room.mesh.sessions.length, 2);
  await room.close();
  assert.equal(room.link.state().name, "refused");
});

test("a refused token, and nobody there at all, are tried again", async (t) => {
  const room = await openLinkRoom(t, { refuse: UNAUTHENTICATED });
  await eventually("the link waits", isWaiting(room));
  const state = room.link.state();
  assert.match(state.name === "waiting" ? state.why : "", /UNAUTHENTICATED/);
  const { port } = room.mesh;
  room.mesh.close();
  await tryAgain(room);
  await eventually("the link waits", isWaiting(room));
  const mesh = await openScriptedMesh({}, { port });
  await reconnect(room);
  mesh.close();
});

test("the wait before a new session grows, is spread, and has its bounds", () => {
  const random = seededRandom(7);
  for (const failures of [1, 2, 3, 5, 8, 13, 1_000]) {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(failures, random));
    const ceilingMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (failures + 1));
    assert.ok(Math.min(...delays) >= RETRY_MS_MIN);
    assert.ok(Math.max(...delays) <= ceilingMs);
    const meanMs = delays.reduce((sum, one) => sum + one, 0) / delays.length;
    assert.ok(Math.abs(meanMs - (ceilingMs + RETRY_MS_MIN) / 2) < ceilingMs / 6);
  }
});
