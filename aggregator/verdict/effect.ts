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

/** Something worth telling that is no transition. */
export interface NoticeEffect {
  type: "notice";
  kind: "probable_outage" | "misconfigured";
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
  | NoticeEffect
  | ProbeStateEffect
  | MeshEffect
  | RecheckEffect
  | CanariesEffect;
