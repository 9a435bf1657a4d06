import assert from "node:assert/strict";
import test from "node:test";
import { linksOf } from "../../../aggregator/engine/effects.ts";
import { publicEvents } from "../../../aggregator/alert/events.ts";
import type { EventLookups } from "../../../aggregator/alert/events.ts";
import type { Effect } from "../../../aggregator/verdict/effect.ts";
import { LIMITS } from "../../../shared/limits.ts";
import {
  ALERT_START_MS,
  makeEvidence,
  makeIncident,
  makeMesh,
  makeNotice,
  makeProbeState,
  makeTransition,
} from "../../helpers/make-effects.ts";
import { makeProbe, makeTarget } from "../../helpers/make-nouns.ts";

const web = makeTarget("web", 1, { labels: { team: "shop" }, playbookUrl: "https://wiki/web" });
const lookups: EventLookups = {
  target: (id) => (id === web.id ? web : null),
  probe: (id) => (id === "prb_a" ? makeProbe("a") : null),
};
const AT = "2026-01-01T00:00:00.000Z";

test("what belongs to an open incident carries its links, once people can reach them", () => {
  const links = (id: string) => linksOf("https://q.test", id);
  const effects = [makeTransition(), makeIncident(), makeIncident({ change: "resolved" })];
  const both = {
    incident: "https://q.test/incidents/inc_1",
    acknowledge: "https://q.test/ack/inc_1",
  };
  assert.deepEqual(
    publicEvents(effects, { ...lookups, links }).map(({ data }) => data.links),
    [both, both, undefined],
  );
});

test("what one message tells of many has a link to acknowledge it, and no page of its own", () => {
  const found = linksOf("https://q.test", "fold_7");
  assert.deepEqual(found, { acknowledge: "https://q.test/ack/fold_7" });
});

test("every effect has its own id and type, and what is no event gives none", () => {
  const effects: Effect[] = [
    makeTransition(),
    makeIncident(),
    makeIncident({ change: "changed" }),
    makeIncident({ change: "resolved" }),
    makeIncident({ change: "withdrawn", incidentId: "inc_2" }),
    makeProbeState(),
    makeMesh(),
    makeMesh({ blind: false, number: 2 }),
    makeNotice(),
    { type: "recheck", targetId: "tgt_web", handle: 1, probeIds: [], attempts: 3, stopAfterOks: 1 },
    { type: "canaries", excluded: [] },
  ];
  const events = publicEvents(effects, lookups);
  assert.deepEqual(
    events.map(({ id, type }) => `${id} ${type}`),
    [
      "evt_tgt_web_t4 target.down",
      "evt_inc_1_opened incident.opened",
      "evt_inc_1_resolved incident.resolved",
      "evt_inc_2_resolved incident.resolved",
      "evt_prb_a_s2 probe.offline",
      "evt_mesh_1 mesh.blind",
      "evt_mesh_2 mesh.sighted",
      "evt_tgt_web_n1 target.notice",
    ],
  );
  assert.ok(events.every(({ id, timestamp }) => !id.includes(".") && timestamp === AT));
  assert.deepEqual(publicEvents(effects, lookups), events);
});

test("a transition tells the target, the change, the incident and the evidence", () => {
  const [event] = publicEvents([makeTransition(), makeIncident()], lookups);
  assert.deepEqual(event?.data, {
    sentence: "web is down: nobody of 2 domains reaches it.",
    target: {
      id: "tgt_web",
      name: "web",
      kind: "tcp",
      labels: { team: "shop" },
      playbookUrl: "https://wiki/web",
    },
    from: "suspect",
    to: "down",
    cause: "unreachable",
    severity: "critical",
    incidentId: "inc_1",
    since: AT,
    vantages: [makeEvidence("a"), makeEvidence("b")],
  });
});

test("a transition without its incident beside it takes the severity of its state", () => {
  const severities = (["down", "partial", "up"] as const).map((to) => {
    const [event] = publicEvents([makeTransition({ to })], lookups);
    return event?.data.severity;
  });
  assert.deepEqual(severities, ["critical", "major", undefined]);
});

test("in a replay each end of an incident carries the evidence of its own moment", () => {
  const atMs = ALERT_START_MS + 60_000;
  const end = { atMs, to: "up", incident: "resolved", number: 5 } as const;
  const effects = [
    makeTransition({}, { vantages: [makeEvidence("a")] }),
    makeIncident({ severity: "major" }),
    makeTransition(end, { vantages: [makeEvidence("b", { vote: "ok" })] }),
    makeIncident({ change: "resolved", atMs, severity: "critical" }),
  ];
  const told = publicEvents(effects, lookups).map(
    ({ type, data }) => `${type} ${data.severity} ${data.vantages?.[0]?.probeName}`,
  );
  assert.deepEqual(told, [
    "target.down major a",
    "incident.opened major a",
    "target.up critical b",
    "incident.resolved critical b",
  ]);
});

test("an incident tells since when, and resolved and withdrawn can be told apart", () => {
  const openedAtMs = ALERT_START_MS - 60_000;
  const tell = (change: "resolved" | "withdrawn") =>
    publicEvents([makeIncident({ change, openedAtMs })], lookups)[0]?.data;
  assert.equal(tell("resolved")?.since, "2025-12-31T23:59:00.000Z");
  assert.equal(tell("resolved")?.to, "resolved");
  assert.equal(tell("resolved")?.reason, undefined);
  assert.equal(tell("withdrawn")?.to, "withdrawn");
  assert.match(tell("withdrawn")?.reason ?? "", /^Withdrawn, not recovered: /);
});

test("a probe's event says where it stands, and why it changed", () => {
  const [event] = publicEvents([makeProbeState()], lookups);
  assert.equal(event?.data.sentence, "Probe a (r1, a) is offline: No heartbeat for 15 s.");
  assert.deepEqual(event?.data.probe, { id: "prb_a", name: "a", region: "r1", zone: "a" });
  const [well] = publicEvents([makeProbeState({ to: "eligible", reason: "" })], lookups);
  assert.equal(well?.data.sentence, "Probe a (r1, a) is eligible.");
});

test("targets and probes that are gone are told by what is left of them", () => {
  const nothing: EventLookups = { target: () => null, probe: () => null };
  const [withdrawn, notice, probe] = publicEvents(
    [makeIncident({ change: "withdrawn" }), makeNotice(), makeProbeState()],
    nothing,
  );
  assert.deepEqual(withdrawn?.data.target, {
    id: "tgt_web",
    name: "web",
    kind: "unknown",
    labels: {},
  });
  assert.equal(notice?.data.target?.name, "tgt_web");
  assert.equal(probe?.data.probe?.name, "prb_a");
});

test("evidence of very many vantages is cut, and those who spoke are kept", () => {
  const silent = Array.from({ length: 500 }, (_, index) =>
    makeEvidence(`silent${index}`, { vote: "none" }),
  );
  const vantages = [...silent, makeEvidence("a"), makeEvidence("b")];
  const [event] = publicEvents([makeTransition({}, { vantages })], lookups);
  const names = event?.data.vantages?.map(({ probeName }) => probeName) ?? [];
  assert.equal(names.length, LIMITS.eventVantagesMax);
  assert.deepEqual(names.slice(0, 3), ["a", "b", "silent0"]);
  assert.equal(event?.data.vantagesLeftOut, 402);
});
