import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import type { PreparedCheck } from "../../../probe/checks/check.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { createKeptChecks } from "../../../probe/kept.ts";
import { eventually } from "../../helpers/eventually.ts";
import { Serving, startGrpc } from "../../helpers/grpc-target.ts";
import type { HealthSays } from "../../helpers/grpc-target.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { said } from "../../helpers/look-at.ts";
import { openSockets } from "../../contract/check-look.ts";

const clock = systemClock();

/** A watch on a server; both are closed after the test. */
async function openWatch(t: TestContext, says: HealthSays | "no health service", port?: number) {
  const server = await startGrpc(says);
  const options = { host: "127.0.0.1", port: port ?? server.port, service: "db", watch: true };
  const check = prepareCheck("grpc", options);
  let changes = 0;
  check.onChange?.(() => (changes += 1));
  t.after(async () => {
    check.close?.();
    await server.close();
  });
  return { server, check, changes: () => changes };
}

const lookWith = (check: PreparedCheck, timeoutMs = 5_000) => runCheck(check, { clock, timeoutMs });

test("a watch asks once and follows every change", async (t) => {
  const { server, check, changes } = await openWatch(t, { status: Serving.SERVING });
  for (let round = 0; round < 3; round += 1) {
    const outcome = await lookWith(check);
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(outcome.phases.connectUs > 0, round === 0, "only the first look connects");
    assert.equal(outcome.facts?.["watched"], round === 0 ? undefined : 1);
  }
  assert.equal(changes(), 0);
  server.say({ status: Serving.NOT_SERVING });
  await eventually("the change is told", () => changes() === 1);
  const failing = await lookWith(check);
  assert.equal(said(failing), "sub grpc_not_serving");
  assert.match(failing.detail, /says that service "db" is NOT_SERVING/);
  server.say({ status: Serving.SERVING });
  await eventually("the recovery is told", () => changes() === 2);
  assert.equal(said(await lookWith(check)), "ok ok");
  assert.equal(server.seen.length, 1);
});

test("a watch whose server goes is told at once, and connects anew", async (t) => {
  const { server, check, changes } = await openWatch(t, { status: Serving.SERVING });
  assert.equal(said(await lookWith(check)), "ok ok");
  await server.close();
  await eventually("the loss is told", () => changes() === 1);
  const outcome = await lookWith(check);
  assert.equal(said(outcome), "dead connection_refused", outcome.detail);
});

test("a watch that gets no answer to its ping times out, and connects anew", async (t) => {
  const server = await startGrpc({ status: Serving.SERVING });
  const proxy = await startFaultProxy({ host: "127.0.0.1", port: server.port });
  t.after(() => Promise.all([server.close(), proxy.close()]));
  const { check } = await openWatch(t, "silence", proxy.port);
  await proxy.set({ inTurn: [{ delayMs: 200 }, "pass"] });
  assert.equal(said(await lookWith(check)), "ok ok");
  const outcome = await lookWith(check, 100);
  assert.equal(said(outcome), "sub read_timeout", outcome.detail);
  const again = await lookWith(check);
  assert.equal(said(again), "ok ok", again.detail);
  assert.ok(again.phases.connectUs > 0);
});

const FIRST: [string, HealthSays | "no health service", string][] = [
  ["NOT_SERVING", { status: Serving.NOT_SERVING }, "sub grpc_not_serving"],
  ["no health service", "no health service", "void misconfigured"],
  ["UNAVAILABLE", { code: 14, details: "later" }, "sub grpc_status"],
  ["silence", "silence", "sub read_timeout"],
];
for (const [name, says, expected] of FIRST) {
  test(`a watch that hears ${name} first is ${expected}`, async (t) => {
    const { check } = await openWatch(t, says);
    const outcome = await lookWith(check, says === "silence" ? 100 : 5_000);
    assert.equal(said(outcome), expected, outcome.detail);
  });
}

test("a watch that is closed lets its look end, and leaves nothing open", async (t) => {
  const { server, check, changes } = await openWatch(t, { status: Serving.SERVING });
  const openBefore = openSockets();
  assert.equal(said(await lookWith(check)), "ok ok");
  const looking = lookWith(check);
  check.close?.();
  assert.equal(said(await looking), "ok ok");
  await eventually("the watch is gone", () => server.watchers() === 0);
  await eventually("its sockets are closed", () => openSockets() <= openBefore);
  assert.equal(said(await lookWith(check)), "ok ok", "one more look connects for itself");
  await eventually("and closes again", () => openSockets() <= openBefore);
  assert.equal(changes(), 0);
});

test("two first looks at once share one watch", async (t) => {
  const { server, check } = await openWatch(t, { status: Serving.SERVING });
  const outcomes = await Promise.all([lookWith(check), lookWith(check)]);
  assert.deepEqual(outcomes.map(said), ["ok ok", "ok ok"]);
  await eventually("the second is closed", () => server.watchers() === 1);
});

test("a kept check is closed when its target changes, goes, or the probe stops", () => {
  const told: string[] = [];
  const looked: number[] = [];
  const kept = createKeptChecks({ lookAgain: ({ revision }) => void looked.push(revision) });
  const targetOf = (handle: number, revision: number) => {
    const numbers = { intervalMs: 1_000, timeoutMs: 1, phaseMs: 0, fall: 3, fastMs: 1 };
    const name = `${handle}.${revision}`;
    const check: PreparedCheck = {
      endpoint: name,
      run: () => () => undefined,
      onChange: (changed) => changed(),
      close: () => void told.push(name),
    };
    return { handle, revision, name, ...numbers, check };
  };
  kept.set(targetOf(1, 1));
  kept.set(targetOf(1, 2));
  kept.set(targetOf(2, 1));
  kept.set(targetOf(3, 1));
  kept.remove(2);
  kept.remove(9);
  kept.stop();
  assert.deepEqual(told, ["1.1", "2.1", "1.2", "3.1"]);
  assert.deepEqual(looked, [1, 2, 1, 1]);
});
