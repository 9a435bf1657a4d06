/** The doors to everything durable; ports.ts passes them on to the rooms. */
import type { Channel, Delivery, Notification, NotificationState } from "../shared/channel.ts";
import type { Incident, PublicEvent } from "../shared/event.ts";
import type { Maintenance } from "../shared/maintenance.ts";
import type { Probe } from "../shared/probe.ts";
import type { HistoryResult } from "../shared/result.ts";
import type { Target } from "../shared/target.ts";
import type { VerdictExplanation, VerdictState } from "../shared/verdict.ts";
import type { EventBody, LogEvent } from "./verdict/event.ts";

// ---- the log -------------------------------------------------------------------------------

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
  /** Keeps `body` as the engine's state after `seq`; the two newest snapshots are kept. */
  saveSnapshot(seq: number, atMs: number, body: Uint8Array): Promise<void>;
  /** The newest snapshot whose seq is below `beforeSeq` (default: any), or null. */
  loadSnapshot(beforeSeq?: number): Promise<{ seq: number; atMs: number; body: Uint8Array } | null>;
  /** Where a fold of the past can begin, the oldest first. */
  chapters(): Promise<LogChapter[]>;
  /** The snapshot of a chapter; null for seq 0, and when it is gone. */
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

/** What one step of the engine did to the world; committed in one transaction. */
export interface EffectsCommit {
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

/** A notification intent; the store gives `sequence`, and ignores an id that it has. */
export type NewNotification = Pick<
  Notification,
  "id" | "channelId" | "orderKey" | "state" | "reason" | "body" | "createdAtMs"
>;

/** A public event with its number in the stream of events. */
export interface StoredEvent {
  /** Counts up in commit order; the cursor of subscribers. */
  number: number;
  event: PublicEvent;
}

// ---- the nouns -----------------------------------------------------------------------------

/** A page of a list: `next` is the cursor of the following page, null on the last. */
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

/** Where a page begins and how many rows it has at most. */
export interface PageQuery {
  cursor?: string | undefined;
  limit: number;
}

/** Targets as projected from the log. */
export interface TargetStore {
  get(idOrName: string): Promise<Target | null>;
  /** By name, ascending. */
  list(query: PageQuery): Promise<Page<Target>>;
  all(): Promise<Target[]>;
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
  transitions(targetId: string, query: PageQuery): Promise<Page<TransitionRow>>;
}

/** What a list of incidents is narrowed to. */
export interface IncidentQuery extends PageQuery {
  state?: Incident["state"] | undefined;
  targetId?: string | undefined;
}

/** Incidents, newest first. */
export interface IncidentStore {
  get(id: string): Promise<Incident | null>;
  list(query: IncidentQuery): Promise<Page<Incident>>;
  acknowledge(id: string, atMs: number, by: string): Promise<Incident | null>;
  note(id: string, note: Incident["notes"][number]): Promise<Incident | null>;
}

/** Maintenance, by name. */
export interface MaintenanceStore {
  get(idOrName: string): Promise<Maintenance | null>;
  all(): Promise<Maintenance[]>;
  /** Inserts, or replaces when `expectedRevision` is the stored one; else throws conflict. */
  put(maintenance: Maintenance, expectedRevision: number | null): Promise<void>;
  delete(id: string): Promise<boolean>;
}

/** Channels, by name. */
export interface ChannelStore {
  get(idOrName: string): Promise<Channel | null>;
  all(): Promise<Channel[]>;
  /** Inserts, or replaces when `expectedRevision` is the stored one; else throws conflict. */
  put(channel: Channel, expectedRevision: number | null): Promise<void>;
  delete(id: string): Promise<boolean>;
}

/** What a list of notifications is narrowed to. */
export interface NotificationQuery extends PageQuery {
  channelId?: string | undefined;
  state?: NotificationState | undefined;
}

/** What became of one attempt. */
export interface DeliveryUpdate {
  delivery: Delivery;
  state: NotificationState;
  nextAttemptAtMs: number;
}

/** The outbox: notification intents and their deliveries. */
export interface NotificationStore {
  /**
   * Pending notifications that are due at `atMs` and first of their order key within their
   * channel, oldest first, at most `limit`. Those of `exceptChannels` (ids of channels that have no
   * free place) are left out before `limit` counts, or a dead channel would hide the others.
   */
  due(atMs: number, limit: number, exceptChannels?: readonly string[]): Promise<Notification[]>;
  /**
   * The earliest next attempt of anything pending, later than `afterMs` when that is given; null
   * when there is none.
   */
  nextDueAtMs(afterMs?: number): Promise<number | null>;
  add(notifications: readonly NewNotification[]): Promise<void>;
  record(update: DeliveryUpdate): Promise<void>;
  list(query: NotificationQuery): Promise<Page<Notification>>;
  deliveries(notificationId: string): Promise<Delivery[]>;
  /** Makes what is pending for a channel due at once: its receiver is back. */
  hasten(channelId: string, atMs: number): Promise<void>;
  /** Makes a dead notification pending again, due at once; false when it is not dead. */
  requeue(id: string, atMs: number): Promise<boolean>;
}

/** What receivers named the threads of a channel (a message, an issue), newest kept. */
export interface ThreadStore {
  get(channelId: string, thread: string): Promise<string | null>;
  /** Keeps a name, replacing the one of this thread; the oldest of the channel make room. */
  put(channelId: string, thread: string, name: string): Promise<void>;
}

/** What a token may do. */
export type TokenScope = "admin" | "write" | "read" | "probe" | "calls";

/** A token as stored: only the SHA-256 of it is kept. */
export interface Token {
  id: string;
  name: string;
  scope: TokenScope;
  /** For scope probe: whose identity it proves. */
  probeId: string | null;
  createdAtMs: number;
  expiresAtMs: number | null;
}

/** Tokens, found by hash. */
export interface TokenStore {
  find(sha256Hex: string): Promise<Token | null>;
  put(token: Token, sha256Hex: string): Promise<void>;
  all(): Promise<Token[]>;
  delete(id: string): Promise<boolean>;
}

/** What part of the history is asked for; results newest first. */
export interface HistoryQuery extends PageQuery {
  targetId: string;
  probeId?: string | undefined;
  fromMs: number;
  toMs: number;
}

/** One bucket of a vantage's latency history. */
export interface LatencyBucket {
  probeId: string;
  fromMs: number;
  /** Length of the bucket. */
  spanMs: number;
  /** Scheduled checks and how they ended; bursts left out. */
  scheduled: number;
  ok: number;
  failed: number;
  void: number;
  /** Microseconds; null when nothing was ok. */
  minUs: number | null;
  meanUs: number | null;
  p50Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  maxUs: number | null;
}

/** Results and their rollups. */
export interface HistoryStore {
  results(query: HistoryQuery): Promise<Page<HistoryResult>>;
  /** Buckets of `spanMs` (300000, 3600000 or 86400000), oldest first. */
  latency(
    query: Omit<HistoryQuery, "cursor" | "limit"> & { spanMs: number },
  ): Promise<LatencyBucket[]>;
  /**
   * Moves log rows with a seq of at most `upToSeq` and older than `beforeMs` into packed blocks
   * and rollups; at most one bounded slice a call. Resolves with true when there is more to do.
   */
  compact(upToSeq: number, beforeMs: number): Promise<boolean>;
  /** Deletes history older than `beforeMs`. */
  expire(beforeMs: number): Promise<void>;
}

/** Answers to POST requests that carried an Idempotency-Key, kept for a day. */
export interface IdempotencyStore {
  get(key: string): Promise<{ requestHash: string; status: number; body: string } | null>;
  put(
    key: string,
    answer: { requestHash: string; status: number; body: string; atMs: number },
  ): Promise<void>;
}

/** Everything durable. One adapter each for SQLite and (later) PostgreSQL. */
export interface Store {
  readonly log: LogStore;
  readonly targets: TargetStore;
  readonly probes: ProbeStore;
  readonly events: EventStore;
  readonly incidents: IncidentStore;
  readonly channels: ChannelStore;
  readonly maintenance: MaintenanceStore;
  readonly notifications: NotificationStore;
  readonly threads: ThreadStore;
  readonly tokens: TokenStore;
  readonly history: HistoryStore;
  readonly uptime: UptimeStore;
  readonly idempotency: IdempotencyStore;
  close(): Promise<void>;
}
