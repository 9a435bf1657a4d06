/** The members that a bound caller has, each narrowed to the targets that it may see. */
import { LIMITS } from "../../shared/limits.ts";
import type { Incident } from "../../shared/event.ts";
import type { Target } from "../../shared/target.ts";
import { nextTurn } from "../../shared/turn.ts";
import { carries } from "../feed/event-filter.ts";
import type { Engine, EventBus, EventStore, HistoryStore, IncidentStore } from "../ports.ts";
import type { MeshSessions, NotificationStore, Store, StoredEvent } from "../ports.ts";
import { notFound } from "../registry/writes.ts";
import { outsideBounds, show } from "./bounds.ts";
import type { BoundRequest } from "./bounds.ts";
import type { HttpDeps } from "./context.ts";
import { fencedTargetService } from "./fence-targets.ts";
import { filteredPage } from "./lists.ts";

/** The request that runs; throws when none does. */
export type Present = () => BoundRequest;

/** Members of every part, for a request that is asked for at each call. */
export function fencedMembers(
  { store, engine, sessions, bus, registry }: HttpDeps,
  present: Present,
) {
  return {
    store: fencedStore(store, present),
    registry: { targets: fencedTargetService(registry.targets, store, present) },
    engine: fencedEngine(engine, present),
    sessions: fencedSessions(sessions, present),
    bus: fencedBus(bus, present),
  };
}

/** Whether a target is there and may be seen. */
async function isShown(store: Store, targetId: string, present: Present): Promise<boolean> {
  const target = await store.targets.get(targetId);
  return target !== null && show(present(), target);
}

/** Whether an event tells of a target that carried the labels when it happened. */
const isOwn = ({ event }: Pick<StoredEvent, "event">, { labels }: BoundRequest): boolean =>
  event.data.target !== undefined && carries(event.data.target.labels, labels);

function fencedStore(store: Store, present: Present) {
  const { targets, probes } = store;
  const seen = (target: Target): boolean => show(present(), target);
  return {
    targets: {
      get: async (idOrName) => {
        const target = await targets.get(idOrName);
        return target !== null && seen(target) ? target : null;
      },
      list: (query) => filteredPage((part) => targets.list(part), query, seen),
      all: async () => (await targets.all()).filter(seen),
    } satisfies Partial<Store["targets"]>,
    // Results and runs name the vantages; what else is known of probes is refused by its routes.
    probes: { all: () => probes.all() } satisfies Partial<Store["probes"]>,
    // A channel is there for nobody who is bound; what was sent may be narrowed by its id.
    channels: { get: async () => null } satisfies Partial<Store["channels"]>,
    incidents: fencedIncidents(store, present),
    events: fencedEvents(store, present),
    history: fencedHistory(store, present),
    notifications: fencedNotifications(store, present),
    uptime: {
      totals: async (targetId, range) => {
        const shown = await isShown(store, targetId, present);
        return shown ? store.uptime.totals(targetId, range) : [];
      },
    } satisfies Partial<Store["uptime"]>,
  };
}

/** Incidents of targets that are still there; of a deleted one nobody knows whose it was. */
function fencedIncidents(store: Store, present: Present) {
  const { incidents } = store;
  const isShownIncident = ({ targetId }: Incident) => isShown(store, targetId, present);
  const get = async (id: string): Promise<Incident | null> => {
    const incident = await incidents.get(id);
    return incident !== null && (await isShownIncident(incident)) ? incident : null;
  };
  return {
    get,
    list: (query) => {
      const read = (part: { limit: number; cursor?: string | undefined }) =>
        incidents.list({ ...query, ...part });
      return filteredPage(read, query, isShownIncident);
    },
    acknowledge: async (id, atMs, by) =>
      (await get(id)) === null ? null : incidents.acknowledge(id, atMs, by),
    note: async (id, note) => ((await get(id)) === null ? null : incidents.note(id, note)),
  } satisfies Partial<IncidentStore>;
}

function fencedEvents(store: Store, present: Present) {
  const { events } = store;
  return {
    lastNumber: () => events.lastNumber(),
    // Fewer than `limit` only at the end, as everywhere: readers take a short page for it.
    after: async (number, limit) => {
      const own: StoredEvent[] = [];
      for (let from = number; ;) {
        const rows = await events.after(from, LIMITS.pageRowsMax);
        own.push(...rows.filter((row) => isOwn(row, present())));
        if (own.length >= limit) return own.slice(0, limit);
        const last = rows.at(-1);
        if (last === undefined || rows.length < LIMITS.pageRowsMax) return own;
        from = last.number;
        await nextTurn();
      }
    },
    beginning: async (idPrefix, limit) => {
      const rows = await events.beginning(idPrefix, limit);
      return rows.filter((row) => isOwn(row, present()));
    },
    transitions: async (targetId, query) => {
      const shown = await isShown(store, targetId, present);
      return shown ? events.transitions(targetId, query) : { rows: [], next: null };
    },
  } satisfies Partial<EventStore>;
}

function fencedHistory(store: Store, present: Present) {
  const { history } = store;
  const check = async (targetId: string): Promise<void> => {
    if (!(await isShown(store, targetId, present))) throw notFound("target", targetId);
  };
  return {
    results: async (query) => {
      await check(query.targetId);
      return history.results(query);
    },
    newest: async (query) => {
      for (const targetId of query.targetIds) await check(targetId);
      return history.newest(query);
    },
    latency: async (query) => {
      await check(query.targetId);
      return history.latency(query);
    },
    stats: async (query) => {
      await check(query.targetId);
      return history.stats(query);
    },
  } satisfies Partial<HistoryStore>;
}

/** Whether a message tells of one target that carried the labels; one of many is not for it. */
function isOwnMessage({ body }: { body: string }, { labels }: BoundRequest): boolean {
  const told: unknown = JSON.parse(body);
  const found = ["data", "target", "labels"].reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined),
    told,
  );
  if (typeof found !== "object" || found === null) return false;
  return carries(Object.fromEntries(Object.entries(found)), labels);
}

function fencedNotifications({ notifications }: Store, present: Present) {
  const isOwnId = async (id: string): Promise<boolean> => {
    const found = await notifications.get(id);
    return found !== null && isOwnMessage(found, present());
  };
  return {
    get: async (id) => ((await isOwnId(id)) ? notifications.get(id) : null),
    list: (query) => {
      const read = (part: { limit: number; cursor?: string | undefined }) =>
        notifications.list({ ...query, ...part });
      return filteredPage(read, query, (row) => isOwnMessage(row, present()));
    },
    ofEvents: async (eventIds, limit) => {
      const rows = await notifications.ofEvents(eventIds, limit);
      return rows.filter((row) => isOwnMessage(row, present()));
    },
    deliveries: async (id) => ((await isOwnId(id)) ? notifications.deliveries(id) : []),
    requeue: async (id, atMs) => (await isOwnId(id)) && notifications.requeue(id, atMs),
  } satisfies Partial<NotificationStore>;
}

/** What the engine knows of targets that this request was shown. */
function fencedEngine(engine: Engine, present: Present) {
  const knows = (targetId: string): boolean => present().shown.has(targetId);
  return {
    nowMs: () => engine.nowMs(),
    ready: () => engine.ready(),
    targets: () => [...engine.targets()].filter(({ target }) => show(present(), target)),
    verdict: (targetId) => (knows(targetId) ? engine.verdict(targetId) : null),
    explain: (targetId) => (knows(targetId) ? engine.explain(targetId) : null),
    presentSpan: (targetId) => (knows(targetId) ? engine.presentSpan(targetId) : null),
    heldAlert: (targetId) => (knows(targetId) ? engine.heldAlert(targetId) : null),
    vantageStates: (targetId) => (knows(targetId) ? engine.vantageStates(targetId) : []),
    submit: async (body) => {
      if (body.type !== "calls" || !knows(body.targetId)) throw outsideBounds(present());
      await engine.submit(body);
    },
  } satisfies Partial<Engine>;
}

function fencedSessions(sessions: MeshSessions, present: Present) {
  return {
    status: (probeId) => sessions.status(probeId),
    recheck: (request) => {
      if (!present().shown.has(request.handle)) throw outsideBounds(present());
      sessions.recheck(request);
    },
  } satisfies Partial<MeshSessions>;
}

/** Events are published in nobody's request, so who subscribes is remembered here. */
function fencedBus(bus: EventBus, present: Present) {
  return {
    subscribe: (onEvents) => {
      const request = present();
      return bus.subscribe((events) => onEvents(events.filter((one) => isOwn(one, request))));
    },
  } satisfies Partial<EventBus>;
}
