import assert from "node:assert/strict";
import test from "node:test";
import {
  assignmentOf,
  assignmentWarnings,
  phaseMs,
  stableHash,
  vantagesOf,
} from "../../aggregator/assign.ts";
import { makeProbe, makeTarget } from "../helpers/make-nouns.ts";
import { policySchema } from "../../shared/target.ts";

const probes = ["c", "a", "b"].map((name) => makeProbe(name));

test("vantages stand in order of id, and a draining probe is none", () => {
  const draining = { ...makeProbe("d"), draining: true };
  const ids = vantagesOf({}, [...probes, draining]).map((probe) => probe.id);
  assert.deepEqual(ids, ["prb_a", "prb_b", "prb_c"]);
});

test("a selector takes only the probes that meet every condition", () => {
  const chosen = vantagesOf({ zones: ["a", "b"], probes: ["b", "c"] }, probes);
  assert.deepEqual(
    chosen.map((probe) => probe.spec.name),
    ["b"],
  );
});

test("N vantages look every interval / N, whatever the interval", () => {
  for (const intervalMs of [200, 1_000, 30_000, 86_400_000]) {
    const target = makeTarget("shop", 1, { intervalMs, timeoutMs: 100 });
    for (const count of [1, 2, 3, 7]) {
      const phases = Array.from({ length: count }, (_, index) => phaseMs(target, index, count));
      const sorted = phases.toSorted((left, right) => left - right);
      assert.ok(sorted.every((phase) => phase >= 0 && phase < intervalMs));
      const gaps = sorted.map(
        (phase, at) => (sorted[at + 1] ?? intervalMs + (sorted[0] ?? 0)) - phase,
      );
      for (const gap of gaps) assert.ok(Math.abs(gap - intervalMs / count) <= 1, `gap ${gap}`);
    }
  }
});

test("targets of one interval are spread over it", () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let handle = 1; handle <= 1_000; handle += 1) {
    const phase = phaseMs(makeTarget(`t${handle}`, handle), 0, 3);
    const tenth = Math.floor(phase / 3_000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) assert.ok(count > 50 && count < 150, tenths.join());
});

test("the hash of a text never changes", () => {
  assert.deepEqual(
    ["", "tgt_a", "tgt_b"].map(stableHash),
    [2_872_998_923, 862_745_333, 3_458_417_647],
  );
});

test("an assignment carries what a probe needs; a burst is never slower than the interval", () => {
  const target = makeTarget("shop", 7, { intervalMs: 500, timeoutMs: 300, fall: 2 });
  assert.deepEqual(assignmentOf(target, 0, 1), {
    handle: 7,
    targetId: "tgt_shop",
    name: "shop",
    revision: 1,
    kind: "tcp",
    optionsJson: '{"port":80}',
    intervalMs: 500,
    timeoutMs: 300,
    phaseMs: phaseMs(target, 0, 1),
    fall: 2,
    fastMs: 500,
  });
});

test("nothing is said of a target with enough domains, or of one that is not enabled", () => {
  assert.deepEqual(assignmentWarnings(makeTarget("shop", 1), probes), []);
  assert.deepEqual(assignmentWarnings(makeTarget("shop", 1, { enabled: false }), []), []);
});

test("a target without a vantage is told why", () => {
  const target = makeTarget("shop", 1, { vantages: { regions: ["moon"] } });
  assert.deepEqual(assignmentWarnings(target, []), [
    "No vantage looks at shop: there is no probe yet; its verdict stays unknown until probes join.",
  ]);
  assert.deepEqual(assignmentWarnings(target, probes), [
    "No vantage looks at shop: its selector takes none of the 3 probes; widen vantages, or add a " +
      "probe that it takes.",
  ]);
  const draining = [{ ...makeProbe("a"), draining: true }];
  assert.deepEqual(assignmentWarnings(makeTarget("shop", 1), draining), [
    "No vantage looks at shop: every probe it selects is draining (a); its verdict stays unknown " +
      "until another probe joins.",
  ]);
});

test("too few domains or regions for the policy are told", () => {
  const policy = policySchema.parse({ minDomains: 4, minRegions: 2 });
  assert.deepEqual(assignmentWarnings(makeTarget("shop", 1, { policy }), probes), [
    "shop can never be called down: 3 failure domains can witness it and its policy needs 4 " +
      "(minDomains); add probes in other zones, or lower minDomains.",
    "shop can never be called down: its witnesses stand in 1 region and its policy needs 2 " +
      "(minRegions); add probes in other regions, or lower minRegions.",
  ]);
});

test("vantages in the target's own zone are told to be no witnesses, and do not count", () => {
  const target = makeTarget("shop", 1, { zone: "a" });
  assert.deepEqual(assignmentWarnings(target, probes), [
    "a stands in zone a, the own zone of shop: " +
      "what is seen from there is shown, but is no witness.",
  ]);
  const [, warning = ""] = assignmentWarnings(target, probes.slice(1));
  assert.match(warning, /^shop can never be called down: 1 failure domain can witness it/);
});

test("options that fit into no message are told", () => {
  const target = makeTarget("shop", 1, { options: { port: 80, send: "x".repeat(1_048_576) } });
  assert.match(assignmentWarnings(target, probes)[0] ?? "", /do not fit into one message/);
});
