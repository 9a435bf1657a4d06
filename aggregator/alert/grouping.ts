/** Groups alerts: those of a storm become one message for each cause, a lone one goes at once. */
import { isoTime } from "../../shared/clock.ts";
import type { PublicEvent } from "../../shared/event.ts";
import type { MatcherFacts } from "../../shared/matcher.ts";
import { silenceOf } from "../../shared/silence.ts";
import type { AlertEffect } from "../verdict/effect.ts";
import { audienceOf, foldsDueMs, noteTold, setFolds, setSilenced, SILENCES_DUE } from "./book.ts";
import { addTo, messageIdOf, withhold } from "./draft.ts";
import type { Candidate, Draft } from "./draft.ts";
import { planFolds } from "./folding.ts";
import type { FoldAlert, FoldMessage, FoldPlan } from "./folding.ts";
import { notify } from "./saying.ts";

/** Alerts on their way to the folds, by audience, and the candidates that they stand for. */
interface Grouping {
  draft: Draft;
  queues: Map<string, FoldAlert[]>;
  own: Map<FoldAlert, Candidate[]>;
}

/** Takes new alerts, those that a silence no longer covers, and what waited long enough. */
export function groupByCause(draft: Draft): void {
  const { book, input } = draft;
  const grouping: Grouping = { draft, queues: new Map(), own: new Map() };
  const byAlert = new Map<AlertEffect, Candidate[]>();
  for (const candidate of draft.candidates) {
    if (candidate.alert) addTo(byAlert, candidate.alert, candidate);
  }
  for (const [alert, candidates] of byAlert) {
    if (alert.change === "raised") takeRaised(grouping, alert, candidates);
    else if (alert.change === "cleared") takeCleared(grouping, alert, candidates);
  }
  takeUnsilenced(grouping);
  const due = [...book.folds].filter(([audience]) => foldsDueMs(book, audience) <= input.nowMs);
  const audiences = new Set([...grouping.queues.keys(), ...due.map(([audience]) => audience)]);
  for (const audience of audiences) foldAudience(grouping, audience);
}

function takeRaised(grouping: Grouping, alert: AlertEffect, candidates: Candidate[]): void {
  const { book } = grouping.draft;
  const parts = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const fold = candidate.channel.spec.delivery?.fold ?? true;
    addTo(parts, `${fold} ${JSON.stringify(candidate.manner)}`, candidate);
  }
  for (const part of parts.values()) {
    const [first] = part;
    if (!first) continue;
    const channels = [...new Set(part.map(({ channel }) => channel.id))];
    const fold = first.channel.spec.delivery?.fold ?? true;
    const audience = audienceOf(book, { channels, manner: first.manner, fold });
    const told = foldAlertOf(alert, part, audience);
    noteTold(book, alert.incidentId, audience);
    if (first.silenced) setSilenced(book, told, { alert: told, facts: first.facts });
    else enqueue(grouping, told, part);
  }
}

function enqueue({ queues, own }: Grouping, alert: FoldAlert, candidates: Candidate[]): void {
  addTo(queues, alert.audience, alert);
  own.set(alert, candidates);
}

function takeCleared(grouping: Grouping, alert: AlertEffect, candidates: Candidate[]): void {
  const { book } = grouping.draft;
  const { incidentId } = alert;
  for (const audience of book.told.get(incidentId) ?? []) {
    const channels = book.audiences.get(audience)?.channels ?? [];
    const part = candidates.filter(({ channel }) => channels.includes(channel.id));
    if (book.silenced.get(audience)?.has(incidentId)) {
      setSilenced(book, { audience, incidentId }, null);
      const reason = "Withheld because its alert was silenced until it was over.";
      for (const candidate of part) withhold(candidate, reason);
    } else {
      enqueue(grouping, foldAlertOf(alert, part, audience), part);
    }
  }
  book.told.delete(incidentId);
}

/** Evidence beyond the second place says only that there is no single place. */
const PLACES = 2;

function foldAlertOf(alert: AlertEffect, part: Candidate[], audience: string): FoldAlert {
  const { incidentId, targetId, severity, atMs, explanation, fell } = alert;
  const failing = explanation.vantages.filter(({ vote }) => vote === "dead" || vote === "sub");
  const firstOf = (names: string[]) => [...new Set(names)].toSorted().slice(0, PLACES);
  return {
    audience,
    change: alert.change === "cleared" ? "cleared" : "raised",
    incidentId,
    targetId,
    eventIds: [...new Set(part.map(({ event }) => event.id))],
    name: alert.targetName,
    labels: part[0]?.event.data.target?.labels ?? {},
    regions: firstOf(failing.map(({ region }) => region)),
    vantages: firstOf(failing.map(({ probeName }) => probeName)),
    severity,
    atMs,
    fellInMinute: fell.inMinute,
  };
}

/** What a silence withheld and covers no longer is an alert after all, if it is not over. */
function takeUnsilenced(grouping: Grouping): void {
  const { book, input } = grouping.draft;
  const { silences = [], nowMs } = input;
  const seen = silences.map(({ id, revision }) => `${id} ${revision}`).join();
  const isDue = (book.dues.get(SILENCES_DUE) ?? Infinity) <= nowMs;
  if (seen !== book.silencesSeen || isDue) {
    const isCovered = (facts: MatcherFacts) => silenceOf(silences, facts, nowMs) !== null;
    for (const [audience, silenced] of book.silenced) {
      const over = [...silenced].filter(([, { facts }]) => !isCovered(facts));
      for (const [incidentId, { alert }] of over) {
        setSilenced(book, { audience, incidentId }, null);
        enqueue(grouping, { ...alert, atMs: nowMs, fellInMinute: over.length }, []);
      }
    }
  }
  book.silencesSeen = seen;
  const ends = silences.map(({ spec }) => spec.endsAtMs).filter((endsAtMs) => endsAtMs > nowMs);
  if (book.silenced.size === 0) book.dues.delete(SILENCES_DUE);
  else book.dues.set(SILENCES_DUE, Math.min(...ends));
}

function foldAudience(grouping: Grouping, audience: string): void {
  const { draft, queues } = grouping;
  const { book, input } = draft;
  const known = book.audiences.get(audience);
  if (!known) return;
  const alerts = queues.get(audience) ?? [];
  if (!known.fold) {
    for (const alert of alerts) sendAlone(grouping, alert);
    return;
  }
  const before = book.folds.get(audience);
  const plan = planFolds(
    { audiences: before ? { [audience]: before } : {}, next: book.next },
    {
      alerts,
      nowMs: input.nowMs,
      settings: known.manner.group,
      shareOf: input.shareOf ?? (() => 0),
    },
  );
  if (plan.state.next !== book.next) book.changes.set("next", plan.state.next);
  book.next = plan.state.next;
  setFolds(book, audience, plan.state.audiences[audience]);
  withholdFolded(grouping, alerts, plan);
  for (const alert of plan.alone) sendAlone(grouping, alert);
  for (const message of plan.messages) tellFold(draft, message);
}

/** What is not sent alone has its reason; what waits is one of many by then. */
function withholdFolded({ own }: Grouping, alerts: readonly FoldAlert[], plan: FoldPlan): void {
  const reasons = new Map(plan.withheld.map(({ alert, reason }) => [alert, reason]));
  const alone = new Set(plan.alone);
  for (const alert of alerts) {
    if (alone.has(alert)) continue;
    const count = alert.fellInMinute;
    const waits = `Withheld because ${count} fell within a minute: one message tells of them all.`;
    for (const candidate of own.get(alert) ?? []) withhold(candidate, reasons.get(alert) ?? waits);
  }
}

/** Its candidates go as they are; what was withheld by now is released. */
function sendAlone({ draft, own }: Grouping, alert: FoldAlert): void {
  const { book, plan, input } = draft;
  const { audience, incidentId, eventIds, targetId, name, severity } = alert;
  if (alert.change === "cleared") {
    addTo(draft.settled, audience, incidentId);
    return;
  }
  const channels = book.audiences.get(audience)?.channels ?? [];
  const about = { targetId, name, severity };
  addTo(draft.raised, audience, { incidentId, about, atMs: alert.atMs, channels });
  if ((own.get(alert) ?? []).length > 0) return;
  const reason = `Sent because nothing withholds ${incidentId} any more, and it is not over.`;
  for (const eventId of eventIds) {
    for (const channelId of channels) {
      const id = messageIdOf(eventId, channelId);
      plan.released.push({ id, eventId, reason, atMs: input.nowMs });
    }
  }
}

/** One message that stands for many; its beginning is reminded of like any alert. */
function tellFold(draft: Draft, { audience, folded, severity, sentence, atMs }: FoldMessage): void {
  const { book, input } = draft;
  const { id, cause, to } = folded;
  const reminded = book.reminders.get(audience)?.[id];
  const channels = reminded?.channels ?? book.audiences.get(audience)?.channels ?? [];
  const isNew = to === "bad" && reminded === undefined;
  if (isNew) {
    const about = { targetId: null, name: cause, severity };
    addTo(draft.raised, audience, { incidentId: id, about, atMs, channels });
  }
  if (to === "well") addTo(draft.settled, audience, id);
  const links = input.lookups.links?.(id);
  const event: PublicEvent = {
    id: `evt_${id}_${isNew ? "bad" : to === "bad" ? "few" : "well"}`,
    type: "alert.folded",
    timestamp: isoTime(Math.max(atMs, input.nowMs)),
    data: { sentence, severity, folded, ...(links && to === "bad" ? { links } : {}) },
  };
  const what = to === "well" ? "are over" : isNew ? "came at once" : "are over but for a few";
  notify(draft, { event, orderKey: id, channels, reason: `Sent because many alerts ${what}.` });
}
