/** Notifications and what became of each attempt to deliver them. */
import type Database from "better-sqlite3";
import type { Delivery, Notification, NotificationState } from "../../shared/channel.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { DeliveryUpdate, NotificationQuery, NotificationStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import type { Outbox } from "./outbox.ts";
import { keyOf, pageOf } from "./page.ts";

const COLUMNS = `id, channel_id AS channelId, order_key AS orderKey, sequence, state, reason, body,
  created_at_ms AS createdAtMs, attempts, next_attempt_at_ms AS nextAttemptAtMs,
  last_error AS lastError, delivered_at_ms AS deliveredAtMs`;

type DeliveryRow = Omit<Delivery, "ok"> & { ok: number };

interface ListParameters {
  channel: string | null;
  state: NotificationState | null;
  before: number;
  rows: number;
}

/** The notifications of an open data file; lists are newest first. */
export function createNotificationStore(connection: Connection, outbox: Outbox): NotificationStore {
  const { db, run, transact } = connection;
  const due = db.prepare<[number, string, number], Notification>(
    `SELECT ${COLUMNS} FROM notifications WHERE head = 1 AND next_attempt_at_ms <= ?
       AND channel_id NOT IN (SELECT value FROM json_each(?))
     ORDER BY next_attempt_at_ms, sequence LIMIT ?`,
  );
  const nextDue = db
    .prepare<[number], number | null>(
      `SELECT min(next_attempt_at_ms) FROM notifications
       WHERE head = 1 AND next_attempt_at_ms > ?`,
    )
    .pluck();
  const get = db.prepare<[string], Notification>(
    `SELECT ${COLUMNS} FROM notifications WHERE id = ?`,
  );
  const list = createNotificationList(db);
  const deliveries = db.prepare<[string], DeliveryRow>(
    `SELECT notification_id AS notificationId, channel_id AS channelId, attempt, at_ms AS atMs,
       duration_ms AS durationMs, status, ok, detail, request
     FROM deliveries WHERE notification_id = ? ORDER BY number`,
  );
  const ofEvents = createEventNotifications(db);
  const hasten = db.prepare<[number, string]>(
    `UPDATE notifications INDEXED BY notifications_pending SET next_attempt_at_ms = ?
     WHERE channel_id = ? AND state = 'pending'`,
  );
  const record = createRecorder(db, outbox);
  const requeue = createRequeue(db, outbox);

  return {
    due: (atMs, limit, exceptChannels = []) =>
      run(() => due.all(atMs, JSON.stringify(exceptChannels), limit)),
    get: (id) => run(() => get.get(id) ?? null),
    nextDueAtMs: (afterMs = -1) => run(() => nextDue.get(afterMs) ?? null),
    add: (notifications) => transact(() => outbox.add(notifications)),
    record: (update) =>
      transact(() => {
        if (!record(update)) throw noSuch(update.delivery.notificationId);
      }),
    recordAll: (updates) => transact(() => void updates.map(record)),
    list: (query) =>
      run(() => pageOf(list(query), query, { key: (row) => [row.sequence], item: (row) => row })),
    ofEvents: (eventIds, limit) => run(() => ofEvents(eventIds, limit)),
    deliveries: (notificationId) =>
      run(() => deliveries.all(notificationId).map((row) => ({ ...row, ok: row.ok === 1 }))),
    hasten: (channelId, atMs) => transact(() => void hasten.run(atMs, channelId)),
    requeue: (id, atMs) => transact(() => requeue(id, atMs)),
  };
}

/** The id of a message begins with that of its event; see messageIdOf in alert/draft.ts. */
function createEventNotifications(db: Database.Database) {
  const some = db.prepare<[string, string, number], Notification>(
    `SELECT ${COLUMNS} FROM notifications WHERE id >= ? AND id < ? ORDER BY sequence LIMIT ?`,
  );
  return (eventIds: readonly string[], limit: number): Notification[] => {
    const found: Notification[] = [];
    for (const eventId of eventIds) {
      const prefix = `msg_${eventId.replace(/^evt_/, "")}_`;
      found.push(...some.all(prefix, `${prefix}\u{10ffff}`, limit - found.length));
      if (found.length >= limit) break;
    }
    return found.toSorted((left, right) => left.sequence - right.sequence);
  };
}

/** One statement for each way to narrow the list, so that each is served by its index. */
function createNotificationList(db: Database.Database) {
  const prepare = (narrowed: string) =>
    db.prepare<[ListParameters], Notification>(
      `SELECT ${COLUMNS} FROM notifications WHERE ${narrowed} sequence < $before
       ORDER BY sequence DESC LIMIT $rows`,
    );
  const all = prepare("");
  const ofChannel = prepare("channel_id = $channel AND");
  const ofState = prepare("state = $state AND");
  const ofBoth = prepare("channel_id = $channel AND state = $state AND");

  return (query: NotificationQuery): Notification[] => {
    const [before] = keyOf(query, [Number.MAX_SAFE_INTEGER]);
    const channel = query.channelId ?? null;
    const state = query.state ?? null;
    const narrow = channel === null ? (state === null ? all : ofState) : ofChannel;
    const statement = channel !== null && state !== null ? ofBoth : narrow;
    return statement.all({ channel, state, before, rows: query.limit + 1 });
  };
}

/** Records one attempt inside the caller's transaction; false when its notification is gone. */
function createRecorder(db: Database.Database, outbox: Outbox) {
  const find = db.prepare<[string], Notification>(
    `SELECT ${COLUMNS} FROM notifications WHERE id = ?`,
  );
  const insert = db.prepare<[DeliveryRow]>(
    `INSERT INTO deliveries
       (notification_id, channel_id, attempt, at_ms, duration_ms, status, ok, detail, request)
     VALUES ($notificationId, $channelId, $attempt, $atMs, $durationMs, $status, $ok, $detail,
       $request)`,
  );
  const update = db.prepare<[string, number, number, string | null, number | null, string]>(
    `UPDATE notifications SET state = ?, head = 0, attempts = ?, next_attempt_at_ms = ?,
       last_error = ?, delivered_at_ms = ? WHERE id = ?`,
  );

  return ({ delivery, state, nextAttemptAtMs }: DeliveryUpdate): boolean => {
    const { notificationId: id, attempt, ok, detail } = delivery;
    const found = find.get(id);
    if (!found) return false;
    insert.run({ ...delivery, ok: ok ? 1 : 0 });
    const deliveredAtMs = state === "delivered" ? delivery.atMs + delivery.durationMs : null;
    const endedAtMs = deliveredAtMs === null ? null : Math.round(deliveredAtMs);
    update.run(state, attempt, nextAttemptAtMs, ok ? null : detail, endedAtMs, id);
    outbox.moveHead(found.channelId, found.orderKey);
    return true;
  };
}

function noSuch(id: string): QuorateError {
  return new QuorateError("not_found", `No notification ${id} is there to record a delivery of.`);
}

/** A requeued notification has all its attempts again; it keeps its sequence, so leaves first. */
function createRequeue(db: Database.Database, outbox: Outbox) {
  const revive = db.prepare<[number, string], { channelId: string; orderKey: string }>(
    `UPDATE notifications SET state = 'pending', attempts = 0, next_attempt_at_ms = ?
     WHERE id = ? AND state = 'dead'
     RETURNING channel_id AS channelId, order_key AS orderKey`,
  );
  return (id: string, atMs: number): boolean => {
    const row = revive.get(atMs, id);
    if (!row) return false;
    outbox.moveHead(row.channelId, row.orderKey);
    return true;
  };
}
