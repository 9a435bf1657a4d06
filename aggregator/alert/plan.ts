/**
 * Plans what is sent: events and channels in, notification intents out. Pure; the intents are
 * committed in the transaction of the events, so neither exists without the other.
 */
import type { Channel } from "../../shared/channel.ts";
import type { EventType, PublicEvent } from "../../shared/event.ts";
import type { NewNotification } from "../ports.ts";
import type { Effect } from "../verdict/effect.ts";
import { eventIdOf } from "./events.ts";

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

/** An event, what it came from, a channel, and why it goes there. */
interface Candidate {
  event: PublicEvent;
  effect: Effect | null;
  channel: Channel;
  /** Log time from which on the channel is told of what happens. */
  hearsFromMs: number;
  /** Sentence; empty until a step gave the reason. */
  reason: string;
}

/** Keeps the candidates that go on, with what it learned about them. */
type PlanStep = (candidates: readonly Candidate[]) => readonly Candidate[];

/** The steps, in order: a candidate that comes through all of them is sent. */
const STEPS: readonly PlanStep[] = [onlyEnabledChannels, onlyNewsToTheChannel, onlySubscribed];

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
  const effectOf = new Map<string, Effect>();
  for (const effect of effects) {
    const id = eventIdOf(effect);
    if (id !== null) effectOf.set(id, effect);
  }
  return events.flatMap((event) => {
    const effect = effectOf.get(event.id) ?? null;
    return channels.map((channel) => {
      const hearsFromMs = channel.createdAtMs > nowMs ? 0 : channel.createdAtMs;
      return { event, effect, channel, hearsFromMs, reason: "" };
    });
  });
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

/** By the patterns of the channel; without patterns: alerts, their recoveries, and the mesh. */
function onlySubscribed(candidates: readonly Candidate[]): readonly Candidate[] {
  const opened = openingTimes(candidates);
  return candidates.flatMap((candidate) => {
    const patterns = candidate.channel.spec.events;
    const reason = patterns
      ? patternReason(candidate.event, patterns)
      : defaultReason(candidate, opened);
    return reason === null ? [] : [{ ...candidate, reason }];
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
 * | a transition that opened an incident | yes: the alert, one for each incident |
 * | a transition within an incident | no |
 * | a transition that resolved an incident | if the channel existed at its alert |
 * | an incident withdrawn | if the channel existed at its alert |
 * | any other transition, incident.opened, incident.resolved | no |
 * | mesh.*, probe.offline, .quarantined, .intercepted, target.notice | yes |
 */
function defaultReason(
  { event, effect, hearsFromMs }: Candidate,
  opened: ReadonlyMap<string, number>,
): string | null {
  const always = ALWAYS_TOLD[event.type];
  if (always !== undefined) return `Sent because ${always} (${event.type}).`;
  if (effect?.type === "transition") {
    if (effect.incident === "opened") return `Sent because incident ${effect.incidentId} opened.`;
    const openedAtMs = opened.get(effect.incidentId ?? "") ?? effect.atMs;
    if (effect.incident !== "resolved" || openedAtMs < hearsFromMs) return null;
    return `Sent because incident ${effect.incidentId}, which was alerted, is resolved.`;
  }
  if (effect?.type !== "incident" || effect.change !== "withdrawn") return null;
  if (effect.openedAtMs < hearsFromMs) return null;
  return `Sent because incident ${effect.incidentId}, which was alerted, was withdrawn.`;
}

/** When the incidents that these candidates tell of opened, by incident id. */
function openingTimes(candidates: readonly Candidate[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { effect } of candidates) {
    if (effect?.type === "incident") times.set(effect.incidentId, effect.openedAtMs);
  }
  return times;
}

function intentOf(candidate: Candidate, bodies: Map<string, string>): NewNotification {
  const { event, channel, reason } = candidate;
  const body = bodies.get(event.id) ?? JSON.stringify(event);
  bodies.set(event.id, body);
  return {
    id: `msg_${event.id.replace(/^evt_/, "")}_${channel.id}`,
    channelId: channel.id,
    orderKey: event.data.target?.id ?? event.data.probe?.id ?? "mesh",
    state: "pending",
    reason,
    body,
    createdAtMs: Date.parse(event.timestamp),
  };
}
