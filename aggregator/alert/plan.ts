/**
 * Plans what is sent: events and channels in, notification intents out. Pure; the intents are
 * committed in the transaction of the events, so neither exists without the other.
 */
import type { Channel } from "../../shared/channel.ts";
import type { EventType, PublicEvent } from "../../shared/event.ts";
import type { NewNotification } from "../ports.ts";
import type { AlertEffect, Effect } from "../verdict/effect.ts";

/** What some steps of the engine gave, and where it may go. */
export interface PlanInput {
  /** Effects of the steps. */
  effects: readonly Effect[];
  /** Their public events; an event without an effect goes only to channels that ask for it. */
  events: readonly PublicEvent[];
  /** All channels. */
  channels: readonly Channel[];
  /**
   * Log time of the planning, in a replay the wall clock. A channel that seems to be made later
   * than this was made while log time lagged behind the wall clock; it is told like any other.
   * Default: no channel is taken for such a one.
   */
  nowMs?: number | undefined;
}

/** An event, the alert that it carries, a channel, and why it goes there. */
interface Candidate {
  event: PublicEvent;
  /** The alert that this event tells a person of; null when it tells of none. */
  alert: AlertEffect | null;
  channel: Channel;
  /** Log time from which on the channel is told of what happens. */
  hearsFromMs: number;
  /** Sentence; empty until a step gave the reason. */
  reason: string;
}

/** Keeps the candidates that go on, with what it learned about them. */
type PlanStep = (candidates: readonly Candidate[]) => readonly Candidate[];

/** The steps, in order: a candidate that comes through all of them is sent. */
const STEPS: readonly PlanStep[] = [
  onlyEnabledChannels,
  onlyNewsToTheChannel,
  onlySubscribed,
  withholdHeld,
];

/** Types that a channel without `events` is told of whatever led to them, and why. */
const ALWAYS_TOLD: Partial<Record<EventType, string>> = {
  "mesh.blind": "the mesh can no longer judge",
  "mesh.sighted": "the mesh can judge again",
  "probe.offline": "a witness fell silent",
  "probe.quarantined": "a witness was set aside",
  "probe.intercepted": "a witness stands behind an intercepting network",
  "target.notice": "the target needs attention",
};

/** The intents of some steps of the engine, in the order of the events, then of the channels. */
export function planNotifications(input: PlanInput): NewNotification[] {
  let candidates: readonly Candidate[] = allCandidates(input);
  for (const step of STEPS) candidates = step(candidates);
  const bodies = new Map<string, string>();
  return candidates.map((candidate) => intentOf(candidate, bodies));
}

function allCandidates({ effects, events, channels, nowMs = Infinity }: PlanInput): Candidate[] {
  const alerts = new Map<string, AlertEffect>();
  for (const effect of effects) {
    if (effect.type === "alert") alerts.set(carrierOf(effect), effect);
  }
  return events.flatMap((event) => {
    const alert = alerts.get(event.id) ?? null;
    return channels.map((channel) => {
      const hearsFromMs = channel.createdAtMs > nowMs ? 0 : channel.createdAtMs;
      return { event, alert, channel, hearsFromMs, reason: "" };
    });
  });
}

/**
 * The id of the event that tells a person of an alert: the transition of the same moment, the
 * withdrawal of the incident, or, when the alert comes later than those, an event of its own. An
 * incident that another one supersedes ends by an event of its own too, for the transition tells
 * of the other.
 */
function carrierOf(alert: AlertEffect): string {
  const { targetId, transition, withdrawn, supersededBy, incidentId } = alert;
  if (withdrawn) return `evt_${incidentId}_resolved`;
  if (transition !== null && supersededBy === null) return `evt_${targetId}_t${transition}`;
  return `evt_${targetId}_a${alert.number}`;
}

function onlyEnabledChannels(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ channel }) => channel.spec.enabled);
}

/**
 * A channel hears only of what happened after it was created: a replay of the log must not bring
 * old alerts to a new channel, and one that missed the alert must not get the recovery.
 */
function onlyNewsToTheChannel(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ event, hearsFromMs }) => Date.parse(event.timestamp) >= hearsFromMs);
}

/** By the patterns of the channel; without patterns: alerts, their ends, and the mesh. */
function onlySubscribed(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.flatMap((candidate) => {
    const patterns = candidate.channel.spec.events;
    const reason = patterns ? patternReason(candidate.event, patterns) : defaultReason(candidate);
    return reason === null ? [] : [{ ...candidate, reason }];
  });
}

/** A withheld alert is written down with its reason, and not sent. */
function withholdHeld(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.map((candidate) => {
    const { alert } = candidate;
    if (alert?.change !== "withheld") return candidate;
    return { ...candidate, reason: `Withheld because ${alert.reason}.` };
  });
}

function patternReason(event: PublicEvent, patterns: readonly string[]): string | null {
  const pattern = patterns.find((one) => matches(one, event.type));
  if (pattern === undefined) return null;
  return `Sent because the channel asks for ${pattern} and this is ${event.type}.`;
}

/** `*` is every type, `target.*` every type of targets, anything else exactly itself. */
function matches(pattern: string, type: EventType): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

/**
 * Why a channel without patterns is told; null when it is not.
 *
 * | happening | told |
 * |---|---|
 * | an alert that is raised, when the incident opens or later | yes, one for each incident |
 * | an alert that is withheld | written down as withheld |
 * | an alert that is cleared, the incident resolved or withdrawn | if the channel heard the alert |
 * | any other transition, incident.opened, incident.resolved | no |
 * | mesh.*, probe.offline, .quarantined, .intercepted, target.notice | yes |
 */
function defaultReason({ event, alert, hearsFromMs }: Candidate): string | null {
  const always = ALWAYS_TOLD[event.type];
  if (always !== undefined) return `Sent because ${always} (${event.type}).`;
  if (!alert) return null;
  const heard = alert.raisedAtMs === null || alert.raisedAtMs >= hearsFromMs;
  return heard ? `Sent because ${alert.reason}.` : null;
}

function intentOf(candidate: Candidate, bodies: Map<string, string>): NewNotification {
  const { event, channel, reason, alert } = candidate;
  const body = bodies.get(event.id) ?? JSON.stringify(event);
  bodies.set(event.id, body);
  return {
    id: `msg_${event.id.replace(/^evt_/, "")}_${channel.id}`,
    channelId: channel.id,
    orderKey: event.data.target?.id ?? event.data.probe?.id ?? "mesh",
    state: alert?.change === "withheld" ? "withheld" : "pending",
    reason,
    body,
    createdAtMs: Date.parse(event.timestamp),
  };
}
