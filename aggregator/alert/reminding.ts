/**
 * Reminders with growing gaps, and the escalation ladder: what an alert that nobody acknowledged
 * goes on to say, and to whom. Pure, and its state is plain JSON, kept with what it sends.
 */

import type { Severity } from "../../shared/event.ts";

/** What is said again: an incident, or a fold of many. */
export interface AlertSubject {
  /** Null for a fold. */
  targetId: string | null;
  /** Name of the target, or what the fold has in common. */
  name: string;
  severity: Severity;
}

/** When an alert is said again, and who is told besides. */
export interface ReminderSettings {
  /** Gaps in milliseconds between the alert and its reminders; the last one repeats. */
  gapsMs: readonly number[];
  /** Steps of the ladder; each once, in order of `afterMs`. */
  ladder: readonly { afterMs: number; channels: readonly string[] }[];
}

/** Said again after 15 min, an hour, 4 hours and then once a day; no ladder. */
export const REMINDER_DEFAULTS: ReminderSettings = {
  gapsMs: [900_000, 3_600_000, 14_400_000, 86_400_000],
  ladder: [],
};

/** An alert that is not over. */
export interface OpenAlert {
  /** Id of an incident, or of a fold. */
  incidentId: string;
  about: AlertSubject;
  raisedAtMs: number;
  /** Ids of the channels that were told of it. */
  channels: string[];
  /** Reminders sent so far. */
  reminders: number;
  nextReminderMs: number;
  /** Steps of the ladder taken so far. */
  steps: number;
  /** Somebody acknowledged it: nothing more is said until its end. */
  acknowledged: boolean;
}

/** Alerts that are not over, by incident. */
export type ReminderState = Record<string, OpenAlert>;

/** What happened to alerts since the last call. */
export interface ReminderInput {
  raised: readonly RaisedAlert[];
  /** Incidents that are over. */
  settled: readonly string[];
  /** Incidents that somebody acknowledged. */
  acknowledged: readonly string[];
  nowMs: number;
  settings: ReminderSettings;
}

/** An alert that was told for the first time. */
export interface RaisedAlert {
  incidentId: string;
  about: AlertSubject;
  atMs: number;
  channels: readonly string[];
}

/** One thing to say again. */
export interface Reminder {
  incidentId: string;
  about: AlertSubject;
  raisedAtMs: number;
  type: "alert.reminder" | "alert.escalated";
  /** Which reminder, or which step of the ladder, from 1; makes a stable id with the incident. */
  number: number;
  channels: string[];
  reason: string;
}

/** What is said again now, and when to look next. */
export interface ReminderPlan {
  state: ReminderState;
  reminders: Reminder[];
  /** Null when nothing waits. */
  dueMs: number | null;
}

/**
 * Plans what is said again. Reminders that were missed, as when the aggregator was off, are said
 * once and not all at once; steps of the ladder that were missed are all taken, for each tells
 * other people.
 */
export function planReminders(before: ReminderState, input: ReminderInput): ReminderPlan {
  const { raised, settled, nowMs, settings } = input;
  const state: ReminderState = { ...before };
  for (const { incidentId, about, atMs, channels } of raised) {
    const nextReminderMs = atMs + gapOf(settings, 0);
    const fresh = { reminders: 0, steps: 0, nextReminderMs, raisedAtMs: atMs, acknowledged: false };
    state[incidentId] ??= { incidentId, about, channels: [...channels], ...fresh };
  }
  for (const incidentId of settled) delete state[incidentId];
  for (const incidentId of input.acknowledged) {
    const open = state[incidentId];
    if (open) state[incidentId] = { ...open, acknowledged: true };
  }
  const reminders: Reminder[] = [];
  let dueMs: number | null = null;
  for (const open of Object.values(state)) {
    let next = open;
    const dueNowMs = nextOf(open, settings);
    // What is not due stays the same object, so that only what changed is kept anew.
    if (dueNowMs !== null && dueNowMs <= nowMs) {
      next = sayAgain(open, { nowMs, settings, reminders });
      state[open.incidentId] = next;
    }
    const atMs = nextOf(next, settings);
    if (atMs !== null) dueMs = Math.min(dueMs ?? atMs, atMs);
  }
  return { state, reminders, dueMs };
}

interface Saying {
  nowMs: number;
  settings: ReminderSettings;
  reminders: Reminder[];
}

function sayAgain(open: OpenAlert, { nowMs, settings, reminders }: Saying): OpenAlert {
  const next = { ...open, channels: [...open.channels] };
  const { incidentId, about, raisedAtMs } = open;
  const what = { incidentId, about, raisedAtMs };
  const age = durationText(nowMs - open.raisedAtMs);
  for (const step of settings.ladder.slice(next.steps)) {
    if (nowMs - open.raisedAtMs < step.afterMs) break;
    next.steps += 1;
    const reason = `Sent because nobody acknowledged ${incidentId} for ${age}.`;
    const channels = [...step.channels];
    reminders.push({
      ...what,
      type: "alert.escalated",
      number: next.steps,
      channels,
      reason,
    });
    // Who was told of it is told how it goes on.
    next.channels.push(...channels.filter((name) => !next.channels.includes(name)));
  }
  if (nowMs >= next.nextReminderMs && settings.gapsMs.length > 0) {
    next.reminders += 1;
    next.nextReminderMs = nowMs + gapOf(settings, next.reminders);
    const reason = `Sent because ${incidentId} goes on for ${age}, unacknowledged.`;
    reminders.push({
      ...what,
      type: "alert.reminder",
      number: next.reminders,
      channels: [...open.channels],
      reason,
    });
  }
  return next;
}

function gapOf({ gapsMs }: ReminderSettings, reminders: number): number {
  return gapsMs[Math.min(reminders, gapsMs.length - 1)] ?? 0;
}

/** When something is said again; null when nothing will. */
export function nextOf(open: OpenAlert, { gapsMs, ladder }: ReminderSettings): number | null {
  if (open.acknowledged) return null;
  const step = ladder[open.steps];
  const times = [
    ...(gapsMs.length > 0 ? [open.nextReminderMs] : []),
    ...(step ? [open.raisedAtMs + step.afterMs] : []),
  ];
  return times.length === 0 ? null : Math.min(...times);
}

/** `25 min`, `4 h` or `2 days`, rounded down. */
export function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
