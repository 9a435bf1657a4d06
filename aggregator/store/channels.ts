/** Channels, by name. */
import type { Channel } from "../../shared/channel.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { ChannelStore } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { fromJson } from "./json.ts";

interface ChannelRow {
  id: string;
  name: string;
  revision: number;
  body: string;
}

/** The channels of an open data file. */
export function createChannelStore({ db, run, transact }: Connection): ChannelStore {
  const byId = db.prepare<[string], ChannelRow>("SELECT * FROM channels WHERE id = ?");
  const byName = db.prepare<[string], ChannelRow>("SELECT * FROM channels WHERE name = ?");
  const all = db.prepare<[], ChannelRow>("SELECT * FROM channels ORDER BY name");
  const put = db.prepare<[string, string, number, string]>(
    `INSERT INTO channels (id, name, revision, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, revision = excluded.revision,
       body = excluded.body`,
  );
  const remove = db.prepare<[string]>("DELETE FROM channels WHERE id = ?");

  return {
    get: (idOrName) =>
      run(() => {
        const row = byId.get(idOrName) ?? byName.get(idOrName);
        return row ? channelOf(row) : null;
      }),
    all: () => run(() => all.all().map(channelOf)),
    put: (channel, expectedRevision) =>
      transact(() => {
        const { id, revision, spec } = channel;
        const found = byId.get(id)?.revision ?? null;
        if (found !== expectedRevision) throw otherRevision(spec.name, expectedRevision, found);
        const sameName = byName.get(spec.name);
        if (sameName && sameName.id !== id) throw nameTaken(spec.name);
        put.run(id, spec.name, revision, JSON.stringify(channel));
      }),
    delete: (id) => run(() => remove.run(id).changes > 0),
  };
}

function otherRevision(name: string, expected: number | null, found: number | null): QuorateError {
  const said = (revision: number | null) =>
    revision === null ? "not to be there" : `at revision ${revision}`;
  return new QuorateError(
    "conflict",
    `Channel ${name} was expected ${said(expected)}, and was found ` +
      `${found === null ? "missing" : said(found)}. Read it again and repeat the change.`,
  );
}

function nameTaken(name: string): QuorateError {
  return new QuorateError(
    "conflict",
    `A channel named ${name} is there already. Choose another name, or change that one.`,
  );
}

function channelOf(row: ChannelRow): Channel {
  return fromJson<Channel>(row.body);
}
