import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { eventually } from "../helpers/eventually.ts";
import { openProbeRoom } from "../helpers/probe-room.ts";
import type { ProbeRoom } from "../helpers/probe-room.ts";
import { WELCOME } from "../helpers/scripted-mesh.ts";

const STOP = { reason: "The test says so.", deadlineMs: 2_000 };

async function opened(room: ProbeRoom): Promise<void> {
  await eventually("the session is open", () => room.probe.state().name === "open");
}

function rows(batches: readonly ResultBatch[]): { handle: number; attempt: number }[] {
  return batches.flatMap((batch) =>
    batch.handle.map((handle, row) => ({ handle, attempt: batch.attempt[row] ?? -1 })),
  );
}

test("a probe says who it is, and beats at once with the answers of its canaries", async (t) => {
  const room = await openProbeRoom(t, { welcome: { heartbeatMs: 60_000 } });
  await opened(room);
  const hello = room.mesh.last()?.hello;
  assert.deepEqual([hello?.protocol, hello?.bootId], [1, room.probe.bootId]);
  assert.deepEqual(hello?.kinds, ["ok", "dead"]);
  assert.equal(hello?.healthAddress, room.probe.healthAddress());
  room.assign();
  await eventually("the first heartbeat", () => room.mesh.last()?.heartbeats.length === 1);
  const [beat] = room.mesh.last()?.heartbeats ?? [];
  assert.deepEqual(
    beat?.canaries.map(({ id, ok }) => [id, ok]),
    [["self", true]],
  );
  assert.equal(beat?.mustFailHeld, true);
  assert.ok((beat?.rssBytes ?? 0) > 0);
});

test("a probe beats again and again, with or without canaries", async (t) => {
  const room = await openProbeRoom(t);
  await eventually("three heartbeats", () => (room.mesh.last()?.heartbeats.length ?? 0) >= 3);
  assert.deepEqual(room.mesh.last()?.heartbeats[0]?.canaries, []);
});

test("a probe that lost the aggregator and not its network tells so when it is back", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign();
  await eventually("the canary is known", () => {
    return room.mesh.last()?.heartbeats.some(({ canaries }) => canaries.length === 1) ?? false;
  });
  assert.equal(room.mesh.last()?.heartbeats.at(-1)?.lastOutage, undefined);
  room.mesh.last()?.end();
  await eventually("it is back", () => {
    return room.mesh.sessions.length === 2 && (room.mesh.last()?.heartbeats.length ?? 0) > 0;
  });
  const outage = room.mesh.last()?.heartbeats.at(-1)?.lastOutage;
  assert.equal(outage?.why, "The aggregator ended the session.");
  assert.deepEqual([outage?.rounds, outage?.wellRounds], [1, 1]);
  assert.ok((outage?.lastedMs ?? 0) >= 200);
});

test("a probe on the data folder of another one is refused, and does not come back", async (t) => {
  const refused: string[] = [];
  const room = await openProbeRoom(t);
  await opened(room);
  await room.probe.stop({ reason: "Moving.", deadlineMs: 500 });
  const other = { dataDir: room.dataDir, onRefused: (why: string) => void refused.push(why) };
  const second = await openProbeRoom(t, { welcome: { probeId: "prb_2", name: "rack-b" } }, other);
  await eventually("it is refused", () => refused.length === 1);
  assert.match(refused[0] ?? "", /those of probe rack-a \(prb_1\)/);
  assert.equal(second.probe.state().name, "refused");
});

test("what is assigned is checked at its interval, and results carry the anchor", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign({ handle: 7, kind: "ok" }, { handle: 8, kind: "ok", phaseMs: 100 });
  await eventually("both were checked twice", () => {
    const seen = rows(room.batches());
    return [7, 8].every((handle) => seen.filter((row) => row.handle === handle).length >= 2);
  });
  for (const batch of room.batches()) {
    assert.ok(batch.anchorAtMs >= WELCOME.atMs);
    assert.deepEqual(batch.failures, []);
  }
});

test("a failure comes certified, with the burst that followed it", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign({ handle: 9, kind: "dead", fall: 3, intervalMs: 60_000 });
  room.mesh.last()?.send({
    $case: "recheck",
    value: { handles: [9], attempts: 3, stopAfterOks: 1 },
  });
  await eventually("three attempts", () => rows(room.batches()).length >= 3);
  const failures = room.batches().flatMap((batch) => batch.failures);
  assert.ok(failures.every((one) => one.certificate === 1 && one.reason === "connection_refused"));
  assert.deepEqual(
    rows(room.batches()).map((row) => row.attempt),
    [1, 2, 3],
  );
});

test("a kind the probe does not know abstains, once a slot", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign({ handle: 3, kind: "quic" });
  await eventually("two void results", () => rows(room.batches()).length >= 2);
  const failures = room.batches().flatMap((batch) => batch.failures);
  assert.ok(failures.every((one) => one.reason === "unsupported"));
});

test("a draining probe checks nothing more and keeps its session", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign({ handle: 7, kind: "ok" });
  await eventually("a result", () => room.batches().length > 0);
  room.mesh.last()?.send({ $case: "drain", value: { reason: "moving" } });
  const beats = (): number => room.mesh.last()?.heartbeats.length ?? 0;
  const before = beats();
  await eventually("what ran before is in", () => beats() >= before + 4);
  const drained = rows(room.batches()).length;
  await eventually("an interval and a batch later", () => beats() >= before + 9);
  assert.equal(rows(room.batches()).length, drained);
  assert.equal(room.mesh.sessions.length, 1);
});

test("a probe that stops hands its results over and says goodbye", async (t) => {
  const room = await openProbeRoom(t);
  await opened(room);
  room.assign({ handle: 7, kind: "ok" });
  await eventually("a result", () => room.batches().length > 0);
  await room.probe.stop(STOP);
  assert.deepEqual(room.mesh.last()?.goodbyes, [STOP.reason]);
  assert.equal(room.probe.healthAddress(), "");
  await room.probe.stop(STOP);
});

test("what could not be handed over is sent by the next boot under its own", async (t) => {
  const room = await openProbeRoom(t, { acknowledge: false });
  await opened(room);
  room.assign({ handle: 7, kind: "ok" });
  await eventually("two batches", () => room.batches().length >= 2);
  await room.probe.stop({ ...STOP, deadlineMs: 100 });
  const made = room.batches().length;
  const next = await openProbeRoom(t, {}, { dataDir: room.dataDir });
  await eventually("the old batches", () => next.batches().length >= made);
  assert.ok(next.batches().every((batch) => batch.bootId === room.probe.bootId));
});

test("a probe that is refused says so, and can be stopped", async (t) => {
  const refusals: string[] = [];
  const onRefused = (why: string): void => void refusals.push(why);
  const room = await openProbeRoom(t, {}, { onRefused });
  await opened(room);
  room.mesh.last()?.send({ $case: "goodbye", value: { reason: "Removed.", final: true } });
  await eventually("the refusal", () => refusals.length === 1);
  assert.deepEqual(refusals, ["Removed."]);
  assert.equal(room.probe.state().name, "refused");
});
