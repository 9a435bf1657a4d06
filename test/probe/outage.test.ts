import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutageWatch, OUTAGE_LOOK_MS } from "../../probe/outage.ts";
import type { CanaryRound } from "../../probe/self-check.ts";
import { silentLog } from "../../shared/log.ts";
import { outageFinding, outageSentence } from "../../shared/outage.ts";
import { simClock } from "../helpers/sim-clock.ts";

function round(answers: Record<string, boolean>, trial: readonly string[] = []): CanaryRound {
  const ids = Object.keys(answers);
  return {
    answers: ids.map((id) => {
      return { id, ok: answers[id] ?? false, latencyUs: 1, reason: "", detail: "" };
    }),
    counted: new Set(ids.filter((id) => !trial.includes(id))),
    mustFailHeld: true,
  };
}

/** A watch whose canaries answer as the test says, and what it logged. */
function room() {
  const clock = simClock();
  const said: string[] = [];
  const say = (_fields: object, sentence: string): void => void said.push(sentence);
  const log = { ...silentLog(), info: say, warn: say };
  const now = { round: round({}) };
  const selfCheck = { round: (done: (one: CanaryRound) => void) => done(now.round) };
  return { clock, said, now, watch: createOutageWatch({ clock, log, selfCheck }) };
}

test("who lost the aggregator and keeps the network says so, at once and once", () => {
  const { clock, said, now, watch } = room();
  now.round = round({ aggregator: false, edge: true, "probe:b": true, "probe:c": false });
  watch.lost("The aggregator ended the session.");
  watch.lost("It is lost already.");
  clock.advance(2 * OUTAGE_LOOK_MS);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^The aggregator cannot be reached, but other canaries can/);
  watch.restored();
  clock.advance(1_000);
  const outage = watch.last();
  assert.deepEqual(outage, {
    lastedMs: 10_000,
    endedAgoMs: 1_000,
    why: "The aggregator ended the session.",
    rounds: 3,
    wellRounds: 3,
  });
  assert.ok(outage && outageFinding(outage) === "aggregator");
  assert.match(said.at(-1) ?? "", /For 10 s it had lost the aggregator and not its network/);
});

test("who lost the network says that, and when it comes back before the aggregator does", () => {
  const { clock, said, now, watch } = room();
  now.round = round({ aggregator: false, edge: false, "probe:b": false });
  watch.lost("No heartbeat was acknowledged.");
  clock.advance(2 * OUTAGE_LOOK_MS);
  now.round = round({ aggregator: false, edge: true, "probe:b": true });
  clock.advance(OUTAGE_LOOK_MS);
  watch.restored();
  assert.match(said[0] ?? "", /own network is down/);
  assert.match(said[1] ?? "", /other canaries can/);
  const outage = watch.last();
  assert.ok(outage);
  assert.equal(outageFinding(outage), "network");
  assert.match(outageSentence(outage), /lost its network: .* in 3 of 4 looks/);
});

test("without another canary that counts nothing is claimed of the network", () => {
  const { clock, said, now, watch } = room();
  now.round = round({ aggregator: false, "probe:b": false }, ["probe:b"]);
  watch.lost("Gone.");
  watch.restored();
  assert.match(said[0] ?? "", /no other canary is known/);
  const outage = watch.last();
  assert.ok(outage);
  assert.equal(outageFinding(outage), "unknown");
  assert.match(outageSentence(outage), /whether it had a network is not known/);
  assert.equal(clock.pending(), 0);
});

test("a watch that is stopped or never lost anything tells of nothing", () => {
  const { clock, watch } = room();
  watch.restored();
  assert.equal(watch.last(), undefined);
  watch.lost("Gone.");
  watch.stop();
  watch.restored();
  assert.equal(watch.last(), undefined);
  assert.equal(clock.pending(), 0);
});
