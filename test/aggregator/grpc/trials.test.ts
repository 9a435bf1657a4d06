import assert from "node:assert/strict";
import test from "node:test";
import { createReach } from "../../../aggregator/grpc/reach.ts";
import { createTrials, TRIAL_MS_MIN } from "../../../aggregator/grpc/trials.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { simClock } from "../../helpers/sim-clock.ts";

const saying = (id: string, ok: boolean) => ({ id, ok, latencyUs: 5, reason: "", detail: "" });

function room() {
  const clock = simClock();
  const reach = createReach();
  let excluded: readonly string[] = [];
  const trials = createTrials({
    clock,
    reach,
    engine: { excludedCanaries: () => excluded, nowMs: () => clock.wallMs() },
    freshMs: 15_000,
  });
  return {
    clock,
    reach,
    trials,
    exclude: (...ids: string[]) => void (excluded = ids),
    say: (probeId: string, ok: boolean) => {
      reach.take(probeId, [saying("edge", ok)], clock.wallMs());
    },
  };
}

test("a canary that half of the mesh failed counts again when more than half reach it", () => {
  const { clock, trials, exclude, say } = room();
  assert.equal(trials.refresh(), null);
  for (const probeId of ["a", "b", "c"]) say(probeId, false);
  exclude("edge");
  assert.equal(trials.refresh(), 5_000);
  assert.ok(trials.isExcluded("edge"));
  // Nobody's answer counts against it any more, so the engine has nothing against it.
  exclude();
  clock.advance(TRIAL_MS_MIN);
  for (const probeId of ["a", "b", "c"]) say(probeId, probeId === "a");
  assert.equal(trials.refresh(), 5_000);
  assert.ok(trials.isExcluded("edge"), "one of three reaches it");
  say("b", true);
  assert.equal(trials.refresh(), null);
  assert.ok(!trials.isExcluded("edge"));
});

test("a canary that comes back at once stays on trial for its time", () => {
  const { clock, trials, exclude, say } = room();
  exclude("edge");
  trials.refresh();
  exclude();
  say("a", true);
  clock.advance(TRIAL_MS_MIN - 1);
  say("a", true);
  assert.equal(trials.refresh(), 5_000);
  clock.advance(1);
  assert.equal(trials.refresh(), null);
});

test("a peer is proven by one who reached it, and anew at a new address", () => {
  const { trials } = room();
  trials.setPeers(new Map([["probe:b", "tcp://10.0.0.2:7702"]]));
  assert.ok(!trials.isProven("probe:b", "tcp://10.0.0.2:7702"));
  assert.equal(trials.heard([saying("probe:b", false)]), false);
  assert.equal(trials.heard([saying("probe:b", true)]), true);
  assert.equal(trials.heard([saying("probe:b", true)]), false);
  assert.ok(trials.isProven("probe:b", "tcp://10.0.0.2:7702"));
  trials.setPeers(new Map([["probe:b", "tcp://10.0.0.9:7702"]]));
  assert.ok(!trials.isProven("probe:b", "tcp://10.0.0.9:7702"));
  assert.ok(trials.isProven("edge", "tcp://192.0.2.1:1"), "what an operator named needs no proof");
});

test("the matrix keeps since when an answer holds, tallies what is fresh, and is bounded", () => {
  const { clock, reach, say } = room();
  say("a", true);
  const sinceMs = clock.wallMs();
  clock.advance(20_000);
  say("b", false);
  assert.deepEqual(reach.tally("edge", clock.wallMs() - 15_000), { asked: 1, reached: 0 });
  say("a", true);
  assert.equal(reach.of("a").get("edge")?.sinceMs, sinceMs);
  assert.equal(reach.of("a").get("edge")?.atMs, clock.wallMs());
  assert.deepEqual(reach.tally("edge", clock.wallMs() - 15_000), { asked: 2, reached: 1 });
  for (let at = 0; at < 2 * LIMITS.reachedCanariesMax; at += 1) {
    reach.take("a", [saying(`c${at}`, true)], clock.wallMs());
  }
  assert.equal(reach.of("a").size, LIMITS.reachedCanariesMax);
  reach.forget("a");
  reach.forget("b");
  assert.equal([...reach.canaryIds()].length, 0);
});
