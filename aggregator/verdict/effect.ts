/** What the fold asks of the world. Effects carry stable numbers, so that a replay repeats ids. */
import type { Severity } from "../../shared/event.ts";
import type { ProbeState, VerdictCause, VerdictExplanation } from "../../shared/verdict.ts";
import type { VerdictState } from "../../shared/verdict.ts";

/** A verdict changed its state. */
export interface TransitionEffect {
  type: "transition";
  targetId: string;
  /** Counts up by 1 per target, from 1. */
  number: number;
  atMs: number;
  from: VerdictState;
  to: VerdictState;
  cause: VerdictCause | null;
  /** The open incident, also when this transition opened or resolved it. */
  incidentId: string | null;
  /** What this transition did to the incident. */
  incident: "opened" | "resolved" | "none";
  explanation: VerdictExplanation;
}

/** An incident changed: opened, changed its severity or cause, resolved, or withdrawn. */
export interface IncidentEffect {
  type: "incident";
  change: "opened" | "changed" | "resolved" | "withdrawn";
  incidentId: string;
  targetId: string;
  targetName: string;
  atMs: number;
  openedAtMs: number;
  severity: Severity;
  cause: VerdictCause | null;
  sentence: string;
}

/**
 * Why an alert is withheld: the target is under maintenance, a target it depends on is bad, it
 * flaps, or the mesh is blind and says so once for all targets.
 */
export type AlertHold = "maintenance" | "parent" | "flapping" | "mesh_blind";

/** How many incidents opened together with the one an alert tells of. */
export interface FellTogether {
  /** Incidents that opened in the window of this one. */
  inWindow: number;
  /** Incidents that opened in the minute up to this alert. */
  inMinute: number;
  /** Targets of the aggregator, for the share that fell. */
  targets: number;
}

/**
 * An alert is due, or is over. An incident is raised at most once, and cleared only after it was
 * raised; withheld is told once for each hold, and raised may follow when the hold ends. Where and
 * how it is sent is not decided here.
 */
export interface AlertEffect {
  type: "alert";
  change: "raised" | "cleared" | "withheld";
  targetId: string;
  targetName: string;
  incidentId: string;
  /** Counts up by 1 per target, from 1. */
  number: number;
  atMs: number;
  openedAtMs: number;
  /** When the alert was raised; null while it is withheld. */
  raisedAtMs: number | null;
  severity: Severity;
  cause: VerdictCause | null;
  /** What withholds it; null unless it is withheld. */
  hold: AlertHold | null;
  /** The parent that is bad, by name; null unless that withholds it. */
  parent: string | null;
  /** Why it is raised, cleared or withheld, as a sentence without a full stop. */
  reason: string;
  /** Number of the transition of the same moment; null when the alert comes later than that. */
  transition: number | null;
  /** The incident that goes on instead of the one that is cleared; null when none does. */
  supersededBy: string | null;
  /** True when the incident was withdrawn, not resolved. */
  withdrawn: boolean;
  fell: FellTogether;
  /** The verdict at this moment. */
  explanation: VerdictExplanation;
}

/** A target was in one state, under maintenance or not, for a time that is over. */
export interface UptimeEffect {
  type: "uptime";
  targetId: string;
  fromMs: number;
  toMs: number;
  state: VerdictState;
  maintenance: boolean;
}

/** What a notice tells of. */
export type NoticeKind = "probable_outage" | "misconfigured" | "flapping" | "flapping_ended";

/** Something worth telling that is no transition. */
export interface NoticeEffect {
  type: "notice";
  kind: NoticeKind;
  targetId: string;
  /** Counts up by 1 per target, from 1. */
  number: number;
  atMs: number;
  sentence: string;
}

/** A probe changed its state as a witness. */
export interface ProbeStateEffect {
  type: "probe_state";
  probeId: string;
  /** Counts up by 1 per probe, from 1. */
  number: number;
  atMs: number;
  from: ProbeState;
  to: ProbeState;
  reason: string;
}

/** The mesh can no longer, or can again, accuse from at least two domains. */
export interface MeshEffect {
  type: "mesh";
  blind: boolean;
  /** Counts up by 1, from 1. */
  number: number;
  atMs: number;
  sentence: string;
}

/** Ask vantages to look at a target at once. Not durable: a takeover asks again. */
export interface RecheckEffect {
  type: "recheck";
  targetId: string;
  handle: number;
  probeIds: string[];
  attempts: number;
  stopAfterOks: number;
}

/** The canaries that fail from half of the mesh or more changed. Not durable. */
export interface CanariesEffect {
  type: "canaries";
  excluded: string[];
}

/** Everything the fold can ask for. */
export type Effect =
  | TransitionEffect
  | IncidentEffect
  | AlertEffect
  | UptimeEffect
  | NoticeEffect
  | ProbeStateEffect
  | MeshEffect
  | RecheckEffect
  | CanariesEffect;
