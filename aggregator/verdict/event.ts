/** The events that the fold takes: everything the engine knows came in through one of these. */
import type { Probe } from "../../shared/probe.ts";
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Target } from "../../shared/target.ts";

/** A batch of results of one probe, in columns. */
export interface ResultsEvent {
  type: "results";
  probeId: string;
  /** Ordinal of the probe's boot, from 1, given by the aggregator. */
  boot: number;
  sequence: number;
  /** Stamp of the sending on the probe's monotonic clock. */
  sentMonoMs: number;
  /** True: from an earlier boot's spool; history, no vote. */
  replayed: boolean;
  batch: ResultBatch;
  /** The batch as it came over the wire; what the log stores. */
  bytes: Uint8Array;
}

/** A probe was created or changed. */
export interface ProbeSetEvent {
  type: "probe_set";
  probe: Probe;
}

/** A probe's session began. */
export interface ProbeJoinedEvent {
  type: "probe_joined";
  probeId: string;
}

/** A probe leaves: drained (its successes still exonerate until they expire) or removed (hard). */
export interface ProbeLeftEvent {
  type: "probe_left";
  probeId: string;
  hard: boolean;
}

/** A probe's heartbeat. */
export interface HeartbeatEvent {
  type: "heartbeat";
  probeId: string;
  /** Answers of its positive canaries. */
  canaries: { id: string; ok: boolean }[];
  /** False when the must-fail canary succeeded: an intercepting network. */
  mustFailHeld: boolean;
  lagMs: number;
  /** True when checks could not start in time since the last heartbeat. */
  overloaded: boolean;
}

/** A target was created or changed. */
export interface TargetSetEvent {
  type: "target_set";
  target: Target;
}

/** A target was deleted. */
export interface TargetDeletedEvent {
  type: "target_deleted";
  targetId: string;
}

/** A caller reports how its business calls to a target went. */
export interface CallsEvent {
  type: "calls";
  targetId: string;
  /** Id of the token that reported; its share in the availability is capped. */
  reporter: string;
  /** The window of the calls on the reporter's clock; its end is not included. */
  fromMs: number;
  toMs: number;
  successes: number;
  failures: number;
}

/** One window of maintenance, and the targets that it covers. */
export interface MaintenanceWindow {
  /** Stable: the same window has the same id when it is set again. */
  id: string;
  /** Name of the maintenance that it is a window of. */
  name: string;
  /** Names of targets; one that fits by name or by labels is covered. */
  targets: string[];
  /** Labels that a target must have, all of them; an empty record covers nothing. */
  labels: Record<string, string>;
  fromMs: number;
  /** End, not included. A window that is over when it is set is ended by that. */
  toMs: number;
}

/** A window of maintenance was planned, changed or ended. */
export interface MaintenanceSetEvent {
  type: "maintenance_set";
  window: MaintenanceWindow;
}

/** An engine took over after a restart or from another owner. */
export interface TakeoverEvent {
  type: "takeover";
}

/** Nothing but time. Logged only when it had effects. */
export interface TickEvent {
  type: "tick";
}

/** What happened, without its place in the log. */
export type EventBody =
  | ResultsEvent
  | ProbeSetEvent
  | ProbeJoinedEvent
  | ProbeLeftEvent
  | HeartbeatEvent
  | TargetSetEvent
  | TargetDeletedEvent
  | CallsEvent
  | MaintenanceSetEvent
  | TakeoverEvent
  | TickEvent;

/** An event with its place in the log. */
export interface LogEvent {
  /** Position in the log, from 1; 0 for a tick that is not logged. */
  seq: number;
  /** Log time, integer milliseconds; never decreases. */
  atMs: number;
  body: EventBody;
}
