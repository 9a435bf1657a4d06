/** Answers of the API that the tests of the CLI share. */
import { noProbeFacts } from "../../../shared/probe.ts";
import { policySchema } from "../../../shared/target.ts";
import type { ProbeState } from "../../../shared/verdict.ts";

const at = "2026-01-01T12:04:31.000Z";

/** A target as the API shows it. */
export function sampleTarget(fields: object = {}): object {
  return {
    id: "tgt_1",
    name: "checkout",
    kind: "http",
    options: { url: "http://10.0.0.7:8080/health" },
    intervalMs: 30_000,
    timeoutMs: 5_000,
    fall: 3,
    rise: 2,
    labels: { team: "pay" },
    vantages: {},
    parents: [],
    policy: policySchema.parse({}),
    enabled: true,
    revision: 1,
    createdAt: at,
    updatedAt: at,
    warnings: [],
    verdict: { state: "up", since: at },
    ...fields,
  };
}

/** The status of a probe that has never connected, as the API shows it. */
export function sampleProbeStatus(state: ProbeState): object {
  const { lastHeartbeatAtMs, ...facts } = noProbeFacts();
  return { state, reason: "", since: at, ...facts, lastHeartbeatAt: lastHeartbeatAtMs };
}

/** A probe as the API shows it, eligible unless its status says otherwise. */
export function sampleProbe(name: string, status: object = {}): object {
  return {
    id: `prb_${name}`,
    name,
    region: "east",
    zone: name,
    labels: {},
    draining: false,
    revision: 1,
    createdAt: at,
    updatedAt: at,
    status: { ...sampleProbeStatus("eligible"), ...status },
  };
}

/** A verdict as the API shows it. */
export function sampleVerdict(fields: object = {}): object {
  return {
    targetId: "tgt_1",
    target: "checkout",
    labels: { team: "pay" },
    state: "up",
    since: at,
    lean: null,
    incidentId: null,
    transition: 1,
    ...fields,
  };
}

/** One line of evidence as the API shows it. */
export function sampleEvidence(name: string, fields: object = {}): object {
  return {
    probeId: `prb_${name}`,
    probeName: name,
    region: "east",
    zone: name,
    probeState: "eligible",
    probeReason: "",
    state: "unreachable",
    vote: "dead",
    counted: "counted",
    effectiveDomain: name,
    reason: "connection_refused",
    detail: "Connection refused: nothing is listening on 10.0.0.7:8080",
    failures: 3,
    canaries: { passed: 3, failed: 0, excluded: 0 },
    voids: 0,
    uncertified: 0,
    late: 0,
    seenAtMs: 1_767_269_070_000,
    seenAt: "2026-01-01T12:04:30.000Z",
    ageMs: 1_200,
    ...fields,
  };
}

/** An explanation as the API shows it: two zones fail, one says nothing. */
export function sampleExplanation(fields: object = {}): object {
  return {
    targetId: "tgt_1",
    targetName: "checkout",
    state: "down",
    sinceMs: 1_767_269_071_000,
    since: at,
    atMs: 1_767_269_323_000,
    at: "2026-01-01T12:08:43.000Z",
    cause: "unreachable",
    lean: null,
    assessment: "allfail",
    sentence: "Down: 2 of 2 vantages that were heard cannot reach it (connection refused).",
    quorum: { roster: 3, need: 2, failing: 2, confirmed: 2, heard: 2, ok: 0, regions: 2 },
    rule: "all",
    failingRegions: ["east", "west"],
    calls: 0,
    degraded: "",
    maintenance: null,
    vantages: [
      sampleEvidence("rack-a"),
      sampleEvidence("rack-b", { region: "west", failures: 4, ageMs: 9_960 }),
      sampleEvidence("rack-c", {
        state: "no_evidence",
        vote: "none",
        counted: "expired",
        probeState: "offline",
        probeReason: "no heartbeat for 15 s",
        reason: null,
        detail: "",
        failures: 0,
        canaries: { passed: 0, failed: 2, excluded: 1 },
        uncertified: 2,
        ageMs: 95_000,
      }),
    ],
    incidentId: "inc_1",
    ...fields,
  };
}

/** A page with these items and nothing after it. */
export function pageOf(...items: object[]): object {
  return { items, next: null };
}
