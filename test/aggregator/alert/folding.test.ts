import assert from "node:assert/strict";
import test from "node:test";
import { FOLD_DEFAULTS, noFolds, planFolds } from "../../../aggregator/alert/folding.ts";
import type { FoldAlert, FoldPlan, FoldState } from "../../../aggregator/alert/folding.ts";

const START_MS = 1_000_000;

function alertOf(index: number, over: Partial<FoldAlert> = {}): FoldAlert {
  return {
    audience: "chn_a",
    change: "raised",
    incidentId: `inc_${index}`,
    targetId: `tgt_${index}`,
    eventIds: [`evt_tgt_${index}_t1`],
    name: `t${index}`,
    labels: {},
    regions: ["east", "west"],
    vantages: ["e1", "w1"],
    severity: "critical",
    atMs: START_MS,
    fellInMinute: 50_000,
    ...over,
  };
}

function plan(state: FoldState, alerts: readonly FoldAlert[], nowMs: number): FoldPlan {
  const shareOf = (key: string): number => (key === "env" ? 1 : 0.01);
  return planFolds(state, { alerts, nowMs, settings: FOLD_DEFAULTS, shareOf });
}

const many = (count: number, over: (index: number) => Partial<FoldAlert> = () => ({})) =>
  Array.from({ length: count }, (_, index) => alertOf(index, over(index)));

test("50,000 targets that fall at once are one message for each cause, within seconds", () => {
  const racks = many(50_000, (index) => ({
    labels: { env: "prod", rack: `r${Math.floor(index / 20_000)}` },
  }));
  const first = plan(noFolds(), racks, START_MS);
  assert.deepEqual([first.alone.length, first.messages.length], [0, 0]);
  assert.equal(first.dueMs, START_MS + 5_000);
  const told = plan(first.state, [], START_MS + 5_000);
  assert.deepEqual(
    told.messages.map(({ folded }) => [folded.cause, folded.count, folded.names[0]]),
    [
      ["label rack=r0", 20_000, "t0"],
      ["label rack=r1", 20_000, "t20000"],
      ["label rack=r2", 10_000, "t40000"],
    ],
  );
  assert.equal(told.withheld.length, 50_000, "each alert has its reason");
  assert.match(told.withheld[0]?.reason ?? "", /told in fold_1, one message for 20000 targets/);
});

test("an alert that comes alone is sent at once, and so is its end", () => {
  const lone = alertOf(1, { fellInMinute: 1 });
  const first = plan(noFolds(), [lone], START_MS);
  assert.deepEqual([first.alone, first.dueMs], [[lone], null]);
  const end = { ...lone, change: "cleared" as const };
  assert.deepEqual(plan(first.state, [end], START_MS + 1).alone, [end]);
});

test("a region that alone sees the failures, or one vantage, is a cause", () => {
  const east = many(20, () => ({ regions: ["east"], vantages: ["e1", "e2"] }));
  const told = plan(plan(noFolds(), east, START_MS).state, [], START_MS + 5_000);
  assert.equal(told.messages[0]?.folded.cause, "region east");
  const one = many(20, () => ({ regions: ["east"], vantages: ["e1"] }));
  const single = plan(plan(noFolds(), one, START_MS).state, [], START_MS + 5_000);
  assert.equal(single.messages[0]?.folded.cause, "vantage e1");
});

test("targets that share nothing are one message too, and a few of another cause go alone", () => {
  const mixed = [...many(30), ...[90, 91].map((index) => alertOf(index))];
  const told = plan(plan(noFolds(), mixed, START_MS).state, [], START_MS + 5_000);
  assert.deepEqual(
    told.messages.map(({ folded }) => [folded.cause, folded.count]),
    [["no common cause", 32]],
  );
  const labelled = [...many(30, () => ({ labels: { rack: "r1" } })), alertOf(90), alertOf(91)];
  const split = plan(plan(noFolds(), labelled, START_MS).state, [], START_MS + 5_000);
  assert.deepEqual(
    [split.messages.length, split.alone.map(({ name }) => name)],
    [1, ["t90", "t91"]],
  );
});

test("a storm that goes on is told once in a minute", () => {
  let { state } = plan(noFolds(), many(100), START_MS);
  let messages = 0;
  for (let second = 1; second <= 120; second += 1) {
    const nowMs = START_MS + 1_000 * second;
    const more = many(100, (index) => ({
      incidentId: `inc_${second}_${index}`,
      atMs: nowMs,
    }));
    const next = plan(state, more, nowMs);
    messages += next.messages.length;
    ({ state } = next);
  }
  assert.equal(messages, 2);
});

test("the end of a fold is told once, and before it that few are left", () => {
  const racks = many(40, () => ({ labels: { rack: "r1" } }));
  let { state } = plan(plan(noFolds(), racks, START_MS).state, [], START_MS + 5_000);
  const told: string[] = [];
  for (const alert of racks) {
    const end = { ...alert, change: "cleared" as const, atMs: START_MS + 60_000 };
    const next = plan(state, [end], START_MS + 60_000);
    assert.equal(next.withheld.length, 1);
    told.push(...next.messages.map(({ sentence }) => sentence));
    ({ state } = next);
  }
  assert.deepEqual(told, [
    "36 of 40 targets (label rack=r1) are up again; 4 are still down.",
    "All 40 targets that went down together (label rack=r1) are up again.",
  ]);
  assert.deepEqual(plan(state, [], START_MS + 200_000).state.audiences, {}, "nothing is kept");
});

test("what is over before the storm was told is never told, and says why", () => {
  const { state } = plan(noFolds(), many(20), START_MS);
  const end = alertOf(3, { change: "cleared", atMs: START_MS + 1_000 });
  const next = plan(state, [end], START_MS + 1_000);
  assert.deepEqual(
    next.withheld.map(({ alert }) => [alert.name, alert.change]),
    [
      ["t3", "raised"],
      ["t3", "cleared"],
    ],
  );
  assert.equal(plan(next.state, [], START_MS + 5_000).messages[0]?.folded.count, 19);
});

test("channels do not fold each other's alerts, and the state survives JSON", () => {
  const both = [...many(20), ...many(20, () => ({ audience: "chn_b" }))];
  const { state } = plan(noFolds(), both, START_MS);
  const copy = structuredClone(state);
  const kept = plan(copy, [], START_MS + 5_000);
  assert.deepEqual(
    kept.messages.map(({ audience, folded }) => [audience, folded.count, folded.id]),
    [
      ["chn_a", 20, "fold_1"],
      ["chn_b", 20, "fold_2"],
    ],
  );
  assert.deepEqual(plan(state, [], START_MS + 5_000), kept, "and the input was not changed");
});

test("50,000 targets that rise again one by one cost a moment, not the square of it", () => {
  const racks = many(50_000, () => ({ labels: { rack: "r1" } }));
  const { state } = plan(plan(noFolds(), racks, START_MS).state, [], START_MS + 5_000);
  const ends = racks.map((alert) => ({ ...alert, change: "cleared" as const }));
  const next = plan(state, ends, START_MS + 60_000);
  assert.equal(next.messages.length, 2);
  assert.equal(next.withheld.length, 50_000);
});
