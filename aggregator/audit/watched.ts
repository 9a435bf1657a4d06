/** The store and the engine with every write of an operator's noun noted, after it was done. */
import type { Probe } from "../../shared/probe.ts";
import type { Engine, Store } from "../ports.ts";

/** A thing as it was written. */
export interface Written {
  id: string;
  name: string;
  /** Null: it has none. */
  revision: number | null;
  /** What an operator says of it. */
  fields: object;
}

/** Notes a write; before null: it is new, after null: it is gone. */
export type Note = (
  resource: string,
  before: Written | null,
  after: Written | null,
) => Promise<void>;

/** A noun with a spec, as most are. */
interface Noun {
  id: string;
  revision: number;
  spec: object;
}

const nounOf = (noun: Noun | null): Written | null => {
  if (noun === null) return null;
  const { id, revision, spec } = noun;
  const named = "name" in spec && typeof spec.name === "string" ? spec.name : "";
  return { id, revision, name: named, fields: spec };
};

/** Whether it drains is no part of a probe's spec, but an operator says it. */
const probeOf = (probe: Probe | null): Written | null =>
  probe && nounOf({ ...probe, spec: { ...probe.spec, draining: probe.draining } });

/** A thing without revisions; its fields but those that change by themselves. */
const thingOf = <Thing extends { id: string }>(
  thing: Thing | null | undefined,
  name: (thing: Thing) => string,
): Written | null =>
  thing ? { id: thing.id, name: name(thing), revision: null, fields: { ...thing } } : null;

/** A door to nouns that are put whole and deleted by id. */
interface Door<Value extends Noun> {
  get(id: string): Promise<Value | null>;
  put(value: Value, expectedRevision: number | null): Promise<void>;
}

/** `put`, noted. */
function notedPut<Value extends Noun>(door: Door<Value>, resource: string, note: Note) {
  return async (value: Value, expectedRevision: number | null): Promise<void> => {
    const before = await door.get(value.id);
    await door.put(value, expectedRevision);
    await note(resource, nounOf(before), nounOf(value));
  };
}

/** `delete`, noted. */
function notedDelete<Value extends Noun>(
  door: Door<Value> & { delete(id: string): Promise<boolean> },
  resource: string,
  note: Note,
) {
  return async (id: string): Promise<boolean> => {
    const before = await door.get(id);
    const was = await door.delete(id);
    if (was) await note(resource, nounOf(before), null);
    return was;
  };
}

/** The store with its writes noted; what machines write is not: it is no operator's doing. */
export function watchedStore(store: Store, note: Note): Store {
  const { channels, maintenance, silences, statusPages } = store;
  return {
    ...store,
    channels: {
      ...channels,
      put: notedPut(channels, "channels", note),
      delete: notedDelete(channels, "channels", note),
    },
    maintenance: {
      ...maintenance,
      put: notedPut(maintenance, "maintenance", note),
      delete: notedDelete(maintenance, "maintenance", note),
    },
    statusPages: {
      ...statusPages,
      put: notedPut(statusPages, "status-pages", note),
      delete: notedDelete(statusPages, "status-pages", note),
    },
    silences: { ...silences, put: notedPut(silences, "silences", note) },
    routes: watchedRoutes(store, note),
    tokens: watchedTokens(store, note),
    browserSessions: watchedSessions(store, note),
    incidents: watchedIncidents(store, note),
    notifications: {
      ...store.notifications,
      requeue: async (id, atMs) => {
        const done = await store.notifications.requeue(id, atMs);
        const thing = { id, name: "", revision: null };
        const states = [{ state: "dead" }, { state: "pending" }] as const;
        const [before, after] = states.map((fields) => ({ ...thing, fields }));
        if (done) await note("notifications", before ?? null, after ?? null);
        return done;
      },
    },
  };
}

function watchedRoutes({ routes }: Store, note: Note): Store["routes"] {
  const written = async (): Promise<Written | null> => {
    const found = await routes.get();
    if (found === null) return null;
    return { id: "", name: "", revision: found.revision, fields: { ...found } };
  };
  return {
    ...routes,
    put: async (value, expectedRevision) => {
      const before = await written();
      await routes.put(value, expectedRevision);
      await note("routes", before, await written());
    },
    delete: async () => {
      const before = await written();
      const was = await routes.delete();
      if (was) await note("routes", before, null);
      return was;
    },
  };
}

function watchedTokens({ tokens }: Store, note: Note): Store["tokens"] {
  const find = async (id: string): Promise<Written | null> => {
    const found = (await tokens.all()).find((one) => one.id === id);
    return thingOf(found, ({ name }) => name);
  };
  return {
    ...tokens,
    put: async (token, sha256Hex) => {
      await tokens.put(token, sha256Hex);
      await note("tokens", null, await find(token.id));
    },
    rotate: async (token, sha256Hex, previousUntilMs) => {
      const before = await find(token.id);
      await tokens.rotate(token, sha256Hex, previousUntilMs);
      await note("tokens", before, await find(token.id));
    },
    delete: async (id) => {
      const before = await find(id);
      const was = await tokens.delete(id);
      if (was) await note("tokens", before, null);
      return was;
    },
  };
}

function watchedSessions({ browserSessions }: Store, note: Note): Store["browserSessions"] {
  return {
    ...browserSessions,
    put: async (session, sha256Hex) => {
      await browserSessions.put(session, sha256Hex);
      await note(
        "sessions",
        null,
        thingOf(session, ({ who }) => who),
      );
    },
    delete: async (id) => {
      const found = (await browserSessions.all()).find((one) => one.id === id);
      const was = await browserSessions.delete(id);
      if (was)
        await note(
          "sessions",
          thingOf(found, ({ who }) => who),
          null,
        );
      return was;
    },
  };
}

function watchedIncidents({ incidents }: Store, note: Note): Store["incidents"] {
  const find = async (id: string) => thingOf(await incidents.get(id), (one) => one.targetName);
  return {
    ...incidents,
    acknowledge: async (id, atMs, by) => {
      const before = await find(id);
      const incident = await incidents.acknowledge(id, atMs, by);
      await note("incidents", before, await find(id));
      return incident;
    },
    acknowledgeAll: async (ids, atMs, by) => {
      const befores = await Promise.all(ids.map(find));
      const count = await incidents.acknowledgeAll(ids, atMs, by);
      for (const [at, id] of ids.entries())
        await note("incidents", befores[at] ?? null, await find(id));
      return count;
    },
    note: async (id, text) => {
      const before = await find(id);
      const incident = await incidents.note(id, text);
      await note("incidents", before, await find(id));
      return incident;
    },
  };
}

/** An engine whose changes of targets and probes are noted. */
export function watchedEngine<Watched extends Engine>(
  engine: Watched,
  { probes }: Pick<Store, "probes">,
  note: Note,
): Watched {
  const submit: Engine["submit"] = async (body) => {
    if (body.type === "target_set" || body.type === "target_deleted") {
      const set = body.type === "target_set" ? body.target : null;
      const before = engine.target(set?.id ?? ("targetId" in body ? body.targetId : ""));
      await engine.submit(body);
      return note("targets", nounOf(before), nounOf(set));
    }
    if (body.type === "probe_set") {
      const before = await probes.get(body.probe.id);
      await engine.submit(body);
      return note("probes", probeOf(before), probeOf(body.probe));
    }
    if (body.type === "probe_left" && body.hard) {
      const before = await probes.get(body.probeId);
      await engine.submit(body);
      return note("probes", probeOf(before), null);
    }
    return engine.submit(body);
  };
  return { ...engine, submit };
}
