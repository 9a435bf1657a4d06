/** Public events: what the event stream, watchers and webhooks carry. */
import type { VantageEvidence, VerdictCause, VerdictState } from "./verdict.ts";

/** Types of public events: states entered, incidents, probes, the mesh, and what alerts add. */
export type EventType =
  | `target.${VerdictState}`
  | "target.notice"
  | "target.created"
  | "target.updated"
  | "target.deleted"
  | "incident.opened"
  | "incident.resolved"
  | "probe.joining"
  | "probe.eligible"
  | "probe.offline"
  | "probe.quarantined"
  | "probe.intercepted"
  | "probe.draining"
  | "probe.disabled"
  | "mesh.blind"
  | "mesh.sighted"
  | "alert.raised"
  | "alert.cleared"
  | "alert.withheld"
  | "alert.folded"
  | "alert.reminder"
  | "alert.escalated"
  | "channel.test";

/** A public event as stored and sent: `{ id, type, timestamp, data }`. */
export interface PublicEvent {
  /** Stable: the same happening has the same id for ever, so receivers can deduplicate. */
  id: string;
  type: EventType;
  /** RFC 3339, UTC. */
  timestamp: string;
  data: EventData;
}

/** Facts of an event; which are set depends on the type. */
export interface EventData {
  /** One sentence for a person. */
  sentence: string;
  target?: {
    id: string;
    name: string;
    kind: string;
    labels: Record<string, string>;
    playbookUrl?: string;
  };
  probe?: { id: string; name: string; region: string; zone: string };
  from?: string;
  to?: string;
  cause?: VerdictCause | null;
  severity?: Severity;
  incidentId?: string | null;
  /** When the state or incident the event tells of began, RFC 3339. */
  since?: string;
  /** Who saw what, at the moment of the event. */
  vantages?: VantageEvidence[];
  /** Lines of evidence left out because there were too many; absent when none was. */
  vantagesLeftOut?: number;
  reason?: string;
  /** The targets that this one message stands for. */
  folded?: FoldedTargets;
  /** Which reminder of its incident this is, from 1. */
  reminder?: number;
  /** Pages for a person, absolute URLs. */
  links?: { incident?: string; acknowledge?: string };
}

/** Whether an id is that of a fold, which stands for many incidents, and not of one incident. */
export const isFoldId = (id: string): boolean => id.startsWith("fold_");

/** Several targets in one message, because one cause explains them. */
export interface FoldedTargets {
  /** Stable: the message that says they recovered carries the same. */
  id: string;
  /** What they share, such as `parent switch-7` or `label rack=r12`. */
  cause: string;
  /** Whether they went bad, or are well again. */
  to: "bad" | "well";
  count: number;
  /** The first names, in the order in which they fell. */
  names: string[];
}

/** How urgent an incident is: `critical` down, `major` sub-healthy or partial, `minor` notices. */
export type Severity = "critical" | "major" | "minor";

/** An incident: one trouble of one target, from its opening to its resolution. */
export interface Incident {
  id: string;
  targetId: string;
  targetName: string;
  severity: Severity;
  state: "open" | "resolved" | "withdrawn";
  cause: VerdictCause | null;
  openedAtMs: number;
  resolvedAtMs: number | null;
  acknowledgedAtMs: number | null;
  acknowledgedBy: string | null;
  sentence: string;
  notes: { atMs: number; author: string; text: string }[];
}
