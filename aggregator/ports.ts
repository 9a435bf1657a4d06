/** The doors between rooms. Rooms import this file; only main.ts picks what stands behind. */
import type { Readable } from "node:stream";
import type { z } from "zod";
import type { MeshReach } from "../shared/mesh.ts";
import type { ApiReplay } from "../shared/api/replay.ts";
import type { ProbeStatus } from "../shared/probe.ts";
import type { Target } from "../shared/target.ts";
import type { VantageState, VerdictExplanation, VerdictState } from "../shared/verdict.ts";
import type { AuditChange, AuditEntry } from "./store-access.ts";
import type { EventBody } from "./verdict/event.ts";
import type { StoredEvent, UptimeSpan } from "./store-ports.ts";

export type * from "./store-access.ts";
export type * from "./store-nouns.ts";
export type * from "./store-ports.ts";

// ---- the living parts ----------------------------------------------------------------------

/** The verdict of a target in short. */
export interface VerdictSummary {
  targetId: string;
  state: VerdictState;
  sinceMs: number;
  lean: "down" | null;
  incidentId: string | null;
  /** Number of the last transition. */
  transition: number;
}

/** A target with its verdict in short, as the engine holds both. */
export interface JudgedTarget {
  target: Target;
  verdict: VerdictSummary;
}

/** What withholds an alert of a target at this moment. */
export interface HeldAlert {
  by: "maintenance" | "parent" | "flapping" | "mesh_blind";
  /** Name of the parent that is bad; null otherwise. */
  parent: string | null;
  /** Clause for a person, without a full stop. */
  reason: string;
}

/** The engine: sequencer, fold and effects of one aggregator. */
export interface Engine {
  /** Resolves once the event is committed and folded; rejects when the queue is full or closed. */
  submit(body: EventBody): Promise<void>;
  verdict(targetId: string): VerdictSummary | null;
  /** A target as it was folded last, not to be changed; null when it is not known. */
  target(targetId: string): Target | null;
  /** Every target that is known, in no order that means something. */
  targets(): Iterable<JudgedTarget>;
  /** What would withhold an alert of a target now; null: nothing, or it is not known. */
  heldAlert(targetId: string): HeldAlert | null;
  /** Whether fewer than two failure domains may accuse, after a time of sight. */
  blind(): boolean;
  explain(targetId: string): VerdictExplanation | null;
  /** What a target has been since when, for its uptime; null when it is not known. */
  presentSpan(targetId: string): Omit<UptimeSpan, "targetId" | "toMs"> | null;
  /** State of a probe as a witness; null when the engine does not know it. */
  probe(probeId: string): Pick<ProbeStatus, "state" | "reason" | "sinceMs"> | null;
  /** Incidents that one message told of and that are not over; null: no such message. */
  foldedIncidents(foldId: string): readonly string[] | null;
  /** Silences or routes changed: what they withheld is looked at again. */
  alertsChanged(): void;
  /** Canary ids that fail from half of the mesh or more. */
  excludedCanaries(): readonly string[];
  /** The present log time. */
  nowMs(): number;
  /** False until the log is replayed, and after close. */
  ready(): boolean;
  /** Bytes and events waiting; for metrics and back-pressure. */
  queueLength(): number;
  /** How long the oldest that waits has waited, or the last group did until it was folded. */
  lagMs(): number;
  /** What each probe that looks at a target has seen of it; empty when it is not known. */
  vantageStates(targetId: string): readonly { probeId: string; state: VantageState }[];
  /** Latencies since the start, by probe; see aggregator/engine/latency-tally.ts. */
  latencies(): ReadonlyMap<string, LatencyHistogram>;
  /** Results that were left out: of an unknown target, another revision, or no vantage of it. */
  droppedResults(): number;
  /** Folds what is queued, saves a snapshot, and stops. */
  close(): Promise<void>;
}

/** Latencies of one probe, in buckets. */
export interface LatencyHistogram {
  /** Upper bound of each bucket in microseconds, ascending; the last bucket has none. */
  readonly boundsUs: readonly number[];
  /** Latencies within each bound and above the one before; one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sumUs: number;
}

/** Fans committed events out to subscribers in this process. */
export interface EventBus {
  publish(events: readonly StoredEvent[]): void;
  /**
   * Calls `onEvents` synchronously at each publish. Returns the unsubscribe; throws unavailable
   * when there are too many subscribers.
   */
  subscribe(onEvents: (events: readonly StoredEvent[]) => void): () => void;
}

/** The trail of what is written, and by whom. */
export interface AuditTrail {
  /** Runs work, and collects what it writes; else the aggregator itself is who wrote it. */
  during<Value>(changes: AuditChange[], work: () => Value): Value;
  /** Keeps records; a failure is logged, for what was written stays written. */
  keep(records: readonly AuditEntry[]): Promise<void>;
}

/** Tokens and browser sessions that ended before their time, by id. */
export interface Revocations {
  /** Calls everybody who watches this id, once. */
  revoke(id: string): void;
  /** Calls `onRevoked` when the id is revoked. Returns what ends the watch. */
  watch(id: string, onRevoked: () => void): () => void;
}

/** The probes' sessions, as the rest of the aggregator sees them. */
export interface MeshSessions {
  /** Facts of the probe's session and last heartbeat, without its state as a witness. */
  status(probeId: string): Omit<ProbeStatus, "state" | "reason" | "sinceMs"> | null;
  /** What every probe's canaries said last: who reaches whom. */
  reach(): MeshReach;
  /** Sends assignments again to every connected probe that a change concerns. */
  targetChanged(target: Target): void;
  targetDeleted(target: Target): void;
  /** A probe was created, changed, drained or removed. */
  probesChanged(): void;
  recheck(request: RecheckRequest): void;
  /** The canary list changed. */
  canariesChanged(): void;
}

/** Asks vantages to look at a target now. */
export interface RecheckRequest {
  handle: number;
  /** Probes to ask; those not connected are left out. */
  probeIds: readonly string[];
  attempts: number;
  stopAfterOks: number;
}

/** What is replayed; see aggregator/engine/replays.ts. */
export interface ReplayOrder {
  sinceMs: number;
  /** Null: to the end of the log. */
  untilMs: number | null;
  /** The only target that is changed and looked at; null: all. */
  target: Pick<Target, "id" | "spec"> | null;
  /** What was asked for, as it is shown. */
  changes: ApiReplay["changes"];
  /** The target as the replay has it; null: as it was. */
  change: ((target: Target) => Target) | null;
}

/** Replays of the log beside the living engine, one at a time. */
export interface Replays {
  /** Starts one; throws conflict while another runs. */
  start(order: ReplayOrder): ApiReplay;
  get(id: string): ApiReplay | null;
  /** Cancels one that runs, and forgets it; false when it is not known. */
  remove(id: string): boolean;
  /** Cancels what runs, and waits for it. */
  close(): Promise<void>;
}

/** Makes backups of the data while it is written to, one at a time. */
export interface Backups {
  /**
   * Copies everything as of now, and gives the archive of it; the end of the stream, however it
   * comes, removes the copy. Rejects with conflict while another one is made.
   */
  begin(): Promise<{ name: string; stream: Readable }>;
}

// ---- notifiers -----------------------------------------------------------------------------

/** What became of one send. */
export interface SendOutcome {
  ok: boolean;
  status: number | null;
  /** Sentence without secrets. */
  detail: string;
  /** Whether it is worth trying again; ignored when ok. */
  retry: boolean;
  /** The receiver asked to wait this long; null when it did not. */
  retryAfterMs: number | null;
}

/** One message to send. */
export interface OutgoingMessage {
  /** Stable message id; the same at every retry. */
  id: string;
  /** A PublicEvent as JSON text. */
  body: string;
  /** Wall clock of this attempt, integer milliseconds. */
  atMs: number;
  /** What the receiver named earlier messages of this channel; absent: nothing is kept. */
  threads?: Threads | undefined;
}

/** What a receiver named earlier messages of one channel, so that a later one can join them. */
export interface Threads {
  /** The receiver's name for this thread; null when there is none. */
  get(thread: string): Promise<string | null>;
  /** Keeps the receiver's name for this thread; a later one replaces it. */
  put(thread: string, name: string): Promise<void>;
}

/** A channel whose options were validated; it can only send. */
export interface PreparedNotifier {
  /** Where it goes, for a person; holds no secret. */
  destination: string;
  /** Deadline of one send in milliseconds; the caller enforces it by aborting the signal. */
  timeoutMs: number;
  /** Sends once. Never rejects for something the receiver did. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome>;
}

/** A kind of notifier: one file, and one line in notifiers/index.ts. */
export interface NotifierKind<Schema extends z.ZodType = z.ZodType> {
  kind: string;
  summary: string;
  schema: Schema;
  secretOptions: readonly string[];
  /** What the operator must allow at the start of the aggregator; absent: nothing. */
  needs?: "exec" | undefined;
  /** Meaning of the answers, for the docs; absent where answers are no HTTP statuses. */
  retries?: string | undefined;
  prepare(options: z.output<Schema>): PreparedNotifier;
}
