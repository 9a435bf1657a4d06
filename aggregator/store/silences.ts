/** Silences, the newest first. */
import { QuorateError } from "../../shared/errors.ts";
import type { Silence } from "../../shared/silence.ts";
import type { SilenceStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";
import { keyOf, pageOf } from "./page.ts";

interface SilenceRow {
  number: number;
  revision: number;
  body: string;
}

/** The silences of an open data file. */
export function createSilenceStore({ db, run, transact }: Connection): SilenceStore {
  const find = db.prepare<[string], SilenceRow>("SELECT * FROM silences WHERE id = ?");
  const list = db.prepare<[number, number], SilenceRow>(
    "SELECT * FROM silences WHERE number < ? ORDER BY number DESC LIMIT ?",
  );
  const current = db.prepare<[number], SilenceRow>(
    "SELECT * FROM silences WHERE ends_at_ms > ? ORDER BY number",
  );
  const put = db.prepare<[string, number, number, string]>(
    `INSERT INTO silences (id, revision, ends_at_ms, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision,
       ends_at_ms = excluded.ends_at_ms, body = excluded.body`,
  );
  const silenceOf = ({ body }: SilenceRow) => fromJson<Silence>(body);

  return {
    get: (id) =>
      run(() => {
        const row = find.get(id);
        return row ? silenceOf(row) : null;
      }),
    list: (query) =>
      run(() => {
        const [before] = keyOf(query, [Number.MAX_SAFE_INTEGER]);
        const rows = list.all(before, query.limit + 1);
        return pageOf(rows, query, { key: (row) => [row.number], item: silenceOf });
      }),
    current: (atMs) => run(() => current.all(atMs).map(silenceOf)),
    put: (silence, expectedRevision) =>
      transact(() => {
        const { id, revision, spec } = silence;
        if ((find.get(id)?.revision ?? null) !== expectedRevision) {
          const sentence = `Silence ${id} was changed meanwhile.`;
          throw new QuorateError("conflict", `${sentence} Read it again and repeat the change.`);
        }
        put.run(id, revision, spec.endsAtMs, JSON.stringify(silence));
      }),
  };
}
