/** Says alerts again that nobody acknowledged, and what no event of the fold stands for. */
import { isoTime } from "../../shared/clock.ts";
import type { EventData, PublicEvent } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import { silenceOf } from "../../shared/silence.ts";
import { foldsDueMs, setReminders, settingsOf } from "./book.ts";
import { messageIdOf } from "./draft.ts";
import type { Draft } from "./draft.ts";
import type { Fold } from "./folding.ts";
import { durationText, planReminders } from "./reminding.ts";
import type { Reminder, ReminderSettings } from "./reminding.ts";
import { takesType } from "./subscribing.ts";
import { silencedReason } from "./withholding.ts";

/** A message of its own, and who gets it. */
export interface Notice {
  event: PublicEvent;
  orderKey: string;
  /** Ids. */
  channels: readonly string[];
  reason: string;
  /** Default pending. */
  state?: "pending" | "withheld";
}

/** Writes a message down for those of the channels that are there and enabled. */
export function notify({ input, plan }: Draft, notice: Notice): void {
  const { event, orderKey, channels, reason, state = "pending" } = notice;
  const body = JSON.stringify(event);
  const createdAtMs = Date.parse(event.timestamp);
  plan.events.push(event);
  for (const { id: channelId, spec } of input.channels) {
    if (!spec.enabled || !channels.includes(channelId)) continue;
    const id = messageIdOf(event.id, channelId);
    plan.notifications.push({ id, channelId, orderKey, state, reason, body, createdAtMs });
  }
}

/** Reminders with growing gaps, and the ladder, of all audiences that something is due for. */
export function remindAndEscalate(draft: Draft): void {
  const { book, input, raised, settled } = draft;
  const due = [...book.dues].filter(([, dueMs]) => dueMs <= input.nowMs);
  const audiences = [...raised.keys(), ...settled.keys(), ...due.map(([audience]) => audience)];
  for (const audience of new Set([...audiences, ...book.folds.keys()])) remind(draft, audience);
}

function remind(draft: Draft, audience: string): void {
  const { book, input } = draft;
  const known = book.audiences.get(audience);
  if (!known) return;
  const before = book.reminders.get(audience) ?? {};
  const settings = withIds(draft, settingsOf(known.manner));
  const acknowledged = (input.acknowledged ?? []).filter((id) => Object.hasOwn(before, id));
  const { state, reminders, dueMs } = planReminders(before, {
    raised: draft.raised.get(audience) ?? [],
    settled: draft.settled.get(audience) ?? [],
    acknowledged,
    nowMs: input.nowMs,
    settings,
  });
  setReminders(book, audience, state);
  for (const reminder of reminders) sayAgain(draft, audience, reminder);
  book.dues.set(audience, Math.min(dueMs ?? Infinity, foldsDueMs(book, audience)));
}

/** The ladder names channels by name; one that is not there tells nobody. */
function withIds({ input }: Draft, { gapsMs, ladder }: ReminderSettings): ReminderSettings {
  const idsOf = (names: readonly string[]): string[] =>
    input.channels.filter(({ spec }) => names.includes(spec.name)).map(({ id }) => id);
  return {
    gapsMs,
    ladder: ladder.map(({ afterMs, channels }) => ({ afterMs, channels: idsOf(channels) })),
  };
}

function sayAgain(draft: Draft, audience: string, reminder: Reminder): void {
  const { input, book } = draft;
  const { incidentId, about, type, number, reason } = reminder;
  const fold = book.folds.get(audience)?.folds.find(({ id }) => id === incidentId);
  const isEscalation = type === "alert.escalated";
  const links = input.lookups.links?.(incidentId);
  const event: PublicEvent = {
    id: `evt_${incidentId}_${audience}_${isEscalation ? "step" : "again"}${number}`,
    type,
    timestamp: isoTime(input.nowMs),
    data: {
      ...(about.targetId === null ? dataOfFold(reminder, fold) : dataOfIncident(draft, reminder)),
      severity: about.severity,
      since: isoTime(reminder.raisedAtMs),
      reason,
      ...(isEscalation ? {} : { reminder: number }),
      ...(links ? { links } : {}),
    },
  };
  // Who names the events it wants is reminded when it asks for reminders; the ladder names whom.
  const channels = input.channels
    .filter((one) => reminder.channels.includes(one.id) && (isEscalation || takesType(one, type)))
    .map(({ id }) => id);
  const silence = silenceOf(input.silences ?? [], factsOf(event), input.nowMs);
  const said = { event, orderKey: about.targetId ?? incidentId, channels };
  if (silence) notify(draft, { ...said, reason: silencedReason(silence), state: "withheld" });
  else notify(draft, { ...said, reason });
}

function ageOf({ raisedAtMs }: Reminder, nowMs: number): string {
  return `for ${durationText(nowMs - raisedAtMs)}, and nobody acknowledged it`;
}

function dataOfIncident({ input }: Draft, reminder: Reminder): EventData {
  const { about, incidentId } = reminder;
  const spec = input.lookups.target(about.targetId ?? "")?.spec;
  const { name, kind, labels, playbookUrl } = { kind: "unknown", labels: {}, ...about, ...spec };
  const playbook = playbookUrl === undefined ? {} : { playbookUrl };
  return {
    sentence: `${name} is in trouble ${ageOf(reminder, input.nowMs)}.`,
    target: { id: about.targetId ?? "", name, kind, labels, ...playbook },
    incidentId,
  };
}

function dataOfFold(reminder: Reminder, fold: Fold | undefined): EventData {
  const { about, incidentId: id } = reminder;
  const { left = 0, count = 0, open = {} } = fold ?? {};
  const names = Object.values(open).slice(0, LIMITS.foldedNamesMax);
  return {
    sentence:
      `${left} of ${count} targets that went down together (${about.name}) are still down, ` +
      "and nobody acknowledged it.",
    folded: { id, cause: about.name, to: "bad", count: left, names },
  };
}

function factsOf({ type, data }: PublicEvent): MatcherFacts {
  const { target, severity = "major" } = data;
  const told = { severity, type, scope: "target" };
  return target ? { ...target.labels, ...told, target: target.name, kind: target.kind } : told;
}
