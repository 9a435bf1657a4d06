/** What a policy said over time: when each target was called bad. */
import type { IncidentEffect, TransitionEffect } from "../../aggregator/verdict/effect.ts";
import type { VerdictState } from "../../shared/verdict.ts";

/** A time span. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** One policy's sayings. */
export interface Track {
  readonly name: string;
  /** By target: times in which it was called bad. */
  readonly bad: Span[][];
  /** By target: times with an open incident of PARTIAL; of the engine only. */
  readonly partial: Span[][];
  /** By target: times of notices of a probable outage; of the engine only. */
  readonly noticed: number[][];
  /** By target: the verdict of the engine and since when; of the engine only. */
  readonly states: { state: VerdictState; sinceMs: number }[];
  /** Milliseconds in UNKNOWN, of all targets together. */
  unknownMs: number;
}

/** A policy that has said nothing. */
export function createTrack(name: string, targets: number): Track {
  const spans = (): Span[][] => Array.from({ length: targets }, () => []);
  const noticed = Array.from({ length: targets }, () => []);
  return { name, bad: spans(), partial: spans(), noticed, states: [], unknownMs: 0 };
}

/** Opens or closes the last span of a list, as `on` says. */
export function mark(spans: Span[] | undefined, on: boolean, nowMs: number): void {
  const last = spans?.at(-1);
  const open = last?.toMs === Infinity;
  if (on && !open) spans?.push({ fromMs: nowMs, toMs: Infinity });
  else if (!on && open) last.toMs = nowMs;
}

/** Takes a transition of the engine. */
export function noteTransition(
  track: Track,
  { target, to }: Pick<TransitionEffect, "to"> & { target: number },
  nowMs: number,
): void {
  mark(track.bad[target], to === "down" || to === "sub_healthy", nowMs);
  count(track, target, nowMs);
  track.states[target] = { state: to, sinceMs: nowMs };
}

/** Takes a change of an incident; those of PARTIAL are major. */
export function noteIncident(
  track: Track,
  { target, change, severity }: Pick<IncidentEffect, "change" | "severity"> & { target: number },
  nowMs: number,
): void {
  if (severity !== "major") return;
  mark(track.partial[target], change === "opened" || change === "changed", nowMs);
}

/** Counts the verdicts that last until the end. */
export function closeTrack(track: Track, endMs: number): void {
  for (const target of track.states.keys()) count(track, target, endMs);
}

function count(track: Track, target: number, nowMs: number): void {
  const before = track.states[target];
  if (before?.state === "unknown") track.unknownMs += nowMs - before.sinceMs;
}
