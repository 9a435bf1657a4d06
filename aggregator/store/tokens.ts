/** Tokens, found by the hash of what the caller holds. */
import type { Token, TokenStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

/** The tokens of an open data file; an expired one is found too, so that a caller can say so. */
export function createTokenStore({ db, run, transact }: Connection): TokenStore {
  const find = db.prepare<[string], string>("SELECT body FROM tokens WHERE sha256 = ?").pluck();
  const all = db.prepare<[], string>("SELECT body FROM tokens ORDER BY id").pluck();
  const put = db.prepare<[string, string, string]>(
    "INSERT OR REPLACE INTO tokens (id, sha256, body) VALUES (?, ?, ?)",
  );
  const remove = db.prepare<[string]>("DELETE FROM tokens WHERE id = ?");

  return {
    find: (sha256Hex) =>
      run(() => {
        const body = find.get(sha256Hex);
        return body === undefined ? null : fromJson<Token>(body);
      }),
    put: (token, sha256Hex) =>
      transact(() => void put.run(token.id, sha256Hex, JSON.stringify(token))),
    all: () => run(() => all.all().map((body) => fromJson<Token>(body))),
    delete: (id) => run(() => remove.run(id).changes > 0),
  };
}
