/** Effects of the fold for tests, with what a test does not care about filled in. */
import type {
  AlertEffect,
  IncidentEffect,
  MeshEffect,
  NoticeEffect,
  ProbeStateEffect,
  TransitionEffect,
} from "../../aggregator/verdict/effect.ts";
import type { VantageEvidence, VerdictExplanation } from "../../shared/verdict.ts";

/** Where time begins in tests of alerts. */
export const ALERT_START_MS = 1_767_225_600_000;

/** Evidence of a vantage that is confirmed failing. */
export function makeEvidence(name: string, over: Partial<VantageEvidence> = {}): VantageEvidence {
  return {
    probeId: `prb_${name}`,
    probeName: name,
    region: "r1",
    zone: name,
    probeState: "eligible",
    probeReason: "",
    state: "unreachable",
    vote: "dead",
    counted: "counted",
    effectiveDomain: name,
    reason: "connection_refused",
    detail: "Connection refused: nothing is listening on 10.0.0.7:443.",
    failures: 3,
    canaries: { passed: 3, failed: 0, excluded: 0 },
    voids: 0,
    uncertified: 0,
    late: 0,
    seenAtMs: ALERT_START_MS,
    ageMs: 0,
    ...over,
  };
}

function makeExplanation(over: Partial<VerdictExplanation>): VerdictExplanation {
  return {
    targetId: "tgt_web",
    targetName: "web",
    state: "down",
    sinceMs: ALERT_START_MS,
    atMs: ALERT_START_MS,
    cause: "unreachable",
    lean: null,
    assessment: "allfail",
    sentence: "web is down: nobody of 2 domains reaches it.",
    quorum: { roster: 2, need: 2, failing: 2, confirmed: 2, heard: 2, ok: 0, regions: 1 },
    rule: "all",
    failingRegions: ["r1"],
    calls: 0,
    degraded: "",
    maintenance: null,
    vantages: [makeEvidence("a"), makeEvidence("b")],
    incidentId: "inc_1",
    ...over,
  };
}

/** The transition of web to down that opens incident inc_1. */
export function makeTransition(
  over: Partial<TransitionEffect> = {},
  explanation: Partial<VerdictExplanation> = {},
): TransitionEffect {
  return {
    type: "transition",
    targetId: "tgt_web",
    number: 4,
    atMs: ALERT_START_MS,
    from: "suspect",
    to: "down",
    cause: "unreachable",
    incidentId: "inc_1",
    incident: "opened",
    explanation: makeExplanation(explanation),
    ...over,
  };
}

/** Incident inc_1 of web, opened. */
export function makeIncident(over: Partial<IncidentEffect> = {}): IncidentEffect {
  return {
    type: "incident",
    change: "opened",
    incidentId: "inc_1",
    targetId: "tgt_web",
    targetName: "web",
    atMs: ALERT_START_MS,
    openedAtMs: ALERT_START_MS,
    severity: "critical",
    cause: "unreachable",
    sentence: "web is down.",
    ...over,
  };
}

/** The alert of incident inc_1 of web, raised at its opening. */
export function makeAlert(over: Partial<AlertEffect> = {}): AlertEffect {
  const incidentId = over.incidentId ?? "inc_1";
  const reasons = {
    raised: `incident ${incidentId} opened`,
    withheld: "maintenance disks runs until 00:30:00 UTC",
    cleared: `incident ${incidentId}, which was alerted, is resolved`,
  };
  return {
    type: "alert",
    change: "raised",
    targetId: "tgt_web",
    targetName: "web",
    incidentId,
    number: 1,
    atMs: ALERT_START_MS,
    openedAtMs: ALERT_START_MS,
    raisedAtMs: ALERT_START_MS,
    severity: "critical",
    cause: "unreachable",
    hold: null,
    parent: null,
    reason: reasons[over.change ?? "raised"],
    transition: 4,
    supersededBy: null,
    withdrawn: false,
    fell: { inWindow: 1, inMinute: 1, targets: 1 },
    explanation: makeExplanation({}),
    ...over,
  };
}

/** A notice of web. */
export function makeNotice(over: Partial<NoticeEffect> = {}): NoticeEffect {
  const sentence = "web is probably down: all 1 of 2 witnesses heard fail.";
  const kind = "probable_outage";
  return {
    type: "notice",
    kind,
    targetId: "tgt_web",
    number: 1,
    atMs: ALERT_START_MS,
    sentence,
    ...over,
  };
}

/** Probe a goes offline. */
export function makeProbeState(over: Partial<ProbeStateEffect> = {}): ProbeStateEffect {
  const reason = "No heartbeat for 15 s.";
  return {
    type: "probe_state",
    probeId: "prb_a",
    number: 2,
    atMs: ALERT_START_MS,
    from: "eligible",
    to: "offline",
    reason,
    ...over,
  };
}

/** The mesh goes blind. */
export function makeMesh(over: Partial<MeshEffect> = {}): MeshEffect {
  const sentence = "The mesh is blind: 1 domain may accuse, 2 are needed.";
  return { type: "mesh", blind: true, number: 1, atMs: ALERT_START_MS, sentence, ...over };
}
