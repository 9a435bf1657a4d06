/** Targets, as projected from the log. */
import type { Target } from "../../shared/target.ts";
import type { TargetStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";
import { keyOf, pageOf } from "./page.ts";

interface TargetRow {
  id: string;
  name: string;
  body: string;
}

/** The targets of an open data file. */
export function createTargetStore({ db, run }: Connection): TargetStore {
  const byId = db.prepare<[string], TargetRow>("SELECT * FROM targets WHERE id = ?");
  const byName = db.prepare<[string], TargetRow>(
    "SELECT * FROM targets WHERE name = ? ORDER BY id LIMIT 1",
  );
  const list = db.prepare<[string, string, number], TargetRow>(
    "SELECT * FROM targets WHERE (name, id) > (?, ?) ORDER BY name, id LIMIT ?",
  );
  const all = db.prepare<[], TargetRow>("SELECT * FROM targets ORDER BY name, id");
  const named = db.prepare<[string], TargetRow>(
    "SELECT * FROM targets WHERE name IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
  );
  const count = db.prepare<[], number>("SELECT count(*) FROM targets").pluck();
  const lastHandle = db
    .prepare<[], number | null>("SELECT max(handle) FROM target_revisions")
    .pluck();
  // Two that ask at the same moment get two handles, before either is in the log.
  let given = 0;

  return {
    get: (idOrName) =>
      run(() => {
        const row = byId.get(idOrName) ?? byName.get(idOrName);
        return row ? fromJson<Target>(row.body) : null;
      }),
    list: (query) =>
      run(() => {
        const [name, id] = keyOf(query, ["", ""]);
        return pageOf(list.all(name, id, query.limit + 1), query, {
          key: (row) => [row.name, row.id],
          item: (row) => fromJson<Target>(row.body),
        });
      }),
    all: () => run(() => all.all().map((row) => fromJson<Target>(row.body))),
    named: (names) =>
      run(() => named.all(JSON.stringify(names)).map((row) => fromJson<Target>(row.body))),
    count: () => run(() => count.get() ?? 0),
    nextHandle: () =>
      run(() => {
        given = Math.max(given, lastHandle.get() ?? 0) + 1;
        return given;
      }),
  };
}
