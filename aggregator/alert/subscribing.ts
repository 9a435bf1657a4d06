/** Which channels an event concerns, before anything withholds it. */
import type { Channel } from "../../shared/channel.ts";
import type { EventType, PublicEvent } from "../../shared/event.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import { ROUTE_MANNER } from "../../shared/route.ts";
import type { AlertEffect } from "../verdict/effect.ts";
import type { Candidate, Draft } from "./draft.ts";

/** Types that a channel without `events` is told of whatever led to them, and why. */
export const ALWAYS_TOLD: Partial<Record<EventType, string>> = {
  "mesh.blind": "the mesh can no longer judge",
  "mesh.sighted": "the mesh can judge again",
  "probe.offline": "a witness fell silent",
  "probe.quarantined": "a witness was set aside",
  "probe.intercepted": "a witness stands behind an intercepting network",
  "target.notice": "the target needs attention",
};

/**
 * Every enabled channel that asks for an event or is told of it by default, and has been there when
 * it happened: a replay of the log must not bring old alerts to a new channel.
 */
export function takeSubscribed(draft: Draft): void {
  const { input, candidates } = draft;
  const { events, channels, known, nowMs } = input;
  const alerts = alertsByEvent(draft);
  const enabled = channels.filter(({ spec }) => spec.enabled);
  for (const event of events) {
    if (known?.has(event.id)) continue;
    const beside = alerts.get(event.id);
    const alert = beside?.alert ?? null;
    const happening = { event, alert, carries: beside?.carries ?? false };
    const atMs = Date.parse(event.timestamp);
    let facts: MatcherFacts | null = null;
    for (const channel of enabled) {
      // One that seems to be made later than this was made while log time lagged behind the wall
      // clock; it is told like any other.
      if (channel.createdAtMs <= nowMs && atMs < channel.createdAtMs) continue;
      const told = reasonOf(happening, channel);
      if (told === null) continue;
      facts ??= factsOf(event, alert);
      const rest = { facts, manner: ROUTE_MANNER, state: "pending", silenced: false } as const;
      candidates.push({ ...happening, channel, ...told, ...rest });
    }
  }
}

/**
 * The alert of each event that tells of one or stands beside it. One event carries the alert: the
 * transition of the same moment, the withdrawal of the incident, or, when the alert comes later
 * than those, an event of its own. An incident that another one supersedes ends by an event of its
 * own too, for the transition tells of the other.
 */
function alertsByEvent({ input }: Draft): Map<string, { alert: AlertEffect; carries: boolean }> {
  const alerts = new Map<string, { alert: AlertEffect; carries: boolean }>();
  for (const alert of input.effects) {
    if (alert.type !== "alert") continue;
    const { targetId, transition, withdrawn, supersededBy, incidentId, change } = alert;
    const own = `evt_${targetId}_a${alert.number}`;
    if (change !== "withheld") {
      const ends = change === "cleared" ? "resolved" : "opened";
      alerts.set(`evt_${incidentId}_${ends}`, { alert, carries: withdrawn });
    }
    const moved = transition !== null && supersededBy === null && !withdrawn;
    alerts.set(own, { alert, carries: !moved && !withdrawn });
    if (moved) alerts.set(`evt_${targetId}_t${transition}`, { alert, carries: true });
  }
  return alerts;
}

type Happening = Pick<Candidate, "event" | "alert" | "carries">;

function reasonOf(
  { event, alert, carries }: Happening,
  { spec }: Channel,
): { asked: boolean; reason: string } | null {
  if (spec.events) {
    const pattern = spec.events.find((one) => matches(one, event.type));
    if (pattern === undefined) return null;
    const reason = `Sent because the channel asks for ${pattern} and this is ${event.type}.`;
    return { asked: true, reason };
  }
  const always = ALWAYS_TOLD[event.type];
  if (always !== undefined) {
    return { asked: false, reason: `Sent because ${always} (${event.type}).` };
  }
  if (!alert || !carries) return null;
  return { asked: false, reason: `Sent because ${alert.reason}.` };
}

/** Whether a channel is told of events of a type that no event of the log stands for. */
export function takesType({ spec }: Channel, type: EventType): boolean {
  return spec.events === undefined || spec.events.some((pattern) => matches(pattern, type));
}

/** `*` is every type, `target.*` every type of targets, anything else exactly itself. */
function matches(pattern: string, type: EventType): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

/** What matchers see of an event; an alert has the type of the state that it tells of. */
function factsOf({ type, data }: PublicEvent, alert: AlertEffect | null): MatcherFacts {
  const { target, probe, severity = type === "mesh.blind" ? "critical" : "minor" } = data;
  const regions = alert?.explanation.failingRegions ?? [];
  const region = regions.length === 1 ? (regions[0] ?? "") : "";
  const told = { severity, type: alert ? `target.${alert.explanation.state}` : type };
  if (target) {
    const { name, kind, labels } = target;
    return { ...labels, ...told, scope: "target", target: name, kind, region };
  }
  if (!probe) return { ...told, scope: "mesh" };
  return { ...told, scope: "probe", probe: probe.name, region: probe.region };
}
