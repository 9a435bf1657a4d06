/** The words of a verdict, as they stand in JSON, events, tables and on screens. */

import type { Policy } from "./target.ts";

/** State of a target, in the snake case of the API. */
export type VerdictState =
  | "unknown"
  | "up"
  | "degraded"
  | "partial"
  | "suspect"
  | "sub_healthy"
  | "down"
  | "recovering";

/** Every verdict state, in the order of severity that lists use, worst first. */
export const VERDICT_STATES: readonly VerdictState[] = [
  "down",
  "sub_healthy",
  "partial",
  "suspect",
  "recovering",
  "degraded",
  "unknown",
  "up",
];

/**
 * What a vantage says about a target at one instant.
 * `ok` reached it; `dead`, `sub` confirmed failing; `suspect` failing, not yet confirmed;
 * `none` says nothing.
 */
export type Vote = "ok" | "dead" | "sub" | "suspect" | "none";

/** State of one vantage towards one target (VERDICTS section 4). */
export type VantageState = "no_evidence" | "healthy" | "sub_healthy" | "unreachable";

/**
 * State of a probe as a witness (VERDICTS section 5).
 * `joining` not yet heard well enough; `eligible` may accuse and exonerate; `offline` no
 * heartbeat; `quarantined` unwell; `intercepted` its must-fail canary succeeded; `draining` leaves;
 * `disabled` removed by an operator.
 */
export const PROBE_STATES = [
  "joining",
  "eligible",
  "offline",
  "quarantined",
  "intercepted",
  "draining",
  "disabled",
] as const;

/** State of a probe in the mesh. */
export type ProbeState = (typeof PROBE_STATES)[number];

/** What the votes together say (VERDICTS section 6). */
export type Assessment = "ok" | "partial" | "none" | "short" | "suspect" | "allfail";

/** Why a bad verdict is bad: nobody connects, or somebody connects and the check fails. */
export type VerdictCause = "unreachable" | "failing";

/** Why a vantage was not counted, or `counted`. */
export type CountedReason =
  | "counted"
  | "no_evidence"
  | "expired"
  | "challenged"
  | "before_floor"
  | "probe_may_not_accuse"
  | "probe_may_not_exonerate"
  | "own_domain"
  | "not_confirmed";

type PolicyRule = Policy["rule"];

/** One line of the evidence table: one vantage and why it counted or did not. */
export interface VantageEvidence {
  probeId: string;
  probeName: string;
  region: string;
  zone: string;
  probeState: ProbeState;
  /** Why the probe is in that state, as a sentence; empty when it is eligible. */
  probeReason: string;
  state: VantageState;
  vote: Vote;
  counted: CountedReason;
  /** Failure domain this vote is counted under; a resolver for failures of class dns. */
  effectiveDomain: string;
  /** Code of shared/reason.ts of the newest evidence; null without evidence. */
  reason: string | null;
  /** Sentence of the newest failure; empty when the newest evidence is ok. */
  detail: string;
  /** Failures in a row up to the newest evidence. */
  failures: number;
  /** The probe's own canaries by its last heartbeat; `excluded` fail for half of the mesh. */
  canaries: { passed: number; failed: number; excluded: number };
  /** Results since the last edit that were no evidence: void, without certificate, too late. */
  voids: number;
  uncertified: number;
  late: number;
  /** Log time by which the newest evidence had ended; null without evidence. */
  seenAtMs: number | null;
  /** Age of the newest evidence at the time of the explanation; null without evidence. */
  ageMs: number | null;
}

/** The quorum arithmetic behind an assessment. */
export interface Quorum {
  /** Failure domains that are witnesses of this target. */
  roster: number;
  /** Failing domains needed before the target may be called bad. */
  need: number;
  /** Distinct domains that fail, confirmed or suspected. */
  failing: number;
  /** Distinct domains that fail, confirmed. */
  confirmed: number;
  /** Distinct domains heard, whatever they say. */
  heard: number;
  /** Distinct domains with a counted success. */
  ok: number;
  /** Regions of the confirmed failing vantages. */
  regions: number;
}

/** A verdict with everything that led to it. */
export interface VerdictExplanation {
  targetId: string;
  targetName: string;
  state: VerdictState;
  sinceMs: number;
  /** Log time at which this explanation holds. */
  atMs: number;
  cause: VerdictCause | null;
  /** `down` when too few witnesses all fail: a probable outage that cannot be called one. */
  lean: "down" | null;
  assessment: Assessment;
  /** One sentence for a person. */
  sentence: string;
  quorum: Quorum;
  /** Rule of the target's policy by which the votes were read. */
  rule: PolicyRule;
  /** Regions whose every vantage that was heard confirms the failure, by name. */
  failingRegions: string[];
  /** Business calls that succeeded in the last minute, as far as they count. */
  calls: number;
  /** Why it is degraded, without a full stop; empty when it is not. */
  degraded: string;
  /** Name of the maintenance it is under; null when it is under none. */
  maintenance: string | null;
  vantages: VantageEvidence[];
  incidentId: string | null;
}
