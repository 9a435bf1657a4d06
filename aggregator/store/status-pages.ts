/** Status pages, by name. */
import { QuorateError } from "../../shared/errors.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import type { StatusPageStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

interface StatusPageRow {
  id: string;
  revision: number;
  body: string;
}

/** The status pages of an open data file. */
export function createStatusPageStore({ db, run, transact }: Connection): StatusPageStore {
  const find = db.prepare<[string, string], StatusPageRow>(
    "SELECT id, revision, body FROM status_pages WHERE id = ? OR name = ? LIMIT 1",
  );
  const all = db.prepare<[], StatusPageRow>(
    "SELECT id, revision, body FROM status_pages ORDER BY name",
  );
  const put = db.prepare<[string, string, number, string]>(
    `INSERT INTO status_pages (id, name, revision, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, body = excluded.body`,
  );
  /** All of them, by name: they are looked up at every request for one; null: read them anew. */
  let known: StatusPage[] | null = null;
  const pages = (): StatusPage[] =>
    (known ??= all.all().map(({ body }) => fromJson<StatusPage>(body)));
  const remove = db.prepare<[string]>("DELETE FROM status_pages WHERE id = ?");
  return {
    get: (idOrName) =>
      run(() => {
        const isMeant = ({ id, spec }: StatusPage) => id === idOrName || spec.name === idOrName;
        return pages().find(isMeant) ?? null;
      }),
    all: () => run(() => [...pages()]),
    put: (page, expectedRevision) =>
      transact(() => {
        const { id, revision, spec } = page;
        const found = find.get(id, spec.name);
        const isFree = found === undefined && expectedRevision === null;
        if (!isFree && (found?.id !== id || found.revision !== expectedRevision)) {
          const sentence = `The status page ${spec.name} was changed by somebody else meanwhile.`;
          throw new QuorateError("conflict", `${sentence} Read it again and repeat the change.`);
        }
        put.run(id, spec.name, revision, JSON.stringify(page));
        known = null;
      }),
    delete: (id) =>
      run(() => {
        known = null;
        return remove.run(id).changes > 0;
      }),
  };
}
