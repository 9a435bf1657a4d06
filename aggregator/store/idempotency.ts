/** Answers to POST requests that carried an Idempotency-Key, kept for a day. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { IdempotencyStore } from "../ports.ts";
import type { Connection } from "./connection.ts";

const KEPT_MS = 86_400_000;

interface AnswerRow {
  at_ms: number;
  request_hash: string;
  status: number;
  body: string;
}

/** The kept answers of an open data file. */
export function createIdempotencyStore(
  { db, run, transact }: Connection,
  clock: Clock,
): IdempotencyStore {
  const get = db.prepare<[string], AnswerRow>("SELECT * FROM idempotency WHERE key = ?");
  const put = db.prepare<[string, number, string, number, string]>(
    `INSERT OR REPLACE INTO idempotency (key, at_ms, request_hash, status, body)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const forgetOld = db.prepare<[number]>("DELETE FROM idempotency WHERE at_ms <= ?");
  const forgetMany = db.prepare<[number]>("DELETE FROM idempotency WHERE number <= ?");

  return {
    get: (key) =>
      run(() => {
        const row = get.get(key);
        if (!row || row.at_ms <= clock.wallMs() - KEPT_MS) return null;
        return { requestHash: row.request_hash, status: row.status, body: row.body };
      }),
    put: (key, answer) =>
      transact(() => {
        const { requestHash, status, body, atMs } = answer;
        const { lastInsertRowid } = put.run(key, atMs, requestHash, status, body);
        forgetOld.run(atMs - KEPT_MS);
        forgetMany.run(Number(lastInsertRowid) - LIMITS.idempotencyKeysMax);
      }),
  };
}
