/** What the effects of some steps become: one commit for the store, and commands for the mesh. */
import type { Probe } from "../../shared/probe.ts";
import { isFoldId } from "../../shared/event.ts";
import type { EventData, PublicEvent } from "../../shared/event.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Target } from "../../shared/target.ts";
import { publicEvents } from "../alert/events.ts";
import type { EventLookups } from "../alert/events.ts";
import type { EffectsCommit, IncidentChange, TransitionRow, UptimeSpan } from "../ports.ts";
import type { Effect, IncidentEffect, UptimeEffect } from "../verdict/effect.ts";
import type { EventBody } from "../verdict/event.ts";
import type { EngineState } from "../verdict/state.ts";

/** What was collected since the last commit. */
export interface Collected {
  effects: Effect[];
  /** Events that no effect stands for: a target was created, updated or deleted. */
  changes: PublicEvent[];
  /** Target and probe of events, kept here because a deleted one is gone from the state. */
  targets: Map<string, Pick<Target, "id" | "spec">>;
}

/** Nothing collected yet. */
export function nothingCollected(): Collected {
  return { effects: [], changes: [], targets: new Map() };
}

/** Whether anything collected must be committed. */
export function isDurable({ effects, changes }: Collected): boolean {
  return (
    changes.length > 0 || effects.some(({ type }) => type !== "recheck" && type !== "canaries")
  );
}

/** The public events of what was collected. */
export function eventsOf({ changes, effects }: Collected, lookups: EventLookups): PublicEvent[] {
  return [...changes, ...publicEvents(effects, lookups)];
}

/** The commit of what was collected, before anything is planned on it. */
export function bareCommit(state: EngineState, { effects }: Collected): EffectsCommit {
  return {
    atMs: state.atMs,
    tick: null,
    events: [],
    transitions: effects.flatMap(transitionRow),
    incidents: effects.flatMap((effect) =>
      effect.type === "incident" ? [incidentChange(effect)] : [],
    ),
    notifications: [],
    spans: effects.flatMap((effect) => (effect.type === "uptime" ? [spanOf(effect)] : [])),
  };
}

/** Pages for a person; what one message told of many has none but that to acknowledge it. */
export function linksOf(publicUrl: string, id: string): EventData["links"] {
  const acknowledge = `${publicUrl}/ack/${id}`;
  return isFoldId(id) ? { acknowledge } : { incident: `${publicUrl}/incidents/${id}`, acknowledge };
}

/** What effects name by id, as it is now; of deleted targets as it was. */
export function lookupsOf(
  state: EngineState,
  { gone, publicUrl }: { gone: Collected["targets"]; publicUrl: string | null },
): EventLookups {
  return {
    ...(publicUrl === null ? {} : { links: (id) => linksOf(publicUrl, id) }),
    target: (id) => state.targets.get(id)?.target ?? gone.get(id) ?? null,
    probe: (id) => {
      const record = state.probes.get(id);
      if (!record) return null;
      const { name, region, zone, labels } = record.vantage;
      const spec: Probe["spec"] = { name, region, zone, labels };
      return { id, spec };
    },
  };
}

function transitionRow(effect: Effect): TransitionRow[] {
  if (effect.type !== "transition") return [];
  const { targetId, number, atMs, from, to, incidentId, explanation } = effect;
  return [{ targetId, number, atMs, from, to, incidentId, explanation }];
}

function spanOf({ type: _type, ...span }: UptimeEffect): UptimeSpan {
  return span;
}

const STATES: Record<IncidentEffect["change"], IncidentChange["state"]> = {
  opened: "open",
  changed: "open",
  resolved: "resolved",
  withdrawn: "withdrawn",
};

function incidentChange(effect: IncidentEffect): IncidentChange {
  const state = STATES[effect.change];
  return {
    id: effect.incidentId,
    targetId: effect.targetId,
    targetName: effect.targetName,
    severity: effect.severity,
    state,
    cause: effect.cause,
    openedAtMs: effect.openedAtMs,
    resolvedAtMs: state === "open" ? null : effect.atMs,
    sentence: effect.sentence,
  };
}

/** The public event of a change of a target; null for any other event of the log. */
export function changeEvent(state: EngineState, body: EventBody, atMs: number): PublicEvent | null {
  if (body.type === "target_set") {
    const { target } = body;
    const created = target.revision === 1;
    return targetEvent(target, {
      id: `evt_${target.id}_r${target.revision}`,
      type: created ? "target.created" : "target.updated",
      atMs,
      sentence: `${target.spec.name} was ${created ? "created" : "changed"}.`,
    });
  }
  if (body.type !== "target_deleted") return null;
  const known = state.targets.get(body.targetId)?.target;
  if (!known) return null;
  return targetEvent(known, {
    id: `evt_${known.id}_deleted`,
    type: "target.deleted",
    atMs,
    sentence: `${known.spec.name} was deleted.`,
  });
}

interface Change {
  id: string;
  type: "target.created" | "target.updated" | "target.deleted";
  atMs: number;
  sentence: string;
}

function targetEvent({ id: targetId, spec }: Target, change: Change): PublicEvent {
  const { name, kind, labels, playbookUrl } = spec;
  const playbook = playbookUrl === undefined ? {} : { playbookUrl };
  return {
    id: change.id,
    type: change.type,
    timestamp: isoTime(change.atMs),
    data: {
      sentence: change.sentence,
      target: { id: targetId, name, kind, labels, ...playbook },
    },
  };
}
