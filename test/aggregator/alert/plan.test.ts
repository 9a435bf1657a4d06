import assert from "node:assert/strict";
import test from "node:test";
import { publicEvents } from "../../../aggregator/alert/events.ts";
import { emptyBook } from "../../../aggregator/alert/book.ts";
import { planAlerts } from "../../../aggregator/alert/plan.ts";
import type { NewNotification } from "../../../aggregator/ports.ts";
import type { Effect } from "../../../aggregator/verdict/effect.ts";
import type { Channel } from "../../../shared/channel.ts";
import type { PublicEvent } from "../../../shared/event.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import { testChannel } from "../../helpers/delivery-room.ts";
import {
  ALERT_START_MS,
  makeAlert,
  makeIncident,
  makeMesh,
  makeNotice,
  makeProbeState,
  makeTransition,
} from "../../helpers/make-effects.ts";
import { makeProbe, makeTarget } from "../../helpers/make-nouns.ts";

const lookups = { target: () => makeTarget("web", 1), probe: () => makeProbe("a") };
const hook = testChannel("hook");

/** What is planned of effects, after those before them. */
function plan(
  effects: readonly Effect[],
  channels: readonly Channel[] = [hook],
  before: readonly Effect[] = [],
): NewNotification[] {
  const book = emptyBook();
  const planned = [before, effects].map((some) => {
    const events = publicEvents(some, lookups);
    return planAlerts(book, {
      effects: some,
      events,
      channels,
      nowMs: ALERT_START_MS + 1,
      lookups,
    });
  });
  return planned[1]?.notifications ?? [];
}

const opening = [makeTransition(), makeIncident(), makeAlert()];
const resolving = [
  makeTransition({ number: 6, from: "recovering", to: "up", incident: "resolved" }),
  makeIncident({ change: "resolved" }),
  makeAlert({ change: "cleared", number: 2, transition: 6 }),
];
const withdrawing = [
  makeIncident({ change: "withdrawn" }),
  makeAlert({ change: "cleared", number: 2, transition: null, withdrawn: true }),
];

test("an incident's opening is one alert with the event as its body", () => {
  const [alert, ...rest] = plan(opening);
  assert.equal(rest.length, 0);
  assert.deepEqual(alert, {
    id: "msg_tgt_web_t4_chn_hook",
    channelId: "chn_hook",
    orderKey: "tgt_web",
    state: "pending",
    reason: "Sent because incident inc_1 opened.",
    body: JSON.stringify(publicEvents(opening, lookups)[0]),
    createdAtMs: ALERT_START_MS,
  });
});

test("a transition within an incident, good or bad, is not told by default", () => {
  const states: VerdictState[] = ["down", "sub_healthy", "partial", "recovering", "unknown", "up"];
  for (const to of states) assert.deepEqual(plan([makeTransition({ to, incident: "none" })]), []);
});

test("a recovery is told when its incident resolves", () => {
  assert.deepEqual(
    plan(resolving, [hook], opening).map(({ id, reason }) => `${id}: ${reason}`),
    ["msg_tgt_web_t6_chn_hook: Sent because incident inc_1, which was alerted, is resolved."],
  );
});

test("a withdrawn incident is told, so that no receiver waits for its recovery", () => {
  assert.deepEqual(
    plan(withdrawing, [hook], opening).map(({ id, orderKey }) => [id, orderKey]),
    [["msg_inc_1_resolved_chn_hook", "tgt_web"]],
  );
});

test("a channel made after the alert hears neither recovery nor withdrawal", () => {
  const later = testChannel("hook", {}, ALERT_START_MS + 1);
  const atMs = ALERT_START_MS + 60_000;
  const late = (effects: readonly Effect[]) =>
    plan(
      effects.map((effect) => ("atMs" in effect ? { ...effect, atMs } : effect)),
      [later],
    );
  assert.deepEqual(late(resolving), []);
  assert.deepEqual(late(withdrawing), []);
  const raised = [makeTransition(), makeIncident(), makeAlert({ raisedAtMs: atMs })];
  assert.equal(late(raised).length, 1);
});

test("a withheld alert is written down with its reason, and not sent", () => {
  const held = makeAlert({ change: "withheld", hold: "maintenance", raisedAtMs: null });
  const effects = [makeTransition(), makeIncident(), held];
  const channels = [hook, testChannel("all", { events: ["target.*"] })];
  assert.deepEqual(
    plan(effects, channels).map(({ id, state, reason }) => `${id} ${state}: ${reason}`),
    ["hook", "all"].map(
      (name) =>
        `msg_tgt_web_t4_chn_${name} withheld: ` +
        "Withheld because maintenance disks runs until 00:30:00 UTC.",
    ),
  );
});

test("an alert that comes later than its transition is told by an event of its own", () => {
  const reason = "incident inc_1 is held back by nothing any more";
  const raised = makeAlert({ number: 2, transition: null, reason });
  const [only, ...rest] = plan([raised]);
  assert.equal(rest.length, 0);
  assert.equal(only?.id, "msg_tgt_web_a2_chn_hook");
  assert.equal(only?.reason, "Sent because incident inc_1 is held back by nothing any more.");
  assert.match(only?.body ?? "", /"type":"alert.raised"/);
});

test("an incident that another one supersedes ends by an event of its own", () => {
  const alerts = [
    makeAlert({ change: "cleared", number: 2, supersededBy: "inc_2" }),
    makeAlert({ number: 3, incidentId: "inc_2" }),
  ];
  const worse = [makeTransition({ incidentId: "inc_2" }), ...alerts];
  const partial = [makeTransition({ number: 3, to: "partial" }), makeAlert({ transition: 3 })];
  assert.deepEqual(
    plan(worse, [hook], partial).map(({ id }) => id),
    ["msg_tgt_web_t4_chn_hook", "msg_tgt_web_a2_chn_hook"],
  );
});

test("what happened before a channel was made is never sent to it", () => {
  const later = testChannel("hook", { events: ["*"] }, ALERT_START_MS + 1);
  assert.deepEqual(plan([...opening, makeMesh()], [later]), []);
});

test("a channel made while the log lagged behind the wall clock is told all the same", () => {
  const lagged = testChannel("hook", {}, ALERT_START_MS + 3_600_000);
  const effects = [...opening, ...resolving];
  const events = publicEvents(effects, lookups);
  const planned = (nowMs: number) =>
    planAlerts(emptyBook(), { effects, events, channels: [lagged], nowMs, lookups })
      .notifications.filter(({ id }) => !id.includes("again"))
      .map(({ id }) => id);
  const both = ["msg_tgt_web_t4_chn_hook", "msg_tgt_web_t6_chn_hook"];
  assert.deepEqual(planned(ALERT_START_MS + 500), both);
  assert.deepEqual(planned(ALERT_START_MS + 7_200_000), []);
});

test("the mesh, witnesses set aside and notices are told, each in its own order", () => {
  const effects = [
    makeMesh(),
    makeMesh({ blind: false, number: 2 }),
    makeProbeState(),
    makeProbeState({ number: 3, to: "quarantined" }),
    makeProbeState({ number: 4, to: "intercepted" }),
    makeProbeState({ number: 5, to: "eligible" }),
    makeProbeState({ number: 6, to: "draining" }),
    makeNotice(),
  ];
  assert.deepEqual(
    plan(effects).map(({ id, orderKey, reason }) => `${orderKey} ${id}: ${reason}`),
    [
      "mesh msg_mesh_1_chn_hook: Sent because the mesh can no longer judge (mesh.blind).",
      "mesh msg_mesh_2_chn_hook: Sent because the mesh can judge again (mesh.sighted).",
      "prb_a msg_prb_a_s2_chn_hook: Sent because a witness fell silent (probe.offline).",
      "prb_a msg_prb_a_s3_chn_hook: Sent because a witness was set aside (probe.quarantined).",
      "prb_a msg_prb_a_s4_chn_hook: Sent because a witness stands behind an intercepting " +
        "network (probe.intercepted).",
      "tgt_web msg_tgt_web_n1_chn_hook: Sent because the target needs attention (target.notice).",
    ],
  );
});

test("patterns choose exactly the types that match", () => {
  const effects = [
    ...opening,
    makeProbeState(),
    makeMesh(),
    makeTransition({ number: 5, to: "up" }),
  ];
  const chosen = (...events: string[]) =>
    plan(effects, [testChannel("hook", { events })]).map(({ id }) => id.slice(4, -9));
  const everything = ["tgt_web_t4", "inc_1_opened", "tgt_web_a1", "prb_a_s2", "mesh_1"];
  assert.deepEqual(chosen("*"), [...everything, "tgt_web_t5"]);
  assert.deepEqual(chosen("target.*"), ["tgt_web_t4", "tgt_web_t5"]);
  assert.deepEqual(chosen("incident.opened", "mesh.blind"), ["inc_1_opened", "mesh_1"]);
  assert.deepEqual(chosen("target", "target.dow", "tar*", ".*"), []);
  assert.deepEqual(chosen(), []);
});

test("an event without an effect goes only to channels that ask for it", () => {
  const { id, name, spec } = { id: "tgt_web", name: "web", spec: makeTarget("web", 1).spec };
  const event: PublicEvent = {
    id: "evt_tgt_web_r1",
    type: "target.created",
    timestamp: "2026-01-01T00:00:00.000Z",
    data: { sentence: "web was created.", target: { id, name, kind: spec.kind, labels: {} } },
  };
  const channels = [hook, testChannel("all", { events: ["target.created"] })];
  const nowMs = ALERT_START_MS;
  const input = { effects: [], events: [event], channels, nowMs, lookups };
  const [only, ...rest] = planAlerts(emptyBook(), input).notifications;
  assert.equal(rest.length, 0);
  assert.equal(only?.id, "msg_tgt_web_r1_chn_all");
  assert.match(only?.reason ?? "", /^Sent because the channel asks for target.created /);
});

test("a disabled channel gets nothing, and every other channel its own notification", () => {
  const channels = [hook, testChannel("off", { enabled: false }), testChannel("b")];
  assert.deepEqual(
    plan(opening, channels).map(({ channelId }) => channelId),
    ["chn_hook", "chn_b"],
  );
});
