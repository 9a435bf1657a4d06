/** Alerting in the living engine: what is read for a planning, and when one is due by itself. */
import { bookDueMs, dueSubjects, takeChanges } from "../alert/book.ts";
import { planAlerts } from "../alert/plan.ts";
import type { EffectsCommit } from "../ports.ts";
import type { EngineState } from "../verdict/state.ts";
import { bareCommit, eventsOf, lookupsOf } from "./effects.ts";
import type { Collected } from "./effects.ts";
import type { Living } from "./parts.ts";

/** Builds the commit of what was collected; what can fail, and be tried again, comes first. */
export async function readForPlan(living: Living, collected: Collected) {
  const { store, publicUrl = null } = living.deps;
  const nowMs = living.time.nowMs();
  const lookups = lookupsOf(living.state, { gone: collected.targets, publicUrl });
  const events = eventsOf(collected, lookups);
  // Only a replay gives again what was committed already.
  const known = living.ready ? new Set<string>() : await store.events.known(idsOf(events));
  const acknowledged: string[] = [];
  for (const { subject, incidents } of dueSubjects(living.book, nowMs)) {
    if (await store.incidents.allAcknowledged(incidents)) acknowledged.push(subject);
  }
  const channels = await store.channels.all();
  const silences = await store.silences.current(nowMs);
  const routes = (await store.routes.get())?.root ?? null;
  return { nowMs, lookups, events, known, acknowledged, channels, silences, routes };
}

const idsOf = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id);

/** What was read for a planning. */
export type PlanFacts = Awaited<ReturnType<typeof readForPlan>>;

/** Plans, once: the book goes along. */
export function planCommit(living: Living, collected: Collected, facts: PlanFacts): EffectsCommit {
  const { state, book } = living;
  const { effects } = collected;
  const plan = planAlerts(book, { ...facts, effects, shareOf: sharesOf(state) });
  const { nowMs } = facts;
  const bare = bareCommit(state, collected);
  return {
    ...bare,
    atMs: plan.events.length === 0 ? bare.atMs : Math.max(bare.atMs, nowMs),
    events: [...facts.events, ...plan.events],
    notifications: plan.notifications,
    released: plan.released,
    alerts: takeChanges(book),
  };
}

/** Shares of labels among all targets, counted when the first is asked for. */
function sharesOf({ targets }: EngineState): (key: string, value: string) => number {
  let counts: Map<string, number> | null = null;
  return (key, value) => {
    if (!counts) {
      counts = new Map();
      for (const { target } of targets.values()) {
        for (const label of Object.entries(target.spec.labels)) {
          const text = label.join("=");
          counts.set(text, (counts.get(text) ?? 0) + 1);
        }
      }
    }
    return (counts.get(`${key}=${value}`) ?? 0) / Math.max(1, targets.size);
  };
}

/** When alerting has to be looked at next, although nothing happens. */
export function alertsDueMs({ book, alertsChanged }: Living): number {
  return alertsChanged ? 0 : bookDueMs(book);
}
