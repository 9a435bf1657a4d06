import assert from "node:assert/strict";
import test from "node:test";
import { planReminders, REMINDER_DEFAULTS } from "../../../aggregator/alert/reminding.ts";
import type {
  Reminder,
  ReminderInput,
  ReminderState,
} from "../../../aggregator/alert/reminding.ts";

const START_MS = 1_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const about = { targetId: "tgt_a", name: "a", severity: "critical" } as const;
const RAISED = [{ incidentId: "inc_1", about, atMs: START_MS, channels: ["ops"] }];

function plan(state: ReminderState, over: Partial<ReminderInput>) {
  const nothing = {
    raised: [],
    settled: [],
    acknowledged: [],
    nowMs: START_MS,
    settings: REMINDER_DEFAULTS,
  };
  return planReminders(state, { ...nothing, ...over });
}

/** What is said, and after how many minutes, when looked at exactly when it asks to be. */
function sayings(forMs: number, over: Partial<ReminderInput> = {}): string[] {
  let { state, dueMs } = plan({}, { ...over, raised: RAISED });
  const said: string[] = [];
  while (dueMs !== null && dueMs <= START_MS + forMs) {
    const nowMs: number = dueMs;
    const next = plan(state, { ...over, nowMs });
    said.push(...next.reminders.map((one) => lineOf(one, nowMs)));
    ({ state, dueMs } = next);
  }
  return said;
}

function lineOf({ type, number, channels }: Reminder, nowMs: number): string {
  const minutes = (nowMs - START_MS) / MINUTE_MS;
  return `${minutes} min: ${type.slice(6)} ${number} to ${channels.join(", ")}`;
}

test("an alert that nobody acknowledges is said again with growing gaps", () => {
  assert.deepEqual(sayings(30 * HOUR_MS), [
    "15 min: reminder 1 to ops",
    "75 min: reminder 2 to ops",
    "315 min: reminder 3 to ops",
    "1755 min: reminder 4 to ops",
  ]);
});

test("the ladder tells others after its times, and from then on they are reminded too", () => {
  const ladder = [
    { afterMs: 10 * MINUTE_MS, channels: ["lead"] },
    { afterMs: 30 * MINUTE_MS, channels: ["boss", "lead"] },
  ];
  const settings = { ...REMINDER_DEFAULTS, ladder };
  assert.deepEqual(sayings(2 * HOUR_MS, { settings }), [
    "10 min: escalated 1 to lead",
    "15 min: reminder 1 to ops, lead",
    "30 min: escalated 2 to boss, lead",
    "75 min: reminder 2 to ops, lead, boss",
  ]);
});

test("what is acknowledged is not said again, and who was told stays known until its end", () => {
  const { state } = plan({}, { raised: RAISED });
  const later = { nowMs: START_MS + HOUR_MS };
  const quiet = plan(state, { acknowledged: ["inc_1"], ...later });
  assert.deepEqual([quiet.reminders, quiet.dueMs], [[], null]);
  assert.deepEqual(quiet.state["inc_1"]?.channels, ["ops"]);
});

test("what is over is never said again", () => {
  const { state } = plan({}, { raised: RAISED });
  const settled = plan(state, { settled: ["inc_1"], nowMs: START_MS + HOUR_MS });
  assert.deepEqual(settled, { state: {}, reminders: [], dueMs: null });
});

test("an alert that is replayed does not begin its reminders anew", () => {
  const { state } = plan({}, { raised: RAISED });
  const later = plan(state, { nowMs: START_MS + 15 * MINUTE_MS });
  const again = plan(later.state, { raised: RAISED, nowMs: START_MS + 16 * MINUTE_MS });
  assert.deepEqual(again.state, later.state);
  assert.deepEqual(again.reminders, []);
});

test("after a day without an aggregator one reminder is said, and every step of the ladder", () => {
  const ladder = [1, 2].map((hours) => ({ afterMs: hours * HOUR_MS, channels: [`c${hours}`] }));
  const { state } = plan({}, { raised: RAISED });
  const settings = { ...REMINDER_DEFAULTS, ladder };
  const nowMs = START_MS + 24 * HOUR_MS;
  const { reminders, dueMs } = plan(state, { nowMs, settings });
  assert.deepEqual(
    reminders.map(({ type, number }) => `${type} ${number}`),
    ["alert.escalated 1", "alert.escalated 2", "alert.reminder 1"],
  );
  assert.match(reminders[0]?.reason ?? "", /nobody acknowledged inc_1 for 24 h/);
  assert.equal(dueMs, nowMs + HOUR_MS);
});

test("without gaps and without a ladder nothing is ever due", () => {
  const { reminders, dueMs } = plan(
    {},
    { raised: RAISED, settings: { gapsMs: [], ladder: [] }, nowMs: START_MS + HOUR_MS },
  );
  assert.deepEqual([reminders, dueMs], [[], null]);
});
