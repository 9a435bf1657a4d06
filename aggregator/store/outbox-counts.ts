/** How much waits in the outbox and what became of attempts; never a look at all of the past. */
import type { AttemptCount, OutboxCountStore, WaitingCount } from "../ports.ts";
import type { Connection } from "./connection.ts";

/** Counts over the notifications of an open data file. */
export function createOutboxCounts({ db, run }: Connection): OutboxCountStore {
  const waiting = db.prepare<[string], WaitingCount>(
    `SELECT channel_id AS channelId, state, count(*) AS count
     FROM notifications INDEXED BY notifications_by_channel
     WHERE channel_id IN (SELECT value FROM json_each(?)) AND state IN ('pending', 'dead')
     GROUP BY channel_id, state`,
  );
  const lastNumber = db
    .prepare<[], number>("SELECT coalesce(max(number), 0) FROM deliveries")
    .pluck();
  const attempts = db.prepare<
    [number, number],
    Omit<AttemptCount, "ok"> & { ok: number; last: number }
  >(
    `SELECT channel_id AS channelId, ok, count(*) AS count, max(number) AS last
     FROM (SELECT number, channel_id, ok FROM deliveries WHERE number > ? ORDER BY number LIMIT ?)
     GROUP BY channel_id, ok`,
  );
  const byState = db.prepare<[], { state: "pending" | "dead" | "withheld"; count: number }>(
    `SELECT state, count(*) AS count FROM notifications INDEXED BY notifications_by_state
     WHERE state IN ('pending', 'dead', 'withheld') GROUP BY state`,
  );
  return {
    byState: () =>
      run(() => {
        const counts = { pending: 0, dead: 0, withheld: 0 };
        for (const { state, count } of byState.all()) counts[state] = count;
        return counts;
      }),
    waiting: (channelIds) => run(() => waiting.all(JSON.stringify(channelIds))),
    attempts: (afterNumber, limit) =>
      run(() => {
        const newest = lastNumber.get() ?? 0;
        // Numbers of rows that were forgotten are given again, once they were the newest.
        const from = afterNumber === null ? newest : Math.min(afterNumber, newest);
        const rows = attempts.all(from, limit);
        return {
          last: Math.max(from, ...rows.map(({ last }) => last)),
          counts: rows.map(({ channelId, ok, count }) => ({ channelId, ok: ok === 1, count })),
        };
      }),
  };
}
