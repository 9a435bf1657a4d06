/**
 * Storm folding: many alerts of an audience at once become one message for each cause, with counts
 * and the first names. Pure: state and alerts in, state and what is sent out; the state is plain
 * JSON, so that it can be kept in the transaction of what it sends.
 */
import type { FoldedTargets, Severity } from "../../shared/event.ts";
import { LIMITS } from "../../shared/limits.ts";
import { groupByCause } from "./causes.ts";
import type { Fallen } from "./causes.ts";

/** An alert on its way to one audience: channels that are told of it in the same manner. */
export interface FoldAlert extends Fallen {
  audience: string;
  change: "raised" | "cleared";
  incidentId: string;
  targetId: string;
  /** The events that tell of it when it is sent alone. */
  eventIds: readonly string[];
  severity: Severity;
  atMs: number;
  /** Incidents that opened in the minute up to this alert, whatever channel is told. */
  fellInMinute: number;
}

/** How an audience is spared. */
export interface FoldSettings {
  /** Alerts within a minute from which on they are folded. Default 5. */
  min: number;
  /** Time in milliseconds that the first of a storm waits for the others. Default 5,000. */
  waitMs: number;
  /** Time in milliseconds between two folded messages of one storm. Default 60,000. */
  intervalMs: number;
}

/** Folding as it is done when nobody says otherwise. */
export const FOLD_DEFAULTS: FoldSettings = { min: 5, waitMs: 5_000, intervalMs: 60_000 };

/** Incidents that one message told of. */
export interface Fold {
  id: string;
  cause: string;
  /** Incidents that are not over, each with its target's name. */
  open: Record<string, string>;
  /** Incidents in `open`, which nobody should have to count 50,000 times. */
  left: number;
  count: number;
  /** Whether it was told that only a few are left. */
  toldFew: boolean;
}

/** What is known of one audience. */
export interface AudienceFolds {
  /** Alerts by incident, in the order in which they came. */
  waiting: Record<string, FoldAlert>;
  /** When what waits is told; null when nothing does. */
  dueMs: number | null;
  lastToldMs: number | null;
  folds: Fold[];
}

/** What folding keeps between two calls. */
export interface FoldState {
  audiences: Record<string, AudienceFolds>;
  /** Number of the next fold. */
  next: number;
}

/** A message that stands for several alerts. */
export interface FoldMessage {
  audience: string;
  folded: FoldedTargets;
  severity: Severity;
  sentence: string;
  atMs: number;
}

/** What becomes of the alerts. */
export interface FoldPlan {
  state: FoldState;
  /** Sent each alone. */
  alone: FoldAlert[];
  /** Not sent alone, and why, as a sentence. */
  withheld: { alert: FoldAlert; reason: string }[];
  messages: FoldMessage[];
  /** When to call again although nothing happens; null when there is no need. */
  dueMs: number | null;
}

/** What folding is given. */
export interface FoldInput {
  alerts: readonly FoldAlert[];
  nowMs: number;
  settings: FoldSettings;
  /** Share of all targets that have this label, 0 to 1. */
  shareOf: (key: string, value: string) => number;
}

/** Nothing folded yet. */
export function noFolds(): FoldState {
  return { audiences: {}, next: 1 };
}

/**
 * Takes alerts and the time, and tells what is sent alone, folded or withheld.
 *
 * | alert | when | what becomes of it |
 * |---|---|---|
 * | raised | fewer than `min` fell within the minute | sent alone |
 * | raised | else | waits for `waitMs`, or `intervalMs` after the last folded message |
 * | cleared | its alert still waits | neither is sent, both are withheld |
 * | cleared | its alert was folded | withheld; told when few of the fold are left, and at its end |
 * | cleared | else | sent alone |
 */
export function planFolds(before: FoldState, input: FoldInput): FoldPlan {
  const plan: FoldPlan = {
    state: copyOf(before),
    alone: [],
    withheld: [],
    messages: [],
    dueMs: null,
  };
  for (const alert of input.alerts) {
    if (alert.change === "raised") takeRaised(plan, alert, input);
    else takeCleared(plan, alert, input.settings);
  }
  for (const [audience, known] of Object.entries(plan.state.audiences)) {
    if (known.dueMs !== null && known.dueMs <= input.nowMs) {
      tellWaiting(plan, { audience, known }, input);
    }
    if (known.dueMs === null && known.folds.length === 0 && isQuiet(known, input)) {
      delete plan.state.audiences[audience];
    }
  }
  const dues = Object.values(plan.state.audiences).flatMap(({ dueMs }) => dueMs ?? []);
  plan.dueMs = dues.length === 0 ? null : Math.min(...dues);
  return plan;
}

/** As deep as it is written to: the alerts themselves never change. */
function copyOf({ audiences, next }: FoldState): FoldState {
  const copies = Object.entries(audiences).map(([audience, known]) => {
    const folds = known.folds.map((fold) => ({ ...fold, open: { ...fold.open } }));
    return [audience, { ...known, waiting: { ...known.waiting }, folds }] as const;
  });
  return { audiences: Object.fromEntries(copies), next };
}

function foldsOf({ state }: FoldPlan, audience: string): AudienceFolds {
  return (state.audiences[audience] ??= { waiting: {}, dueMs: null, lastToldMs: null, folds: [] });
}

function isQuiet({ lastToldMs }: AudienceFolds, { nowMs, settings }: FoldInput): boolean {
  return lastToldMs === null || nowMs - lastToldMs >= settings.intervalMs;
}

function takeRaised(plan: FoldPlan, alert: FoldAlert, { settings }: FoldInput): void {
  const known = plan.state.audiences[alert.audience];
  const isStorm = alert.fellInMinute >= settings.min || typeof known?.dueMs === "number";
  if (!isStorm) {
    plan.alone.push(alert);
    return;
  }
  const folds = foldsOf(plan, alert.audience);
  folds.waiting[alert.incidentId] = alert;
  const nextMs = (folds.lastToldMs ?? -Infinity) + settings.intervalMs;
  folds.dueMs ??= Math.max(alert.atMs + settings.waitMs, nextMs);
}

function takeCleared(plan: FoldPlan, alert: FoldAlert, { min }: FoldSettings): void {
  const known = plan.state.audiences[alert.audience];
  const { incidentId } = alert;
  const waiting = known?.waiting[incidentId];
  if (known && waiting) {
    // What is due and finds nothing is no harm; to look whether anything is left would cost more.
    delete known.waiting[incidentId];
    const reason = "Withheld because it was over before the storm it came in was told.";
    plan.withheld.push({ alert: waiting, reason }, { alert, reason });
    return;
  }
  const fold = known?.folds.find(({ open }) => Object.hasOwn(open, incidentId));
  if (!known || !fold) {
    plan.alone.push(alert);
    return;
  }
  delete fold.open[incidentId];
  fold.left -= 1;
  const reason = `Withheld because it was told in ${fold.id}, whose end is told once.`;
  plan.withheld.push({ alert, reason });
  tellEnd(plan, { alert, known, fold, min });
}

interface Ending {
  alert: FoldAlert;
  known: AudienceFolds;
  fold: Fold;
  min: number;
}

/** One message when few are left, so that those are not forgotten, and one when none is. */
function tellEnd({ messages }: FoldPlan, { alert, known, fold, min }: Ending): void {
  const { id, cause, count, left } = fold;
  const isOver = left === 0;
  if (isOver) known.folds = known.folds.filter((one) => one !== fold);
  else if (fold.toldFew || left >= min || count < 2 * min) return;
  fold.toldFew = true;
  const names = Object.values(fold.open);
  const { audience, atMs, severity } = alert;
  messages.push({
    audience,
    atMs,
    severity,
    folded: isOver
      ? { id, cause, to: "well", count, names: [alert.name] }
      : { id, cause, to: "bad", count: left, names },
    sentence: isOver
      ? `All ${count} targets that went down together (${cause}) are up again.`
      : `${count - left} of ${count} targets (${cause}) are up again; ${left} are still down.`,
  });
}

interface Telling {
  audience: string;
  known: AudienceFolds;
}

function tellWaiting(plan: FoldPlan, { audience, known }: Telling, input: FoldInput): void {
  const { settings, shareOf, nowMs } = input;
  const { groups, rest } = groupByCause(Object.values(known.waiting), settings.min, shareOf);
  known.waiting = {};
  known.dueMs = null;
  plan.alone.push(...rest);
  if (groups.length > 0) known.lastToldMs = nowMs;
  for (const { cause, items } of groups) {
    const id = `fold_${plan.state.next}`;
    plan.state.next += 1;
    const open = Object.fromEntries(items.map(({ incidentId, name }) => [incidentId, name]));
    known.folds.push({
      id,
      cause,
      open,
      left: items.length,
      count: items.length,
      toldFew: false,
    });
    const names = items.slice(0, LIMITS.foldedNamesMax).map(({ name }) => name);
    const where = cause === "no common cause" ? "they share nothing" : `what they share: ${cause}`;
    plan.messages.push({
      audience,
      atMs: nowMs,
      severity: worst(items),
      folded: { id, cause, to: "bad", count: items.length, names },
      sentence: `${items.length} targets went down together; ${where}.`,
    });
    const reason = `Withheld because it is told in ${id}, one message for ${items.length} targets.`;
    for (const alert of items) plan.withheld.push({ alert, reason });
  }
}

const RANKS: readonly Severity[] = ["critical", "major", "minor"];

function worst(items: readonly FoldAlert[]): Severity {
  return RANKS.find((rank) => items.some(({ severity }) => severity === rank)) ?? "minor";
}
