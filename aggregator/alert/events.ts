/** Effects of the fold become public events. Pure: the same effects give the same events. */
import { isoTime } from "../../shared/clock.ts";
import type { EventData, PublicEvent, Severity } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Probe } from "../../shared/probe.ts";
import type { Target } from "../../shared/target.ts";
import type { VantageEvidence, VerdictState } from "../../shared/verdict.ts";
import type {
  AlertEffect,
  Effect,
  IncidentEffect,
  MeshEffect,
  NoticeEffect,
  ProbeStateEffect,
  TransitionEffect,
} from "../verdict/effect.ts";

/** What an effect names by id only; null when it is no longer known. */
export interface EventLookups {
  /** The target as it is configured now. */
  target(targetId: string): Pick<Target, "id" | "spec"> | null;
  /** The probe as it is configured now. */
  probe(probeId: string): Pick<Probe, "id" | "spec"> | null;
  /** Pages of an incident or a fold, absolute. Default none. */
  links?: ((id: string) => EventData["links"]) | undefined;
}

/** Urgency of a state that can open an incident, when its incident does not say. */
const SEVERITIES: Partial<Record<VerdictState, Severity>> = {
  down: "critical",
  sub_healthy: "major",
  partial: "major",
};

const WITHDRAWN_REASON =
  "Withdrawn, not recovered: its target was deleted or is no longer checked.";

/**
 * The id of the public event that an effect becomes; null for an effect that is none.
 *
 * | effect | id | type |
 * |---|---|---|
 * | transition | `evt_<targetId>_t<number>` | `target.<to>` |
 * | incident opened | `evt_<incidentId>_opened` | `incident.opened` |
 * | incident resolved, withdrawn | `evt_<incidentId>_resolved` | `incident.resolved` |
 * | incident changed | none | none |
 * | probe state | `evt_<probeId>_s<number>` | `probe.<to>` |
 * | mesh | `evt_mesh_<number>` | `mesh.blind`, `mesh.sighted` |
 * | notice | `evt_<targetId>_n<number>` | `target.notice` |
 * | alert | `evt_<targetId>_a<number>` | `alert.<change>` |
 * | uptime, recheck, canaries | none | none |
 */
function eventIdOf(effect: Effect): string | null {
  switch (effect.type) {
    case "transition":
      return `evt_${effect.targetId}_t${effect.number}`;
    case "incident":
      if (effect.change === "changed") return null;
      return `evt_${effect.incidentId}_${effect.change === "opened" ? "opened" : "resolved"}`;
    case "probe_state":
      return `evt_${effect.probeId}_s${effect.number}`;
    case "mesh":
      return `evt_mesh_${effect.number}`;
    case "notice":
      return `evt_${effect.targetId}_n${effect.number}`;
    case "alert":
      return `evt_${effect.targetId}_a${effect.number}`;
    case "uptime":
    case "recheck":
    case "canaries":
      return null;
  }
}

/** The public events of the effects of some steps, in the order of the effects. */
export function publicEvents(effects: readonly Effect[], lookups: EventLookups): PublicEvent[] {
  const events: PublicEvent[] = [];
  const context = { ...pairsOf(effects), lookups };
  for (const effect of effects) {
    const id = eventIdOf(effect);
    const body = id === null ? null : bodyOf(effect, context);
    if (id !== null && body !== null) events.push({ id, ...body });
  }
  return events;
}

/** An incident and its transition tell of each other. */
interface Context {
  /** By incident and moment: a replay gives many steps at once. */
  incidents: ReadonlyMap<string, IncidentEffect>;
  transitions: ReadonlyMap<string, TransitionEffect>;
  lookups: EventLookups;
}

function pairsOf(effects: readonly Effect[]): Omit<Context, "lookups"> {
  const incidents = new Map<string, IncidentEffect>();
  const transitions = new Map<string, TransitionEffect>();
  for (const effect of effects.toReversed()) {
    // The first of a moment stands.
    if (effect.type === "incident") incidents.set(momentOf(effect), effect);
    else if (effect.type === "transition") transitions.set(momentOf(effect), effect);
  }
  return { incidents, transitions };
}

function momentOf({ incidentId, atMs }: TransitionEffect | IncidentEffect): string {
  return `${incidentId} ${atMs}`;
}

type EventBody = Omit<PublicEvent, "id">;

function bodyOf(effect: Effect, context: Context): EventBody | null {
  switch (effect.type) {
    case "transition":
      return transitionBody(effect, context);
    case "incident":
      return incidentBody(effect, context);
    case "probe_state":
      return probeBody(effect, context.lookups);
    case "mesh":
      return meshBody(effect);
    case "notice":
      return noticeBody(effect, context.lookups);
    case "alert":
      return alertBody(effect, context.lookups);
    case "uptime":
    case "recheck":
    case "canaries":
      return null;
  }
}

function transitionBody(effect: TransitionEffect, context: Context): EventBody {
  const { explanation } = effect;
  const severity = context.incidents.get(momentOf(effect))?.severity ?? SEVERITIES[effect.to];
  return {
    type: `target.${effect.to}`,
    timestamp: isoTime(effect.atMs),
    data: {
      sentence: explanation.sentence,
      target: targetFacts(effect.targetId, explanation.targetName, context.lookups),
      from: effect.from,
      to: effect.to,
      cause: effect.cause,
      ...(severity === undefined ? {} : { severity }),
      incidentId: effect.incidentId,
      since: isoTime(explanation.sinceMs),
      ...evidence(explanation.vantages),
      ...links(effect.incident === "resolved" ? null : effect.incidentId, context.lookups),
    },
  };
}

function incidentBody(effect: IncidentEffect, context: Context): EventBody {
  const opened = effect.change === "opened";
  const seen = context.transitions.get(momentOf(effect))?.explanation.vantages ?? null;
  return {
    type: opened ? "incident.opened" : "incident.resolved",
    timestamp: isoTime(effect.atMs),
    data: {
      sentence: effect.sentence,
      target: targetFacts(effect.targetId, effect.targetName, context.lookups),
      // An incident is in the state it is resolved or withdrawn to; receivers can tell them apart.
      ...(opened ? { to: "open" } : { from: "open", to: effect.change }),
      cause: effect.cause,
      severity: effect.severity,
      incidentId: effect.incidentId,
      since: isoTime(effect.openedAtMs),
      ...(seen === null ? {} : evidence(seen)),
      ...(effect.change === "withdrawn" ? { reason: WITHDRAWN_REASON } : {}),
      ...links(opened ? effect.incidentId : null, context.lookups),
    },
  };
}

function probeBody(effect: ProbeStateEffect, lookups: EventLookups): EventBody {
  const spec = lookups.probe(effect.probeId)?.spec;
  const place = spec ? ` (${spec.region}, ${spec.zone})` : "";
  const why = effect.reason === "" ? "." : `: ${effect.reason}`;
  return {
    type: `probe.${effect.to}`,
    timestamp: isoTime(effect.atMs),
    data: {
      sentence: `Probe ${spec?.name ?? effect.probeId}${place} is ${effect.to}${why}`,
      probe: {
        id: effect.probeId,
        name: spec?.name ?? effect.probeId,
        region: spec?.region ?? "unknown",
        zone: spec?.zone ?? "unknown",
      },
      from: effect.from,
      to: effect.to,
      since: isoTime(effect.atMs),
      ...(effect.reason === "" ? {} : { reason: effect.reason }),
    },
  };
}

function meshBody(effect: MeshEffect): EventBody {
  const to = effect.blind ? "blind" : "sighted";
  return {
    type: `mesh.${to}`,
    timestamp: isoTime(effect.atMs),
    data: { sentence: effect.sentence, to, since: isoTime(effect.atMs) },
  };
}

function noticeBody(effect: NoticeEffect, lookups: EventLookups): EventBody {
  return {
    type: "target.notice",
    timestamp: isoTime(effect.atMs),
    data: {
      sentence: effect.sentence,
      target: targetFacts(effect.targetId, effect.targetId, lookups),
      severity: "minor",
      since: isoTime(effect.atMs),
      reason: effect.kind,
    },
  };
}

function alertBody(effect: AlertEffect, lookups: EventLookups): EventBody {
  const { change, explanation, reason } = effect;
  return {
    type: `alert.${change}`,
    timestamp: isoTime(effect.atMs),
    data: {
      sentence: explanation.sentence,
      target: targetFacts(effect.targetId, effect.targetName, lookups),
      to: explanation.state,
      cause: effect.cause,
      severity: effect.severity,
      incidentId: effect.incidentId,
      since: isoTime(effect.openedAtMs),
      ...evidence(explanation.vantages),
      reason,
      ...links(change === "raised" ? effect.incidentId : null, lookups),
    },
  };
}

/** Pages of an incident that is open; none when nobody told where people reach them. */
function links(incidentId: string | null, lookups: EventLookups): Pick<EventData, "links"> {
  const found = incidentId === null ? undefined : lookups.links?.(incidentId);
  return found ? { links: found } : {};
}

/** Facts of a target; of one that is gone already, its name is what is left. */
function targetFacts(
  targetId: string,
  name: string,
  lookups: EventLookups,
): NonNullable<EventData["target"]> {
  const spec = lookups.target(targetId)?.spec;
  if (!spec) return { id: targetId, name, kind: "unknown", labels: {} };
  return {
    id: targetId,
    name: spec.name,
    kind: spec.kind,
    labels: spec.labels,
    ...(spec.playbookUrl === undefined ? {} : { playbookUrl: spec.playbookUrl }),
  };
}

/** The evidence, those who said something first when not all of it fits. */
function evidence(
  vantages: readonly VantageEvidence[],
): Pick<EventData, "vantages" | "vantagesLeftOut"> {
  const max = LIMITS.eventVantagesMax;
  if (vantages.length <= max) return { vantages: [...vantages] };
  const spoke = vantages.filter((vantage) => vantage.vote !== "none");
  const silent = vantages.filter((vantage) => vantage.vote === "none");
  return {
    vantages: [...spoke, ...silent].slice(0, max),
    vantagesLeftOut: vantages.length - max,
  };
}
