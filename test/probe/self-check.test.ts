import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dialed, Dialer } from "../../probe/canary.ts";
import { createSelfCheck, ROUND_GAP_MS } from "../../probe/self-check.ts";
import type { CanaryRound } from "../../probe/self-check.ts";
import type { Certificate } from "../../shared/outcome.ts";
import { simClock } from "../helpers/sim-clock.ts";

const DIAL_MS = 30;

/** A dialer that takes 30 ms and passes for URLs and resolvers that are named as well. */
function fakeDialer(clock: ReturnType<typeof simClock>, well: Set<string>) {
  const dialed: { url: string; atMs: number }[] = [];
  const after = (url: string, done: (ok: boolean) => void): void => {
    dialed.push({ url, atMs: clock.monoMs() });
    clock.after(DIAL_MS, () => done(well.has(url)));
  };
  const dialer: Dialer = {
    dial: (url, done) => after(url, (ok) => done({ ok, latencyUs: 5 } satisfies Dialed)),
    resolve: (resolver, _name, done) => after(resolver, done),
  };
  return { dialed, dialer };
}

function room(options: { well?: string[]; knownGoodName?: string; mustFail?: string } = {}) {
  const clock = simClock();
  const well = new Set(options.well ?? ["tcp://a:1", "tcp://b:1", "tcp://c:1"]);
  const { dialed, dialer } = fakeDialer(clock, well);
  const selfCheck = createSelfCheck({
    clock,
    dialer,
    knownGoodName: options.knownGoodName ?? null,
    mustFailAddress: options.mustFail ?? null,
  });
  const canaries = ["a", "b", "c"].map((id) => ({ id, url: `tcp://${id}:1` }));
  const given: Certificate[] = [];
  const certify = (resolver: string | null = null): void => {
    selfCheck.certify(resolver, (certificate) => given.push(certificate));
  };
  return { clock, well, dialed, selfCheck, canaries, given, certify };
}

test("a failure is certified when a majority of the canaries passes", async () => {
  const { clock, well, selfCheck, canaries, given, certify } = room();
  selfCheck.setCanaries(canaries, "");
  well.delete("tcp://a:1");
  certify();
  await clock.run(200);
  well.delete("tcp://b:1");
  certify();
  await clock.run(200);
  assert.deepEqual(given, ["ok", "failed"]);
});

test("the self-check needs more than half: one of two is no majority", async () => {
  const { clock, selfCheck, given, certify } = room({ well: ["tcp://a:1"] });
  selfCheck.setCanaries(
    [
      { id: "a", url: "tcp://a:1" },
      { id: "b", url: "tcp://b:1" },
    ],
    "",
  );
  certify();
  await clock.run(200);
  assert.deepEqual(given, ["failed"]);
});

test("the self-check certifies nothing when no canary is known", async () => {
  const { clock, given, certify } = room();
  certify();
  await clock.run(200);
  assert.deepEqual(given, ["none"]);
});

test("a certificate comes from a round that started after the failure ended", async () => {
  const { clock, dialed, well, selfCheck, canaries, given, certify } = room();
  selfCheck.setCanaries(canaries, "");
  certify();
  await clock.run(10);
  well.clear();
  certify();
  await clock.run(DIAL_MS);
  assert.deepEqual(given, ["failed"]);
  assert.equal(dialed.length, 3);
  for (const url of ["tcp://a:1", "tcp://b:1", "tcp://c:1"]) well.add(url);
  await clock.run(300);
  assert.deepEqual(given, ["failed", "ok"]);
  assert.equal((dialed[3]?.atMs ?? 0) - (dialed[0]?.atMs ?? 0), ROUND_GAP_MS);
});

test("the self-check serves a storm of 10,000 failures in a second with few rounds", async () => {
  const { clock, dialed, selfCheck, canaries, given, certify } = room();
  selfCheck.setCanaries(canaries, "");
  for (let burst = 0; burst < 100; burst += 1) {
    for (let failure = 0; failure < 100; failure += 1) certify();
    await clock.run(10);
  }
  await clock.run(500);
  assert.equal(given.length, 10_000);
  assert.ok(given.every((certificate) => certificate === "ok"));
  assert.ok(dialed.length <= 3 * 12, `${dialed.length} canaries were dialed`);
});

test("the resolver of a dns failure must know the known-good name", async () => {
  const { clock, well, selfCheck, canaries, given, certify } = room({ knownGoodName: "a.test" });
  selfCheck.setCanaries(canaries, "");
  well.add("10.0.0.2");
  certify("10.0.0.2");
  certify("10.0.0.3");
  certify(null);
  await clock.run(200);
  assert.deepEqual(given, ["ok", "failed", "ok"]);
});

test("the self-check keeps to the canaries for dns when no name is known", async () => {
  const { clock, selfCheck, canaries, given, certify } = room();
  selfCheck.setCanaries(canaries, "");
  certify("10.0.0.3");
  await clock.run(200);
  assert.deepEqual(given, ["ok"]);
});

test("a heartbeat says when the must-fail canary answered", async () => {
  const { clock, well, selfCheck, canaries, dialed } = room({ mustFail: "10.9.9.9:9" });
  selfCheck.setCanaries(canaries, "10.8.8.8:9");
  const rounds: CanaryRound[] = [];
  selfCheck.round((one) => rounds.push(one));
  await clock.run(200);
  assert.ok(dialed.some(({ url }) => url === "tcp://10.9.9.9:9"));
  well.add("tcp://10.9.9.9:9");
  selfCheck.round((one) => rounds.push(one));
  await clock.run(200);
  assert.deepEqual(
    rounds.map((one) => one.mustFailHeld),
    [true, false],
  );
  assert.deepEqual(rounds[0]?.answers.map(({ id, ok }) => [id, ok]).sort(), [
    ["a", true],
    ["b", true],
    ["c", true],
  ]);
});

test("the self-check when stopped, leaves nobody waiting", async () => {
  const { clock, selfCheck, canaries, given, certify } = room();
  selfCheck.setCanaries(canaries, "");
  certify();
  certify();
  selfCheck.stop();
  certify();
  assert.deepEqual(given, ["none", "none", "none"]);
  await clock.run(500);
  assert.equal(given.length, 3);
});
