/**
 * Flapping: a target that keeps changing is told once, and not again until it is steady. The
 * weighting is that of Nagios: of 21 samples the 20 changes weigh 0.75 for the oldest to 1.25 for
 * the newest; more than 20 % of all that may change is flapping, less than 5 % is steady
 * (nagios-core base/flapping.c). A sample is taken at every interval, and at every change.
 */
import type { VerdictState } from "../../shared/verdict.ts";
import type { TargetRecord } from "./state.ts";

const CHANGES = 20;
const MASK = 2 ** CHANGES - 1;
/** 20 % and 5 % in units of the weights below: 380 of them are one percent. */
const START_ABOVE = 20 * 380;
const STOP_BELOW = 5 * 380;

/** What of a state counts as a change: well, partly, bad; null for states on the way. */
function classOf(state: VerdictState): "well" | "partial" | "bad" | null {
  switch (state) {
    case "up":
    case "degraded":
      return "well";
    case "partial":
      return "partial";
    case "down":
    case "sub_healthy":
      return "bad";
    case "unknown":
    case "suspect":
    case "recovering":
      return null;
  }
}

/** Weight of the changes among the samples; bit 0 is the newest. */
function weightOf(changes: number): number {
  let weight = 0;
  for (let age = 0; age < CHANGES; age += 1) {
    if ((changes >> age) & 1) weight += 1_425 + 50 * (CHANGES - 1 - age);
  }
  return weight;
}

/** Takes a state that was entered; true when the target begins to flap by it. */
export function noteChange(target: TargetRecord, atMs: number): boolean {
  const { flap } = target;
  const now = classOf(target.state);
  if (now === null || now === flap.last) return false;
  const first = flap.last === "";
  flap.last = now;
  // What is changed under maintenance is no flapping: somebody is at work.
  if (first || target.maintenance) {
    flap.sampledMs = atMs;
    return false;
  }
  takeSamples(target, atMs);
  flap.changes = ((flap.changes << 1) | 1) & MASK;
  flap.sampledMs = atMs;
  const starts = !flap.active && weightOf(flap.changes) > START_ABOVE;
  if (starts) flap.active = true;
  return starts;
}

/** Takes the samples of the time that has passed; true when a flapping target is steady by it. */
export function noteSteadiness(target: TargetRecord, atMs: number): boolean {
  const { flap } = target;
  if (!flap.active) return false;
  takeSamples(target, atMs);
  if (weightOf(flap.changes) >= STOP_BELOW) return false;
  flap.active = false;
  return true;
}

function takeSamples({ flap, target }: TargetRecord, atMs: number): void {
  const { intervalMs } = target.spec;
  const samples = Math.floor((atMs - flap.sampledMs) / intervalMs);
  flap.changes = samples >= CHANGES ? 0 : (flap.changes << samples) & MASK;
  flap.sampledMs += samples * intervalMs;
}

/** When a flapping target is steady if nothing changes; Infinity for one that does not flap. */
export function steadyAtMs({ flap, target }: TargetRecord): number {
  if (!flap.active) return Infinity;
  let samples = 0;
  while (weightOf((flap.changes << samples) & MASK) >= STOP_BELOW) samples += 1;
  return flap.sampledMs + samples * target.spec.intervalMs;
}

/** How many of the last samples were changes. */
export function changesOf({ flap }: TargetRecord): number {
  let changes = 0;
  for (let age = 0; age < CHANGES; age += 1) changes += (flap.changes >> age) & 1;
  return changes;
}
