/** The state of the fold. `step` owns it and changes it in place; nobody else writes to it. */
import type { Severity } from "../../shared/event.ts";
import type { Target } from "../../shared/target.ts";
import type { ProbeState, VerdictCause, VerdictState } from "../../shared/verdict.ts";
import type { Vantage } from "../../shared/vantage.ts";
import { createAlike } from "./alike.ts";
import type { Alike } from "./alike.ts";
import type { AlertHold } from "./effect.ts";
import type { MaintenanceWindow } from "./event.ts";
import { createEvidenceTable } from "./evidence.ts";
import type { EvidenceTable } from "./evidence.ts";
import { createHandleTable } from "./handle-table.ts";
import type { HandleTable } from "./handle-table.ts";
import type { PairNotes } from "./pair-notes.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import type { VerdictSettings } from "./settings.ts";
import { createTimers } from "./timers.ts";
import type { Timers } from "./timers.ts";

/** One heartbeat that waits for the end of its window. */
export interface PendingHeartbeat {
  canaries: { id: string; ok: boolean }[];
  mustFailHeld: boolean;
  lagMs: number;
  overloaded: boolean;
}

/** A probe as a witness. */
export interface ProbeRecord {
  readonly id: string;
  vantage: Vantage;
  state: ProbeState;
  /** Why it is in this state, as a sentence; empty when eligible. */
  reason: string;
  sinceMs: number;
  /** Number of the last state change. */
  number: number;
  everEligible: boolean;
  /** Set by a graceful leave; a draining probe is no member of any roster. */
  draining: boolean;
  /** Set by a hard leave. */
  removed: boolean;
  /** Clean heartbeats in a row. */
  cleanHeartbeats: number;
  lastHeartbeatMs: number;
  /** Local-health score, 0 well to 8 unwell. */
  score: number;
  /** Quarantines not yet forgiven, and when the last began. */
  quarantines: number;
  quarantinedAtMs: number;
  /** Earliest end of the present quarantine. */
  quarantineUntilMs: number;
  /** Whether the present quarantine was for the score; those are capped. */
  byScore: boolean;
  /** Failures measured before this are void: the probe was unwell. */
  failFloorMs: number;
  /** Newest answers of its canaries. */
  answers: Map<string, boolean>;
  /** Heartbeats of the present window. */
  heartbeats: PendingHeartbeat[];
  /** How many targets it looks at; which they are is found by looking (roster of each target). */
  pairs: number;
  /** Its vantages whose newest fresh evidence is a failure. */
  failing: Set<Pair>;
  wakeMs: number;
}

/** A vantage of a target: one probe and its row of evidence. */
export interface Pair {
  readonly probe: ProbeRecord;
  readonly target: TargetRecord;
  readonly row: number;
  /** True while its newest evidence is a failure that was already answered with a recheck. */
  answered: boolean;
  /** True when the last evaluation counted a success of it. */
  quiet: boolean;
  /** `NO_NOTES` as long as nothing is to be noted, and of most vantages nothing ever is. */
  notes: PairNotes;
}

/** An incident as long as it is open. */
export interface OpenIncident {
  id: string;
  openedAtMs: number;
  severity: Severity;
  /** `partial` incidents end when the target turns bad; a bad one opens its own. */
  kind: "bad" | "partial";
  alert: IncidentAlert;
}

/** Where the alert of an open incident stands. */
export interface IncidentAlert {
  /** When it was raised; null as long as it was not. */
  raisedAtMs: number | null;
  /** What withholds it, as it was told; empty when nothing was told. */
  hold: AlertHold | "";
  /** Only failures measured at or after this count for it: a hold ended then. */
  floorMs: number;
  /** Until then it waits for what the parents of the target say; 0 when it does not. */
  waitUntilMs: number;
}

/** A window of maintenance that is not over. */
export interface MaintenanceRecord {
  window: MaintenanceWindow;
  wakeMs: number;
}

/** A suspicion: every vantage was asked to look again. */
export interface Suspicion {
  sinceMs: number;
  round: number;
  roundEndsMs: number;
}

/** What a window of availability has counted. */
export interface Tally {
  endMs: number;
  /** Scheduled attempts, and those of them that succeeded. */
  attempts: number;
  ok: number;
  /** Successes slower than the limit, and slower than 0.9 of it. */
  slow: number;
  nearlySlow: number;
  callsOk: number;
  callsFailed: number;
  /** Bad windows in a row, up to this one. */
  badWindows: number;
}

/** A reporter of business calls. */
export interface CallReporter {
  reporter: string;
  /** End of its last window, on its own clock. */
  toMs: number;
  /** Calls of it that count in the present window of availability. */
  counted: number;
}

/** Business calls of a target. */
export interface CallLedger {
  reporters: CallReporter[];
  /** Successful calls that exonerate as long as they are fresh. */
  recent: { toMs: number; successes: number }[];
}

/** How a target flaps. */
export interface Flap {
  /** One bit for each pair of samples: whether they differ; bit 0 is the newest. */
  changes: number;
  sampledMs: number;
  last: "" | "well" | "partial" | "bad";
  active: boolean;
}

/** What a target has been since `fromMs`, for its uptime. */
export interface Span {
  fromMs: number;
  state: VerdictState;
  maintenance: boolean;
}

/** A target and its verdict. */
export interface TargetRecord {
  readonly id: string;
  readonly handle: number;
  target: Target;
  /** Revision of the last edit that changed the check; older results are dropped. */
  checkRevision: number;
  pairs: Pair[];
  state: VerdictState;
  sinceMs: number;
  cause: VerdictCause | null;
  lean: "down" | null;
  /** Number of the last transition, incident, notice and alert. */
  transitions: number;
  incidents: number;
  notices: number;
  alerts: number;
  incident: OpenIncident | null;
  /** Name of the maintenance it is under, and when that ends; null when it is under none. */
  maintenance: { name: string; toMs: number } | null;
  suspicion: Suspicion | null;
  /** Successes that ended before this are challenged: they must be refreshed or lapse. */
  okFloorMs: number;
  /** Accusations measured before this do not count: a probe left. */
  floorMs: number;
  /** Until then a missing quorum does not turn the verdict unknown: the check was edited. */
  heldUntilMs: number;
  /** Until then bad and partial need every roster vantage heard: an engine took over. */
  guardedUntilMs: number;
  tally: Tally;
  /** Latency above which a success is slow; above all of them where there is no limit. */
  slowAboveUs: number;
  /** Null as long as nobody reported any. */
  calls: CallLedger | null;
  /** Why it is degraded, as a sentence without a full stop; empty when it is not. */
  degraded: string;
  flap: Flap;
  span: Span;
  /** Since when the evidence has been short or missing; null when it is not. */
  shortSinceMs: number | null;
  /** Whether the notice of a probable outage, or of a wrong configuration, was given. */
  outageNoticed: boolean;
  misconfigured: string | null;
  misconfigurationNoticed: boolean;
  /** True when a further success cannot change anything. */
  quiet: boolean;
  wakeMs: number;
}

/** Who wants to know of a target before it is changed: a capture that still lacks it. */
export interface TargetWatch {
  /** Targets that are still as they were. */
  readonly pending: Set<TargetRecord>;
  /** Keeps a target as it is now. */
  keep(target: TargetRecord): void;
  /** Every target is about to change at once. */
  spoil(): void;
}

/** The whole state. */
export interface EngineState {
  settings: VerdictSettings;
  seq: number;
  atMs: number;
  /** The last boundary that was evaluated. */
  evaluatedMs: number;
  probes: Map<string, ProbeRecord>;
  targets: Map<string, TargetRecord>;
  byHandle: HandleTable<TargetRecord>;
  byName: Map<string, TargetRecord>;
  /** Targets whose incident was not alerted yet. */
  unalerted: Set<TargetRecord>;
  maintenance: Map<string, MaintenanceRecord>;
  /** Incidents that opened lately: the boundary and their number, oldest first. */
  openings: { atMs: number; count: number }[];
  evidence: EvidenceTable;
  /** What many targets say alike. No part of what is folded. */
  alike: Alike;
  /** Reasons and resolvers by index; entry 0 is the empty text. */
  texts: string[];
  textIndex: Map<string, number>;
  dirtyTargets: Set<TargetRecord>;
  dirtyProbes: Set<ProbeRecord>;
  /** Boundary at which what is dirty is evaluated; Infinity when nothing is. */
  dirtyAtMs: number;
  timers: Timers;
  excludedCanaries: string[];
  blind: boolean;
  /** Whether two domains could accuse at some time: before that, blindness is no news. */
  sighted: boolean;
  meshNumber: number;
  /** Told before a target changes; null: nobody wants to know. No part of what is folded. */
  watch: TargetWatch | null;
  /** Results dropped: unknown target, unknown probe, another revision, or not assigned. */
  dropped: number;
}

/** The state of an engine that has seen nothing. */
export function createState(settings: VerdictSettings = DEFAULT_SETTINGS): EngineState {
  return {
    settings,
    seq: 0,
    atMs: 0,
    evaluatedMs: 0,
    probes: new Map(),
    targets: new Map(),
    byHandle: createHandleTable(),
    byName: new Map(),
    unalerted: new Set(),
    maintenance: new Map(),
    openings: [],
    evidence: createEvidenceTable(),
    alike: createAlike(),
    texts: [""],
    textIndex: new Map([["", 0]]),
    dirtyTargets: new Set(),
    dirtyProbes: new Set(),
    dirtyAtMs: Infinity,
    timers: createTimers(),
    excludedCanaries: [],
    blind: false,
    sighted: false,
    meshNumber: 0,
    watch: null,
    dropped: 0,
  };
}

/** How long evidence of a target stays fresh: F of VERDICTS section 4. */
export function freshMs(state: EngineState, target: TargetRecord): number {
  const { intervalMs, timeoutMs } = target.target.spec;
  return 2 * intervalMs + timeoutMs + state.settings.transitMs;
}
