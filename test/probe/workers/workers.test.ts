import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { forkWorker } from "../../../probe/workers/fork.ts";
import type { StartWorker, WorkerProcess } from "../../../probe/workers/fork.ts";
import { monoOriginMs } from "../../../shared/clock.ts";
import { OutcomeClass } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { patiently } from "../../helpers/patience.ts";
import { openProbeRoom } from "../../helpers/probe-room.ts";
import { startTarget } from "../../helpers/target-server.ts";

/** A probe with two real workers, and four targets that answer. */
async function openCrewRoom(t: TestContext) {
  const processes: WorkerProcess[] = [];
  const start: StartWorker = (handlers) => {
    const process = forkWorker(handlers);
    processes.push(process);
    return process;
  };
  const target = await startTarget((socket) => void socket.end());
  t.after(() => target.close());
  const setup = {
    originMs: monoOriginMs(),
    kinds: ["tcp"],
    sourceAddress: undefined,
    mustFailAddress: null,
    knownGoodName: null,
    secrets: undefined,
    allowExec: undefined,
    logLevel: "silent",
  } as const;
  const room = await openProbeRoom(t, {}, { crew: { workers: 2, start, setup } });
  const optionsJson = JSON.stringify({ host: "127.0.0.1", port: target.port });
  await patiently("a session", () => room.mesh.last()?.hello !== undefined);
  const handles = [1, 2, 3, 4];
  const heartbeats = () => room.mesh.last()?.heartbeats ?? [];
  await patiently("a heartbeat", () => heartbeats().length > 0);
  room.assign(
    ...handles.map((handle) => ({
      handle,
      kind: "tcp",
      name: `t${handle}`,
      optionsJson,
      intervalMs: 500,
      timeoutMs: 500,
    })),
  );
  const rows = (handle: number): number[] =>
    room
      .batches()
      .flatMap((batch) => batch.outcome.filter((_, row) => batch.handle[row] === handle));
  return { ...room, processes, handles, rows, heartbeats };
}

/** A busy machine may be too late for a check, which accuses nobody. */
function accuses(outcome: number): boolean {
  const { OUTCOME_CLASS_OK: ok, OUTCOME_CLASS_VOID: nothing } = OutcomeClass;
  return outcome !== ok && outcome !== nothing;
}

test("two workers share identity, link and clock of their probe", async (t) => {
  const { handles, rows, batches, heartbeats, mesh } = await openCrewRoom(t);
  await patiently("results of all", () => handles.every((handle) => rows(handle).length >= 2));
  assert.deepEqual([...new Set(mesh.sessions.map(({ token }) => token))], [mesh.last()?.token]);
  assert.equal(new Set(batches().map(({ bootId }) => bootId)).size, 1);
  for (const batch of batches()) {
    assert.ok(batch.anchorAtMs > 0, "workers know where log time and the probe's time met");
    assert.ok(
      batch.lateMs.every((lateMs) => lateMs < 5_000),
      "and count from the same instant",
    );
  }
  assert.deepEqual(handles.flatMap(rows).filter(accuses), []);
  await patiently("facts", () => (heartbeats().at(-1)?.rssBytes ?? 0) > process.memoryUsage.rss());
});

test("a worker that is killed is started again, and its targets never fail", async (t) => {
  const { processes, handles, rows } = await openCrewRoom(t);
  await patiently("results of all", () => handles.every((handle) => rows(handle).length >= 1));
  processes[0]?.kill();
  await patiently("another worker", () => processes.length === 3);
  const before = handles.map((handle) => rows(handle).length);
  await patiently("results of all again", () =>
    handles.every((handle, index) => rows(handle).length >= (before[index] ?? 0) + 2),
  );
  assert.deepEqual(handles.flatMap(rows).filter(accuses), []);
});
