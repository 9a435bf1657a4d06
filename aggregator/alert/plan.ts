/**
 * Plans what is sent: events and channels in, notification intents out. No clock, no I/O: the
 * intents, and what the book remembers of them, are committed in the transaction of the events, so
 * none of them exists without the others.
 */
import type { PublicEvent } from "../../shared/event.ts";
import type { NewNotification } from "../ports.ts";
import { dropIdle } from "./book.ts";
import type { AlertBook } from "./book.ts";
import { messageIdOf } from "./draft.ts";
import type { AlertPlan, Candidate, Draft, PlanInput } from "./draft.ts";
import { groupByCause } from "./grouping.ts";
import { remindAndEscalate } from "./saying.ts";
import { takeSubscribed } from "./subscribing.ts";
import { routeRest, withholdHeld, withholdSilenced } from "./withholding.ts";

/**
 * The steps, in order.
 *
 * | step | what it does |
 * |---|---|
 * | takeSubscribed | every event to every channel that asks for it, or is told of it by default |
 * | withholdHeld | what the fold holds: a bad parent, maintenance, flapping, a blind mesh |
 * | withholdSilenced | what operators silenced, until the silence ends |
 * | routeRest | by the tree of routes; an end goes to those who were told of the beginning |
 * | groupByCause | many at once wait a little and become one message for each cause |
 * | remindAndEscalate | again with growing gaps, and to others, until somebody acknowledges |
 * | writeDown | an intent for each candidate, pending or withheld, with its reason |
 */
const STEPS: readonly ((draft: Draft) => void)[] = [
  takeSubscribed,
  withholdHeld,
  withholdSilenced,
  routeRest,
  groupByCause,
  remindAndEscalate,
  writeDown,
];

/** Plans, and takes the book along: its changes are committed with what is planned. */
export function planAlerts(book: AlertBook, input: PlanInput): AlertPlan {
  const plan: AlertPlan = { events: [], notifications: [], released: [] };
  const draft = { input, book, candidates: [], raised: new Map(), settled: new Map(), plan };
  for (const step of STEPS) step(draft);
  for (const audience of book.audiences.keys()) dropIdle(book, audience);
  return plan;
}

/** In the order of the events, then of the channels; before what this planning adds. */
function writeDown({ candidates, plan }: Draft): void {
  const bodies = new Map<string, string>();
  const intents = candidates.map((candidate) => intentOf(candidate, bodies));
  plan.notifications = [...intents, ...plan.notifications];
}

function intentOf(candidate: Candidate, bodies: Map<string, string>): NewNotification {
  const { event, channel, reason, state } = candidate;
  const key = `${state} ${event.id}`;
  const body = bodies.get(key) ?? JSON.stringify(state === "pending" ? event : briefOf(event));
  bodies.set(key, body);
  return {
    id: messageIdOf(event.id, channel.id),
    channelId: channel.id,
    orderKey: orderKeyOf(event),
    state,
    reason,
    body,
    createdAtMs: Date.parse(event.timestamp),
  };
}

/** What is withheld may be a whole storm: its evidence stands in the event, and is left there. */
function briefOf(event: PublicEvent): PublicEvent {
  const { vantages: _vantages, vantagesLeftOut: _leftOut, ...data } = event.data;
  return { ...event, data };
}

function orderKeyOf({ data }: PublicEvent): string {
  return data.target?.id ?? data.probe?.id ?? "mesh";
}
