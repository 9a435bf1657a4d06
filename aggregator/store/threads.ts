/** What receivers named the threads of a channel. */
import { LIMITS } from "../../shared/limits.ts";
import type { ThreadStore } from "../ports.ts";
import type { Connection } from "./connection.ts";

/** The threads of an open data file. */
export function createThreadStore({ db, run, transact }: Connection): ThreadStore {
  const find = db
    .prepare<[string, string], string>(
      "SELECT name FROM threads WHERE channel_id = ? AND thread = ?",
    )
    .pluck();
  const put = db.prepare<[string, string, string]>(
    "INSERT OR REPLACE INTO threads (channel_id, thread, name) VALUES (?, ?, ?)",
  );
  const forget = db.prepare<[string, string, number]>(
    `DELETE FROM threads WHERE channel_id = ? AND number <= (
       SELECT number FROM threads WHERE channel_id = ? ORDER BY number DESC LIMIT 1 OFFSET ?)`,
  );
  return {
    get: (channelId, thread) => run(() => find.get(channelId, thread) ?? null),
    put: (channelId, thread, name) =>
      transact(() => {
        put.run(channelId, thread, name);
        forget.run(channelId, channelId, LIMITS.threadsMax);
      }),
  };
}
