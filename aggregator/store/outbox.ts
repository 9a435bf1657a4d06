/** Writing the outbox: who is first of its order key in its channel, and so may leave. */
import type Database from "better-sqlite3";
import type { NewNotification, ReleasedNotification } from "../ports.ts";

/** Changes of the outbox, all inside the caller's transaction. */
export interface Outbox {
  /** Adds intents in order; an id that is there already is ignored. */
  add(notifications: readonly NewNotification[]): void;
  /** Makes what is withheld pending, due at once. */
  release(released: ReleasedNotification): void;
  /** Finds again which notification of an order key is first, after one changed its state. */
  moveHead(channelId: string, orderKey: string): void;
}

/**
 * The outbox of an open data file. `head` marks the first pending notification of each order key:
 * what is due is then one walk along a partial index, however many wait behind the first.
 */
export function createOutbox(db: Database.Database): Outbox {
  const insert = db.prepare<[NewNotification], number>(
    `INSERT INTO notifications (id, channel_id, order_key, state, head, reason, body,
         created_at_ms, attempts, next_attempt_at_ms, last_error, delivered_at_ms)
       VALUES ($id, $channelId, $orderKey, $state,
         $state = 'pending' AND NOT EXISTS (
           SELECT 1 FROM notifications INDEXED BY notifications_pending
           WHERE channel_id = $channelId AND order_key = $orderKey AND state = 'pending'),
         $reason, $body, $createdAtMs, 0, $createdAtMs, NULL, NULL)
       ON CONFLICT (id) DO NOTHING`,
  );
  const clearHead = db.prepare<[string, string]>(
    `UPDATE notifications INDEXED BY notifications_pending SET head = 0
     WHERE channel_id = ? AND order_key = ? AND state = 'pending' AND head = 1`,
  );
  const setHead = db.prepare<[string, string]>(
    `UPDATE notifications SET head = 1 WHERE sequence = (
       SELECT sequence FROM notifications INDEXED BY notifications_pending
       WHERE channel_id = ? AND order_key = ? AND state = 'pending'
       ORDER BY sequence LIMIT 1)`,
  );
  const moveHead = (channelId: string, orderKey: string): void => {
    clearHead.run(channelId, orderKey);
    setHead.run(channelId, orderKey);
  };
  const release = db.prepare<
    [string, number, string, string],
    { channelId: string; orderKey: string }
  >(
    `UPDATE notifications SET state = 'pending', reason = ?, next_attempt_at_ms = ?,
       body = coalesce((SELECT body FROM events WHERE events.id = ?), body)
     WHERE id = ? AND state = 'withheld'
     RETURNING channel_id AS channelId, order_key AS orderKey`,
  );

  return {
    add(notifications) {
      for (const notification of notifications) insert.run(notification);
    },
    release({ id, eventId, reason, atMs }) {
      const row = release.get(reason, atMs, eventId, id);
      if (row) moveHead(row.channelId, row.orderKey);
    },
    moveHead,
  };
}
