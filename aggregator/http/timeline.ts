/** The timeline of an incident, put together from all that was kept of it. */
import type { ApiTimeline, ApiTimelineEntry } from "../../shared/api/timeline.ts";
import type { Notification } from "../../shared/channel.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Incident, PublicEvent } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Store, TransitionRow } from "../ports.ts";
import { incidentView } from "./views.ts";

/** What a timeline is read from. */
export type TimelineStore = Pick<Store, "events" | "notifications" | "channels">;

/** An entry with its place: what happened at one moment is told in this order. */
interface Placed {
  atMs: number;
  rank: number;
  entry: ApiTimelineEntry;
}

/** Changes of the verdict first, then what follows from them, then people. */
const RANKS = { transition: 0, event: 1, notification: 2, person: 3 } as const;

/** Everything that happened in an incident, oldest first. */
export async function timelineOf(store: TimelineStore, incident: Incident): Promise<ApiTimeline> {
  const transitions = await transitionsOf(store, incident);
  const events = await eventsOf(store, incident);
  const moves = transitions.map(({ targetId, number }) => `evt_${targetId}_t${number}`);
  const eventIds = [...new Set([...moves, ...events.map(({ id }) => id)])];
  const max = LIMITS.timelineEntriesMax;
  const notifications = await store.notifications.ofEvents(eventIds, max);
  const names = new Map((await store.channels.all()).map(({ id, spec }) => [id, spec.name]));
  const placed = [
    ...transitions.map(transitionEntry),
    ...events.flatMap(eventEntry),
    ...notifications.map((one) => notificationEntry(one, names.get(one.channelId) ?? null)),
    ...peopleOf(incident),
  ].toSorted((a, b) => a.atMs - b.atMs || a.rank - b.rank);
  return {
    incident: incidentView(incident),
    items: placed.slice(0, max).map(({ entry }) => entry),
    leftOut: Math.max(0, placed.length - max),
  };
}

/**
 * The changes of its target's verdict that belong to an incident, and the suspicion that led to it;
 * they are listed newest first.
 */
async function transitionsOf(store: TimelineStore, incident: Incident): Promise<TransitionRow[]> {
  const { id, targetId, openedAtMs } = incident;
  const found: TransitionRow[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await store.events.transitions(targetId, { cursor, limit: LIMITS.pageRowsMax });
    for (const row of page.rows) {
      const isSuspicion = row.to === "suspect" && row.number + 1 === found.at(-1)?.number;
      if (row.incidentId === id || (row.incidentId === null && isSuspicion)) found.push(row);
    }
    const isBefore = (page.rows.at(-1)?.atMs ?? 0) < openedAtMs;
    if (page.next === null || isBefore || found.length > LIMITS.timelineEntriesMax) return found;
    cursor = page.next;
  }
}

/** What was said of an incident itself, and of the alerts of its target that were about it. */
async function eventsOf(
  { events }: TimelineStore,
  { id, targetId }: Incident,
): Promise<PublicEvent[]> {
  const max = LIMITS.timelineEntriesMax;
  const own = await events.beginning(`evt_${id}_`, max);
  const alerts = await events.beginning(`evt_${targetId}_a`, max);
  const all = [...own, ...alerts].map(({ event }) => event);
  return all.filter(({ data }) => data.incidentId === id);
}

function transitionEntry({ number, atMs, from, to, explanation }: TransitionRow): Placed {
  const { sentence, vantages } = explanation;
  const votes = vantages.map((vantage) => {
    const { probeId, probeName: probe, region, zone, vote, counted, reason, detail } = vantage;
    return { probeId, probe, region, zone, vote, counted, reason, detail };
  });
  const at = isoTime(atMs);
  const entry = { type: "transition", at, sentence, number, from, to, votes } as const;
  return { atMs, rank: RANKS.transition, entry };
}

const EVENT_TYPES = {
  "incident.opened": "opened",
  "incident.resolved": "resolved",
  "alert.raised": "raised",
  "alert.withheld": "withheld",
  "alert.cleared": "cleared",
  "alert.reminder": "reminder",
  "alert.escalated": "escalated",
} as const;

type ToldType = keyof typeof EVENT_TYPES;

function isTold(type: string): type is ToldType {
  return Object.hasOwn(EVENT_TYPES, type);
}

function eventEntry({ id, type, timestamp, data }: PublicEvent): Placed[] {
  if (!isTold(type)) return [];
  const isAlert = type === "alert.raised" || type === "alert.withheld" || type === "alert.cleared";
  const sentence = isAlert ? alertSentence(type, data.reason ?? "") : data.sentence;
  const entry = { type: EVENT_TYPES[type], at: timestamp, sentence, eventId: id };
  return [{ atMs: Date.parse(timestamp), rank: RANKS.event, entry }];
}

const ALERT_WORDS = {
  "alert.raised": "The alert was raised",
  "alert.withheld": "The alert is withheld",
  "alert.cleared": "The alert is over",
} as const;

function alertSentence(type: keyof typeof ALERT_WORDS, reason: string): string {
  return reason === "" ? `${ALERT_WORDS[type]}.` : `${ALERT_WORDS[type]}: ${reason}.`;
}

function notificationEntry(notification: Notification, channel: string | null): Placed {
  const { id, channelId, state, reason, createdAtMs, attempts, lastError } = notification;
  const { deliveredAtMs } = notification;
  const deliveredAt = deliveredAtMs === null ? null : isoTime(deliveredAtMs);
  const eventId = `evt_${id.slice("msg_".length, -1 - channelId.length)}`;
  const told = { notificationId: id, eventId, channelId, channel, state, attempts };
  const said = { at: isoTime(createdAtMs), sentence: reason, deliveredAt, lastError };
  const entry = { type: "notification", ...told, ...said } as const;
  return { atMs: createdAtMs, rank: RANKS.notification, entry };
}

function peopleOf({ notes, acknowledgedAtMs, acknowledgedBy }: Incident): Placed[] {
  const entries = notes.map(({ atMs, author, text }) => {
    return personEntry("note", atMs, { by: author, sentence: text });
  });
  if (acknowledgedAtMs === null) return entries;
  const by = acknowledgedBy ?? "somebody";
  const said = { by, sentence: `${by} looks after it.` };
  return [personEntry("acknowledged", acknowledgedAtMs, said), ...entries];
}

function personEntry(
  type: "acknowledged" | "note",
  atMs: number,
  said: { by: string; sentence: string },
): Placed {
  return { atMs, rank: RANKS.person, entry: { type, at: isoTime(atMs), ...said } };
}
