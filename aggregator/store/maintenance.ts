/** Maintenance, by name. */
import { QuorateError } from "../../shared/errors.ts";
import type { Maintenance } from "../../shared/maintenance.ts";
import type { MaintenanceStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

interface MaintenanceRow {
  id: string;
  revision: number;
  body: string;
}

/** The maintenance of an open data file. */
export function createMaintenanceStore({ db, run, transact }: Connection): MaintenanceStore {
  const find = db.prepare<[string, string], MaintenanceRow>(
    "SELECT id, revision, body FROM maintenance WHERE id = ? OR name = ? LIMIT 1",
  );
  const all = db.prepare<[], MaintenanceRow>(
    "SELECT id, revision, body FROM maintenance ORDER BY name",
  );
  const put = db.prepare<[string, string, number, string]>(
    `INSERT INTO maintenance (id, name, revision, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, revision = excluded.revision,
       body = excluded.body`,
  );
  const remove = db.prepare<[string]>("DELETE FROM maintenance WHERE id = ?");
  const maintenanceOf = ({ body }: MaintenanceRow) => fromJson<Maintenance>(body);

  return {
    get: (idOrName) =>
      run(() => {
        const row = find.get(idOrName, idOrName);
        return row ? maintenanceOf(row) : null;
      }),
    all: () => run(() => all.all().map(maintenanceOf)),
    put: (maintenance, expectedRevision) =>
      transact(() => {
        const { id, revision, spec } = maintenance;
        const found = find.get(id, spec.name);
        if ((found?.revision ?? null) !== expectedRevision || (found && found.id !== id)) {
          const sentence = `Maintenance ${spec.name} was changed meanwhile, or its name is taken.`;
          throw new QuorateError("conflict", `${sentence} Read it again and repeat the change.`);
        }
        put.run(id, spec.name, revision, JSON.stringify(maintenance));
      }),
    delete: (id) => run(() => remove.run(id).changes > 0),
  };
}
