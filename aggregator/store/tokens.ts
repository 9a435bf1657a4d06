/** Tokens, found by the hash of what the caller holds. */
import type { Token, TokenStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

interface TokenRow {
  body: string;
  last_used_at_ms: number | null;
}

/** What the tokens of older versions do not say. */
const ABSENT = { labels: {}, rotatedAtMs: null };

const tokenOf = ({ body, last_used_at_ms: lastUsedAtMs }: TokenRow): Token => ({
  ...ABSENT,
  ...fromJson<Token>(body),
  lastUsedAtMs,
});

const bodyOf = ({ lastUsedAtMs: _column, ...rest }: Token): string => JSON.stringify(rest);

/** The tokens of an open data file; an expired one is found too, so that a caller can say so. */
export function createTokenStore({ db, run, transact }: Connection): TokenStore {
  const find = db.prepare<[string, string, number], TokenRow>(
    `SELECT body, last_used_at_ms FROM tokens
     WHERE sha256 = ? OR (previous_sha256 = ? AND previous_until_ms > ?)`,
  );
  const all = db.prepare<[], TokenRow>("SELECT body, last_used_at_ms FROM tokens ORDER BY id");
  const put = db.prepare<[string, string, number | null, string]>(
    "INSERT OR REPLACE INTO tokens (id, sha256, last_used_at_ms, body) VALUES (?, ?, ?, ?)",
  );
  const rotate = db.prepare<[number, string, string, string]>(
    `UPDATE tokens SET previous_sha256 = sha256, previous_until_ms = ?, sha256 = ?, body = ?
     WHERE id = ?`,
  );
  const used = db.prepare<[number, string]>("UPDATE tokens SET last_used_at_ms = ? WHERE id = ?");
  const remove = db.prepare<[string]>("DELETE FROM tokens WHERE id = ?");

  return {
    find: (sha256Hex, atMs) =>
      run(() => {
        const row = find.get(sha256Hex, sha256Hex, atMs);
        return row === undefined ? null : tokenOf(row);
      }),
    put: (token, sha256Hex) =>
      transact(() => void put.run(token.id, sha256Hex, token.lastUsedAtMs, bodyOf(token))),
    rotate: (token, sha256Hex, previousUntilMs) =>
      transact(() => void rotate.run(previousUntilMs, sha256Hex, bodyOf(token), token.id)),
    used: (id, atMs) => run(() => void used.run(atMs, id)),
    all: () => run(() => all.all().map(tokenOf)),
    delete: (id) => run(() => remove.run(id).changes > 0),
  };
}
