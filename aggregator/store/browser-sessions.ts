/** Browser sessions, found by the hash of their cookie. */
import type { BrowserSession, BrowserSessionStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

interface SessionRow {
  body: string;
  last_used_at_ms: number;
  expires_at_ms: number;
}

const sessionOf = (row: SessionRow): BrowserSession => ({
  ...fromJson<BrowserSession>(row.body),
  lastUsedAtMs: row.last_used_at_ms,
  expiresAtMs: row.expires_at_ms,
});

const COLUMNS = "body, last_used_at_ms, expires_at_ms";

/** The browser sessions of an open data file; one that is over is found until it is forgotten. */
export function createBrowserSessionStore({ db, run, transact }: Connection): BrowserSessionStore {
  const find = db.prepare<[string], SessionRow>(
    `SELECT ${COLUMNS} FROM browser_sessions WHERE sha256 = ?`,
  );
  const all = db.prepare<[], SessionRow>(
    `SELECT ${COLUMNS} FROM browser_sessions ORDER BY last_used_at_ms DESC, id`,
  );
  const put = db.prepare<[string, string, string | null, number, number, string]>(
    `INSERT OR REPLACE INTO browser_sessions
       (id, sha256, token_id, last_used_at_ms, expires_at_ms, body) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const used = db.prepare<[number, string]>(
    "UPDATE browser_sessions SET last_used_at_ms = ? WHERE id = ?",
  );
  const remove = db.prepare<[string]>("DELETE FROM browser_sessions WHERE id = ?");
  const cap = db.prepare<[number, string]>(
    "UPDATE browser_sessions SET expires_at_ms = min(expires_at_ms, ?) WHERE token_id = ?",
  );
  const forget = db.prepare<[number, number]>(
    "DELETE FROM browser_sessions WHERE expires_at_ms <= ? OR last_used_at_ms <= ?",
  );

  return {
    find: (sha256Hex) =>
      run(() => {
        const row = find.get(sha256Hex);
        return row === undefined ? null : sessionOf(row);
      }),
    put: (session, sha256Hex) =>
      transact(() => {
        const { id, tokenId, lastUsedAtMs, expiresAtMs, ...rest } = session;
        const body = JSON.stringify({ id, tokenId, ...rest });
        put.run(id, sha256Hex, tokenId, lastUsedAtMs, expiresAtMs, body);
      }),
    used: (id, atMs) => run(() => void used.run(atMs, id)),
    all: () => run(() => all.all().map(sessionOf)),
    delete: (id) => run(() => remove.run(id).changes > 0),
    capOfToken: (tokenId, untilMs) => run(() => void cap.run(untilMs, tokenId)),
    forget: (atMs, unusedSinceMs) => run(() => void forget.run(atMs, unusedSinceMs)),
  };
}
