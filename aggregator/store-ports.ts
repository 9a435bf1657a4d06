/** The doors to the log, its projections and effects; ports.ts passes them on to the rooms. */
import type { Incident, PublicEvent } from "../shared/event.ts";
import type { Probe } from "../shared/probe.ts";
import type { Target } from "../shared/target.ts";
import type { VerdictExplanation, VerdictState } from "../shared/verdict.ts";
import type { AuditStore, BrowserSessionStore, TokenStore } from "./store-access.ts";
import type { EventBody, LogEvent } from "./verdict/event.ts";
import type {
  NewNotification,
  Page,
  PageQuery,
  MaintenanceStore,
  RouteStore,
  SilenceStore,
  StatusPageStore,
  ChannelStore,
  NotificationStore,
  ThreadStore,
  HistoryStore,
  IdempotencyStore,
} from "./store-nouns.ts";

/** One event to append; its place in the log is given by the store. */
export interface LogAppend {
  atMs: number;
  body: EventBody;
}

/** A place in the log at which a fold can begin: with the snapshot after `seq`, 0 with nothing. */
export interface LogChapter {
  seq: number;
  /** Log time of the snapshot; that of the first event when `seq` is 0. */
  atMs: number;
}

/** The result log: the one source of truth. */
export interface LogStore {
  /**
   * Appends in order and commits to disk before it resolves with the first seq. In the same
   * transaction it keeps the projections: targets, probes, and the last sequence of each boot.
   */
  append(entries: readonly LogAppend[]): Promise<number>;
  /**
   * Events after `afterSeq`, in order, at most `limit`; fewer may come before the end, none only
   * there. From a chapter on, and from the newest two snapshots on, not one is missing.
   */
  read(afterSeq: number, limit: number): Promise<LogEvent[]>;
  /** Last seq and the latest log time of anything committed; zeros when the log is empty. */
  position(): Promise<{ seq: number; atMs: number }>;
  /** Keeps a part of a snapshot that is being written; `saveSnapshot` makes it whole. */
  putSnapshotPart(seq: number, part: number, body: Uint8Array): Promise<void>;
  /**
   * Keeps `head` as the head of the engine's state after `seq`, whose parts are there already; the
   * two newest snapshots are kept.
   */
  saveSnapshot(seq: number, atMs: number, head: Uint8Array): Promise<void>;
  /** The head of the newest snapshot whose seq is below `beforeSeq` (default: any), or null. */
  loadSnapshot(beforeSeq?: number): Promise<{ seq: number; atMs: number; head: Uint8Array } | null>;
  /** A part of the snapshot or the chapter of that seq; null when there is none. */
  snapshotPart(seq: number, part: number): Promise<Uint8Array | null>;
  /**
   * Drops some of the parts that belong to no snapshot and no chapter; true when there may be
   * more. To be called only while no snapshot is being written.
   */
  dropSnapshotParts(): Promise<boolean>;
  /** Where a fold of the past can begin, the oldest first. */
  chapters(): Promise<LogChapter[]>;
  /** The head of a chapter's snapshot; null for seq 0, and when it is gone. */
  chapter(seq: number): Promise<Uint8Array | null>;
  /** Makes the newest snapshot a chapter when the newest chapter is `everyMs` older, or absent. */
  keepChapter(everyMs: number): Promise<void>;
  /** Drops what is before the newest chapter up to `beforeMs`; Infinity: all that is compacted. */
  forget(beforeMs: number): Promise<void>;
}

/** A boot of a probe, and how far its batches are committed. */
export interface BootPosition {
  boot: number;
  lastSequence: number;
}

/** What one step of the engine did to the world, or a part of it; committed in one transaction. */
export interface EffectsCommit {
  /** More follows, the planning of alerts last; its events are `known` then. Default false. */
  partial?: boolean | undefined;
  /** Log time of the last window that was evaluated; a later log never begins before it. */
  atMs: number;
  /** A tick that had effects is logged here, so that a replay gives the same. */
  tick: LogAppend | null;
  events: readonly PublicEvent[];
  /** Explanation at each transition, for "why, back then". */
  transitions: readonly TransitionRow[];
  incidents: readonly IncidentChange[];
  notifications: readonly NewNotification[];
  /** Times that targets spent in one state, now over; one that is there already is ignored. */
  spans: readonly UptimeSpan[];
  /** What alerting remembers from now on. Default: nothing of it changed. */
  alerts?: readonly AlertRow[] | undefined;
  /** Notifications that were withheld and are due now, after all. Default none. */
  released?: readonly ReleasedNotification[] | undefined;
}

/** A row of what alerting remembers between two commits. */
export interface AlertRow {
  key: string;
  /** Plain JSON; null: the row is gone. */
  value: unknown;
}

/** A withheld notification that is sent; one that is not there, or not withheld, is left alone. */
export interface ReleasedNotification {
  id: string;
  /** The event that it tells of, whose body it gets. */
  eventId: string;
  /** Why it is sent, as a sentence. */
  reason: string;
  atMs: number;
}

/** A time that a target spent in one state, under maintenance or not. */
export interface UptimeSpan {
  targetId: string;
  fromMs: number;
  /** End, not included. */
  toMs: number;
  state: VerdictState;
  maintenance: boolean;
}

/** How long a target was in one state within a range. */
export interface UptimeTotal {
  state: VerdictState;
  maintenance: boolean;
  ms: number;
}

/** Uptime by state. */
export interface UptimeStore {
  /** Totals of a range, its end not included; without the time that is not over. */
  totals(targetId: string, range: { fromMs: number; toMs: number }): Promise<UptimeTotal[]>;
  /** Spans that reach into a range, the oldest first; without the one that is not over. */
  spans(
    targetId: string,
    range: { fromMs: number; toMs: number },
  ): Promise<Omit<UptimeSpan, "targetId">[]>;
}

/** A transition as stored. */
export interface TransitionRow {
  targetId: string;
  number: number;
  atMs: number;
  from: VerdictState;
  to: VerdictState;
  incidentId: string | null;
  explanation: VerdictExplanation;
}

/** What changes of an incident when the engine speaks; operators' notes are kept. */
export type IncidentChange = Omit<Incident, "acknowledgedAtMs" | "acknowledgedBy" | "notes">;

/** A public event with its number in the stream of events. */
export interface StoredEvent {
  /** Counts up in commit order; the cursor of subscribers. */
  number: number;
  event: PublicEvent;
}

/** Targets as projected from the log. */
export interface TargetStore {
  get(idOrName: string): Promise<Target | null>;
  /** By name, ascending. */
  list(query: PageQuery): Promise<Page<Target>>;
  all(): Promise<Target[]>;
  /** Those of the names that there are. */
  named(names: readonly string[]): Promise<Target[]>;
  /** How many there are. */
  count(): Promise<number>;
  /** The next handle that was never used. */
  nextHandle(): Promise<number>;
}

/** Probes as projected from the log. */
export interface ProbeStore {
  get(idOrName: string): Promise<Probe | null>;
  all(): Promise<Probe[]>;
  /**
   * The position of a boot; a boot seen for the first time gets the probe's next ordinal.
   */
  boot(probeId: string, bootId: string): Promise<BootPosition>;
}

/** Public events, transitions and incidents. */
export interface EventStore {
  /** Commits and returns the events that were new, numbered. Known ids are ignored. */
  commit(commit: EffectsCommit): Promise<StoredEvent[]>;
  /** Events after `number`, in order, at most `limit`. */
  after(number: number, limit: number): Promise<StoredEvent[]>;
  lastNumber(): Promise<number>;
  /** Those of the ids that are stored, with all that was planned of them. */
  known(ids: readonly string[]): Promise<Set<string>>;
  /** Events whose id begins so, in order, at most `limit`. */
  beginning(idPrefix: string, limit: number): Promise<StoredEvent[]>;
  transitions(targetId: string, query: PageQuery): Promise<Page<TransitionRow>>;
}

/** What a list of incidents is narrowed to. */
export interface IncidentQuery extends PageQuery {
  state?: Incident["state"] | undefined;
  targetId?: string | undefined;
  /** Oldest first. Default false: newest first. */
  oldestFirst?: boolean | undefined;
}

/** Open incidents of one severity. */
export interface OpenIncidentCount {
  severity: Incident["severity"];
  open: number;
  /** Those of them that nobody acknowledged. */
  unacknowledged: number;
}

/** Incidents, newest first. */
export interface IncidentStore {
  /** How many are open, by severity; of these ids only, if any are given. */
  openCounts(ids?: readonly string[]): Promise<OpenIncidentCount[]>;
  get(id: string): Promise<Incident | null>;
  list(query: IncidentQuery): Promise<Page<Incident>>;
  acknowledge(id: string, atMs: number, by: string): Promise<Incident | null>;
  /** Acknowledges all that nobody did yet, in one transaction; gives how many. */
  acknowledgeAll(ids: readonly string[], atMs: number, by: string): Promise<number>;
  /** Whether somebody acknowledged every one of these. */
  allAcknowledged(ids: readonly string[]): Promise<boolean>;
  note(id: string, note: Incident["notes"][number]): Promise<Incident | null>;
}

/** What alerting remembers; written by `events.commit`. */
export interface AlertStore {
  /** In the order of the keys. */
  load(): Promise<AlertRow[]>;
}

/** Notifications of one channel that are in one state. */
export interface WaitingCount {
  channelId: string;
  state: "pending" | "dead";
  count: number;
}

/** Attempts of one channel that ended one way. */
export interface AttemptCount {
  channelId: string;
  ok: boolean;
  count: number;
}

/** Counts over the outbox; for the metrics and the summary. */
export interface OutboxCountStore {
  /** All that is kept, by state; what was delivered is not counted. */
  byState(): Promise<Record<"pending" | "dead" | "withheld", number>>;
  /** What is pending and what is dead, of these channels; zeros are left out. */
  waiting(channelIds: readonly string[]): Promise<WaitingCount[]>;
  /**
   * Attempts after a number, at most `limit` of them, and the number to go on from. Null: none are
   * counted, and `last` is where counting begins.
   */
  attempts(
    afterNumber: number | null,
    limit: number,
  ): Promise<{ last: number; counts: AttemptCount[] }>;
}

/** Everything durable. One adapter each for SQLite and (later) PostgreSQL. */
export interface Store {
  readonly log: LogStore;
  readonly targets: TargetStore;
  readonly probes: ProbeStore;
  readonly events: EventStore;
  readonly incidents: IncidentStore;
  readonly channels: ChannelStore;
  readonly statusPages: StatusPageStore;
  readonly maintenance: MaintenanceStore;
  readonly silences: SilenceStore;
  readonly routes: RouteStore;
  readonly alerts: AlertStore;
  readonly notifications: NotificationStore;
  readonly outboxCounts: OutboxCountStore;
  readonly threads: ThreadStore;
  readonly tokens: TokenStore;
  readonly browserSessions: BrowserSessionStore;
  readonly audit: AuditStore;
  readonly history: HistoryStore;
  readonly uptime: UptimeStore;
  readonly idempotency: IdempotencyStore;
  /** Copies all of it, as of one moment, into a new file; what is written meanwhile goes on. */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
}
