/** What a planning works with and what it gives: the draft that every step takes on. */
import type { Channel } from "../../shared/channel.ts";
import type { PublicEvent } from "../../shared/event.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import type { RouteManner, RouteNode } from "../../shared/route.ts";
import type { Silence } from "../../shared/silence.ts";
import type { NewNotification, ReleasedNotification } from "../ports.ts";
import type { AlertEffect, Effect } from "../verdict/effect.ts";
import type { AlertBook } from "./book.ts";
import type { EventLookups } from "./events.ts";
import type { RaisedAlert } from "./reminding.ts";

/** What some steps of the engine gave, where it may go, and what operators said. */
export interface PlanInput {
  /** Effects of the steps. */
  effects: readonly Effect[];
  /** Their public events; an event without an effect goes only to channels that ask for it. */
  events: readonly PublicEvent[];
  /** Ids of events that were planned before: what is stored was planned. Default none. */
  known?: ReadonlySet<string> | undefined;
  /** All channels. */
  channels: readonly Channel[];
  /** Silences that are not over. Default none. */
  silences?: readonly Silence[] | undefined;
  /** The tree of routes; null, the default: every channel is told. */
  routes?: RouteNode | null | undefined;
  /** Incidents and folds about to be said again that somebody acknowledged. Default none. */
  acknowledged?: readonly string[] | undefined;
  /** Log time of the planning, in a replay the wall clock. */
  nowMs: number;
  lookups: EventLookups;
  /** Share of all targets that have this label, 0 to 1. Default 0. */
  shareOf?: ((key: string, value: string) => number) | undefined;
}

/** What is sent, withheld and remembered; `events` come beside those of the input. */
export interface AlertPlan {
  events: PublicEvent[];
  notifications: NewNotification[];
  released: ReleasedNotification[];
}

/** An event, the alert that it tells of, a channel, and why it goes there or not. */
export interface Candidate {
  event: PublicEvent;
  /** The alert that this event tells a person of, or stands beside; null when there is none. */
  alert: AlertEffect | null;
  /** Whether it is the one event that tells a person of the alert. */
  carries: boolean;
  channel: Channel;
  /** The channel names its events; routes do not bind it. */
  asked: boolean;
  facts: MatcherFacts;
  manner: RouteManner;
  state: "pending" | "withheld";
  /** Sentence. */
  reason: string;
  /** The silence that withholds it. */
  silenced: boolean;
}

/** The draft. Steps change it, and the book. */
export interface Draft {
  input: PlanInput;
  book: AlertBook;
  candidates: Candidate[];
  /** Alerts that were told now for the first time, by audience. */
  raised: Map<string, RaisedAlert[]>;
  /** Incidents and folds that are over, by audience. */
  settled: Map<string, string[]>;
  plan: AlertPlan;
}

/** Adds to a list of a table, making the list when there is none. */
export function addTo<Key, Value>(table: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = table.get(key);
  if (known) known.push(value);
  else table.set(key, [value]);
}

/** Takes a candidate out of what is sent; the first reason stands. */
export function withhold(candidate: Candidate, reason: string): void {
  if (candidate.state === "withheld") return;
  candidate.state = "withheld";
  candidate.reason = reason;
}

/** The stable id of the notification of an event for a channel. */
export function messageIdOf(eventId: string, channelId: string): string {
  return `msg_${eventId.replace(/^evt_/, "")}_${channelId}`;
}
