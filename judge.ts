/** The aggregator of a simulation: feeds the real fold, and does what its effects ask for. */
import type { Effect, TransitionEffect } from "../../aggregator/verdict/effect.ts";
import type { EventBody } from "../../aggregator/verdict/event.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import type { VerdictSettings } from "../../aggregator/verdict/settings.ts";
import { restoreSnapshot, takeSnapshot } from "../../aggregator/verdict/snapshot.ts";
import type { SnapshotData } from "../../aggregator/verdict/snapshot.ts";
import { createState } from "../../aggregator/verdict/state.ts";
import { nextWorkMs, step } from "../../aggregator/verdict/step.ts";
import { effectLine } from "../helpers/verdict-mesh.ts";
import { KIND } from "./agenda.ts";
import type { SimOptions } from "./options.ts";
import { delayOf, logNow } from "./sim.ts";
import type { Judge, Sim } from "./sim.ts";
import { isOn, mark } from "./track.ts";

/** Log time when a simulation begins; 0 would mean that there is no anchor. */
const LOG_BEGIN_MS = 1_000_000;
/** How long a canary that fails for half of the mesh is left out, as in canary-lists.ts. */
const LEFT_OUT_MS = 60_000;
/** A number that no counter reaches. */
const NEVER = 1_000_000_000;

/** Creates the aggregator with an empty fold. */
export function createJudge(options: SimOptions): Judge {
  return {
    state: createState(settingsOf(options)),
    seq: 0,
    dead: 0,
    shiftMs: LOG_BEGIN_MS,
    tickAtMs: Infinity,
    leftOut: new Map(),
  };
}

function settingsOf({ without }: SimOptions): VerdictSettings {
  if (!without.includes("quarantine")) return DEFAULT_SETTINGS;
  return { ...DEFAULT_SETTINGS, scoreQuarantine: NEVER, seesAllTargetsMin: NEVER };
}

/** Gives an event to the fold and does what it asks for. */
export function submit(sim: Sim, body: EventBody): void {
  const { judge } = sim;
  judge.seq += 1;
  sim.events += 1;
  const event = { seq: judge.seq, atMs: logNow(sim), body };
  obey(sim, step(judge.state, event));
  if (body.type === "target_set") disarm(sim);
  armTick(sim);
}

/** Time alone: a tick, as the engine's own timer gives it. */
export function tick(sim: Sim): void {
  const { judge } = sim;
  judge.tickAtMs = Infinity;
  if (judge.dead > 0) return;
  obey(sim, step(judge.state, { seq: 0, atMs: logNow(sim), body: { type: "tick" } }));
  armTick(sim);
}

function armTick(sim: Sim): void {
  const { judge } = sim;
  const workMs = nextWorkMs(judge.state);
  if (workMs >= judge.tickAtMs) return;
  judge.tickAtMs = workMs;
  const atMs = Math.max(sim.nowMs, workMs - judge.shiftMs);
  sim.agenda.push({ atMs, kind: KIND.tick, who: 0, what: 0, life: 0 });
}

/** The aggregator stops: what it knew survives as a snapshot. */
export function stopJudge(sim: Sim): void {
  const { judge } = sim;
  const stored = JSON.stringify(takeSnapshot(judge.state));
  judge.state = restoreSnapshot(parseSnapshot(stored));
  disarm(sim);
}

/** Guarantee: the text was written from a SnapshotData a moment ago. */
function parseSnapshot(text: string): SnapshotData {
  return JSON.parse(text) as SnapshotData;
}

/** The aggregator comes back; its clock may be ahead of what it was. */
export function startJudge(sim: Sim, jumpMs: number): void {
  sim.judge.shiftMs += jumpMs;
  submit(sim, { type: "takeover" });
}

/**
 * Without the rule of the challenge a success is never too old for a suspicion. The fold has no
 * switch for it, so the simulation holds the floor of every target at 0.
 */
function disarm(sim: Sim): void {
  if (!sim.options.without.includes("challenge")) return;
  for (const target of sim.judge.state.targets.values()) {
    Object.defineProperty(target, "okFloorMs", {
      configurable: true,
      enumerable: true,
      get: () => 0,
      set: () => undefined,
    });
  }
}

function obey(sim: Sim, effects: readonly Effect[]): void {
  for (const effect of effects) {
    sim.options.trace?.(effectLine(effect), sim.nowMs);
    if (effect.type === "recheck") {
      if (!sim.options.without.includes("recheck")) {
        askProbes(sim, effect.handle - 1, effect);
      }
    } else if (effect.type === "transition") noteTransition(sim, effect);
    else if (effect.type === "canaries") leaveOut(sim, effect.excluded);
    else if (effect.type === "incident" && effect.severity === "major") {
      const open = effect.change === "opened" || effect.change === "changed";
      mark(sim.track.partial[indexOf(effect.targetId)], open, sim.nowMs);
    }
  }
}

function indexOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("_") + 1));
}

interface Asking {
  probeIds: string[];
  attempts: number;
  stopAfterOks: number;
}

function askProbes(sim: Sim, target: number, { probeIds, attempts, stopAfterOks }: Asking): void {
  for (const id of probeIds) {
    const probe = sim.probes[indexOf(id)];
    if (!probe || probe.session === 0) continue;
    sim.agenda.push({
      atMs: sim.nowMs + delayOf(probe),
      kind: KIND.recheck,
      who: probe.index,
      what: sim.questions.put({ target, attempts, stopAfterOks }),
      life: probe.session,
    });
  }
}

function leaveOut(sim: Sim, excluded: readonly string[]): void {
  for (const id of excluded) {
    const canary = id === "aggregator" ? -1 : indexOf(id);
    sim.judge.leftOut.set(canary, sim.nowMs + LEFT_OUT_MS);
  }
}

function noteTransition(sim: Sim, effect: TransitionEffect): void {
  const { track, nowMs } = sim;
  const target = indexOf(effect.targetId);
  const { from, to } = effect;
  const bad = to === "down" || to === "sub_healthy";
  mark(track.bad[target], bad, nowMs);
  const alarmed = isOn(track.alarm[target]) && (to === "recovering" || to === "unknown");
  mark(track.alarm[target], bad || alarmed, nowMs);
  const since = sim.stateSinceMs[target] ?? 0;
  if (from === "unknown") track.unknownMs += nowMs - since;
  if (from === "partial") track.partialMs += nowMs - since;
  sim.stateSinceMs[target] = nowMs;
}

/** Counts the states that last until the end. */
export function closeTimes(sim: Sim): void {
  for (const target of sim.judge.state.targets.values()) {
    const lastedMs = sim.nowMs - (sim.stateSinceMs[target.handle - 1] ?? 0);
    if (target.state === "unknown") sim.track.unknownMs += lastedMs;
    if (target.state === "partial") sim.track.partialMs += lastedMs;
  }
}
