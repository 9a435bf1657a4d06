/** The tree of routes: one row, or none. */
import { QuorateError } from "../../shared/errors.ts";
import type { Routes } from "../../shared/route.ts";
import type { RouteStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

/** The routes of an open data file. */
export function createRouteStore({ db, run, transact }: Connection): RouteStore {
  const find = db.prepare<[], { revision: number; body: string }>("SELECT * FROM routes");
  const put = db.prepare<[number, string]>(
    "INSERT OR REPLACE INTO routes (one, revision, body) VALUES (1, ?, ?)",
  );
  const remove = db.prepare<[]>("DELETE FROM routes");
  return {
    get: () =>
      run(() => {
        const row = find.get();
        return row ? fromJson<Routes>(row.body) : null;
      }),
    put: (routes, expectedRevision) =>
      transact(() => {
        if ((find.get()?.revision ?? null) !== expectedRevision) {
          const sentence = "The routes were changed meanwhile.";
          throw new QuorateError("conflict", `${sentence} Read them again and repeat the change.`);
        }
        put.run(routes.revision, JSON.stringify(routes));
      }),
    delete: () => run(() => remove.run().changes > 0),
  };
}
