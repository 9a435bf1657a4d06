/** The doors to what operators write and read: channels, notifications, tokens, history. */
import type { Channel, Delivery, Notification, NotificationState } from "../shared/channel.ts";
import type { Maintenance } from "../shared/maintenance.ts";
import type { HistoryResult } from "../shared/result.ts";
import type { Routes } from "../shared/route.ts";
import type { Silence } from "../shared/silence.ts";
import type { StatusPage } from "../shared/status-page.ts";

/** A notification intent; the store gives `sequence`, and ignores an id that it has. */
export type NewNotification = Pick<
  Notification,
  "id" | "channelId" | "orderKey" | "state" | "reason" | "body" | "createdAtMs"
>;

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

/** Maintenance, by name. */
export interface MaintenanceStore {
  get(idOrName: string): Promise<Maintenance | null>;
  all(): Promise<Maintenance[]>;
  /** Inserts, or replaces when `expectedRevision` is the stored one; else throws conflict. */
  put(maintenance: Maintenance, expectedRevision: number | null): Promise<void>;
  delete(id: string): Promise<boolean>;
}

/** Silences, the newest first. */
export interface SilenceStore {
  get(id: string): Promise<Silence | null>;
  list(query: PageQuery): Promise<Page<Silence>>;
  /** Those that are not over at `atMs`, the oldest first. */
  current(atMs: number): Promise<Silence[]>;
  /** Inserts, or replaces when `expectedRevision` is the stored one; else throws conflict. */
  put(silence: Silence, expectedRevision: number | null): Promise<void>;
}

/** The tree of routes. */
export interface RouteStore {
  /** Null: there is none, every channel is told. */
  get(): Promise<Routes | null>;
  /** Replaces when `expectedRevision` is the stored one, null for none; else throws conflict. */
  put(routes: Routes, expectedRevision: number | null): Promise<void>;
  delete(): Promise<boolean>;
}

/** Status pages, by name. */
export interface StatusPageStore {
  get(idOrName: string): Promise<StatusPage | null>;
  /** By name, ascending. */
  all(): Promise<StatusPage[]>;
  /** Throws conflict when the stored revision is another one, or the name is taken. */
  put(page: StatusPage, expectedRevision: number | null): Promise<void>;
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
  /** Keeps one attempt and what it makes of its notification; throws not_found. */
  record(update: DeliveryUpdate): Promise<void>;
  /** As `record`, in one transaction; what is not there any more is left out. */
  recordAll(updates: readonly DeliveryUpdate[]): Promise<void>;
  list(query: NotificationQuery): Promise<Page<Notification>>;
  get(id: string): Promise<Notification | null>;
  /** Those that tell of these events, in the order of the outbox, at most `limit`. */
  ofEvents(eventIds: readonly string[], limit: number): Promise<Notification[]>;
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

/** What the scheduled checks of a target came to over a time. */
export interface LatencyStats {
  /** Scheduled checks and how they ended; bursts left out. */
  scheduled: number;
  ok: number;
  failed: number;
  void: number;
  /** Microseconds of those that were ok; null when none was. Least, greatest and mean are exact. */
  minUs: number | null;
  maxUs: number | null;
  meanUs: number | null;
  /** Standard deviation; each latency is taken within 2 %, so what varies less reads as 0. */
  stddevUs: number | null;
  /** Percentiles, within 2 %. */
  p50Us: number | null;
  p75Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
}

/** Statistics of a target, of all its vantages together and of each. */
export interface TargetStats {
  /** The range they are of: the one asked for, widened to whole five minutes. */
  fromMs: number;
  toMs: number;
  total: LatencyStats;
  /** By probe id. */
  vantages: (LatencyStats & { probeId: string })[];
}

/** Results and their rollups. */
export interface HistoryStore {
  results(query: HistoryQuery): Promise<Page<HistoryResult>>;
  /** The newest results of many targets, newest first, by id; at most `limit` of each. */
  newest(query: {
    targetIds: readonly string[];
    fromMs: number;
    limit: number;
  }): Promise<Map<string, HistoryResult[]>>;
  /** Buckets of `spanMs` (300000, 3600000 or 86400000), oldest first. */
  latency(
    query: Omit<HistoryQuery, "cursor" | "limit"> & { spanMs: number },
  ): Promise<LatencyBucket[]>;
  /** Statistics of whole five minutes that hold some of the range. */
  stats(query: Omit<HistoryQuery, "cursor" | "limit">): Promise<TargetStats>;
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
