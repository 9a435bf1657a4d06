/** What one fold of a replay comes to: its transitions and incidents, and its figures. */
import { isoTime } from "../../shared/clock.ts";
import type { ReplaySide, ReplaySighting } from "../../shared/api/replay.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import type { AlertEffect, Effect, IncidentEffect, TransitionEffect } from "../verdict/effect.ts";
import { isBad } from "../verdict/machine.ts";
import type { EngineState, TargetRecord } from "../verdict/state.ts";

/** A bad incident that is over sooner may have been a false alarm. */
const BRIEF_MS = 60_000;

/** The time that is looked at. */
export interface Period {
  sinceMs: number;
  untilMs: number;
  /** Id of the only target that is looked at; null: all. */
  targetId: string | null;
}

/** A transition of one fold. */
export interface SideTransition {
  targetId: string;
  target: string;
  number: number;
  atMs: number;
  from: VerdictState;
  to: VerdictState;
}

/** An incident of one fold. */
export interface SideIncident {
  id: string;
  targetId: string;
  target: string;
  state: VerdictState;
  openedAtMs: number;
  resolvedAtMs: number | null;
  pagedAtMs: number | null;
  /** First failure of the vantages that failed as it opened. */
  beganAtMs: number;
  /** Whether a vantage reached the target as the incident opened. */
  reached: boolean;
  sentence: string;
}

/** The account of one fold. */
export interface Side {
  /** In order; beyond the bound they are only counted, as incidents are. */
  transitions: SideTransition[];
  transitionCount: number;
  incidents: SideIncident[];
  incidentCount: number;
  pages: number;
  badMs: number;
  unknownMs: number;
  period: Period;
}

/** An account with nothing in it. */
export function createSide(period: Period): Side {
  return {
    transitions: [],
    transitionCount: 0,
    incidents: [],
    incidentCount: 0,
    pages: 0,
    badMs: 0,
    unknownMs: 0,
    period,
  };
}

/** Takes the effects of one step into the account; `state` is the one after the step. */
export function account(side: Side, state: EngineState, effects: readonly Effect[]): void {
  const { sinceMs, untilMs, targetId } = side.period;
  for (const effect of effects) {
    if (!("targetId" in effect) || (targetId !== null && effect.targetId !== targetId)) continue;
    if (effect.type === "uptime") addTime(side, effect);
    if (!("atMs" in effect) || effect.atMs < sinceMs || effect.atMs > untilMs) continue;
    if (effect.type === "transition") addTransition(side, effect);
    else if (effect.type === "incident") addIncident(side, state, { effect, effects });
    else if (effect.type === "alert") addAlert(side, effect);
  }
}

/** Ends the account: the time that targets are in their last state is counted too. */
export function closeAccount(side: Side, state: EngineState): void {
  const { targetId, untilMs } = side.period;
  for (const { id, span } of state.targets.values()) {
    if (targetId === null || id === targetId) addTime(side, { ...span, toMs: untilMs });
  }
}

interface Span {
  state: VerdictState;
  fromMs: number;
  toMs: number;
}

function addTime(side: Side, { state, fromMs, toMs }: Span): void {
  const { sinceMs, untilMs } = side.period;
  const lengthMs = Math.max(0, Math.min(toMs, untilMs) - Math.max(fromMs, sinceMs));
  if (isBad(state)) side.badMs += lengthMs;
  else if (state === "unknown") side.unknownMs += lengthMs;
}

function addTransition(side: Side, effect: TransitionEffect): void {
  const { targetId, number, atMs, from, to, explanation } = effect;
  side.transitionCount += 1;
  if (side.transitions.length >= LIMITS.replayTransitionsMax) return;
  side.transitions.push({ targetId, target: explanation.targetName, number, atMs, from, to });
}

interface Change {
  effect: IncidentEffect;
  effects: readonly Effect[];
}

function addIncident(side: Side, state: EngineState, { effect, effects }: Change): void {
  const { change, incidentId, targetId, atMs } = effect;
  if (change !== "opened") {
    const open = side.incidents.findLast(({ id }) => id === incidentId);
    if (open && change !== "changed") open.resolvedAtMs = atMs;
    return;
  }
  side.incidentCount += 1;
  if (side.incidents.length >= LIMITS.replayIncidentsMax) return;
  const transition = effects.find(
    (other) => other.type === "transition" && other.targetId === targetId && other.atMs === atMs,
  );
  const explanation = transition?.type === "transition" ? transition.explanation : null;
  const target = state.targets.get(targetId);
  side.incidents.push({
    id: incidentId,
    targetId,
    target: effect.targetName,
    state: explanation?.state ?? "down",
    openedAtMs: atMs,
    resolvedAtMs: null,
    pagedAtMs: null,
    beganAtMs: Math.min(atMs, target ? firstFailureMs(state, target) : atMs),
    reached: (explanation?.quorum.ok ?? 0) > 0,
    sentence: explanation?.sentence ?? effect.sentence,
  });
}

/** When the failures began that the vantages of a target end with, as far as evidence is kept. */
function firstFailureMs({ evidence }: EngineState, target: TargetRecord): number {
  let firstMs = Infinity;
  for (const { row } of target.pairs) {
    for (let age = 0; age < evidence.count(row) && evidence.outcome(row, age) !== 1; age += 1) {
      firstMs = Math.min(firstMs, evidence.loMs(row, age));
    }
  }
  return firstMs;
}

function addAlert(side: Side, { change, incidentId, atMs }: AlertEffect): void {
  if (change !== "raised") return;
  side.pages += 1;
  const incident = side.incidents.findLast(({ id }) => id === incidentId);
  if (incident) incident.pagedAtMs = atMs;
}

/** Why an incident may have been a false alarm; partial ones say themselves who reaches it. */
function falseAlarmOf(incident: SideIncident, untilMs: number): ReplaySighting["falseAlarm"] {
  if (!isBad(incident.state)) return null;
  if (incident.reached) return "reached";
  const { openedAtMs, resolvedAtMs } = incident;
  if (resolvedAtMs === null || resolvedAtMs > untilMs) return null;
  return resolvedAtMs - openedAtMs < BRIEF_MS ? "brief" : null;
}

/** An incident as the API shows it. */
export function sightingOf(incident: SideIncident, { untilMs }: Period): ReplaySighting {
  const { state, openedAtMs, resolvedAtMs, pagedAtMs, beganAtMs, sentence } = incident;
  return {
    state,
    openedAt: isoTime(openedAtMs),
    resolvedAt: resolvedAtMs === null ? null : isoTime(resolvedAtMs),
    pagedAt: pagedAtMs === null ? null : isoTime(pagedAtMs),
    delayMs: openedAtMs - beganAtMs,
    falseAlarm: falseAlarmOf(incident, untilMs),
    sentence,
  };
}

/** The figures of an account; `alone` outages were seen by nobody else. */
export function figuresOf(side: Side, alone: number): ReplaySide {
  const { incidents, pages, transitionCount: transitions, period } = side;
  const delays = incidents
    .filter(({ state }) => isBad(state))
    .map(({ openedAtMs, beganAtMs }) => openedAtMs - beganAtMs)
    .toSorted((left, right) => left - right);
  const rank = (share: number): number => delays[Math.ceil(share * delays.length) - 1] ?? 0;
  return {
    transitions,
    incidents: side.incidentCount,
    pages,
    falseAlarms: incidents.filter((one) => falseAlarmOf(one, period.untilMs) !== null).length,
    alone,
    delayMs: delays.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95), max: rank(1) },
    badMs: side.badMs,
    unknownMs: side.unknownMs,
  };
}
