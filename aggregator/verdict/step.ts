/**
 * The fold: `step(state, event)` takes the next event of the log and gives its effects.
 *
 * No clock, no chance, no I/O. Evidence is inserted at once and evaluated only at window
 * boundaries, when the first event at or beyond the boundary arrives; timers round up to
 * boundaries and fire in (due, key) order. So the order of results inside a window is irrelevant,
 * and extra ticks change nothing. The state is changed in place: the caller gives it away.
 */
import { settleAlerts } from "./alerts.ts";
import { takeCalls } from "./calls.ts";
import type { Effect } from "./effect.ts";
import type { HeartbeatEvent, LogEvent } from "./event.ts";
import { fireMaintenance, setMaintenance } from "./maintenance.ts";
import { evaluateMesh, evaluateProbe, leaveProbe, quarantine } from "./probes.ts";
import { seesEverythingFailing, updateCanaries } from "./probes.ts";
import type { Window } from "./probes.ts";
import { takeResults } from "./results.ts";
import { deleteTarget, setProbe, setTarget } from "./roster.ts";
import {
  beforeChange,
  beforeMassChange,
  boundaryAtOrAfter,
  markProbe,
  markTarget,
} from "./marks.ts";
import { freshMs } from "./state.ts";
import type { EngineState, ProbeRecord, TargetRecord } from "./state.ts";
import { finished, restfully } from "./rests.ts";
import type { Rests } from "./rests.ts";
import type { Wake } from "./timers.ts";
import { evaluateTarget } from "./verdicts.ts";
import { voteOf } from "./vote.ts";

/** A step on its way: it rests between targets, and its end gives the effects. */
export type Stepping = Generator<void, Effect[], void>;

/** Takes one event; `atMs` must not be below that of the event before. Gives the effects. */
export function step(state: EngineState, event: LogEvent): Effect[] {
  return finished(stepSlowly(state, event));
}

/**
 * The same with rests (see rests.ts). Whoever takes one may read the state meanwhile, and must take
 * the step to its end before anything else changes it.
 */
export function* stepSlowly(state: EngineState, event: LogEvent): Stepping {
  const effects: Effect[] = [];
  // First, because in the time until a takeover nobody listened: it is no silence of the probes.
  if (event.body.type === "takeover") restartHeartbeats(state, event.atMs);
  yield* advance(state, event.atMs, effects);
  state.atMs = Math.max(state.atMs, event.atMs);
  if (event.seq > 0) state.seq = event.seq;
  const { body } = event;
  switch (body.type) {
    case "results":
      takeResults(state, body);
      break;
    case "heartbeat":
      takeHeartbeat(state, body);
      break;
    case "probe_set":
      setProbe(state, body.probe);
      break;
    case "probe_joined":
      break;
    case "probe_left": {
      const probe = state.probes.get(body.probeId);
      if (probe) leaveProbe(state, probe, body.hard);
      break;
    }
    case "target_set":
      setTarget(state, body.target, effects);
      break;
    case "target_deleted":
      deleteTarget(state, body.targetId, effects);
      break;
    case "calls":
      takeCalls(state, body);
      break;
    case "maintenance_set":
      setMaintenance(state, body.window);
      break;
    case "takeover":
      takeOver(state);
      break;
    case "tick":
      break;
  }
  return effects;
}

/** Evaluates every boundary up to a time that has work. */
function* advance(state: EngineState, toMs: number, effects: Effect[]): Rests {
  for (;;) {
    const atMs = nextWorkMs(state);
    if (atMs > toMs) return;
    yield* evaluateWindow(state, { atMs, effects });
  }
}

/** The next boundary that has work; Infinity when only an event can bring some. */
export function nextWorkMs(state: EngineState): number {
  dropStaleTimers(state);
  return Math.min(state.dirtyAtMs, state.timers.nextMs());
}

function* evaluateWindow(state: EngineState, window: Window): Rests {
  state.evaluatedMs = window.atMs;
  state.atMs = Math.max(state.atMs, window.atMs);
  fireTimers(state, window.atMs);
  updateCanaries(state, window);
  for (const probe of sorted(state.dirtyProbes)) evaluateProbe(state, probe, window);
  state.dirtyProbes.clear();
  yield* setAsideBlindProbes(state, window);
  // Before verdicts are drawn: a blind mesh is told once, not target by target.
  evaluateMesh(state, window);
  yield* restfully(sorted(state.dirtyTargets), (target) => {
    state.dirtyTargets.delete(target);
    evaluateTarget(state, target, window);
  });
  yield* settleAlerts(state, window);
  state.dirtyAtMs = Infinity;
}

/**
 * Forgets timers that were set anew, or whose owner is gone: a window that only they bring would be
 * evaluated by an engine that ran all the time, and not by one that was restored.
 */
function dropStaleTimers(state: EngineState): void {
  let wake = state.timers.peek();
  while (wake && ownerOf(state, wake)?.wakeMs !== wake.dueMs) {
    state.timers.pop();
    wake = state.timers.peek();
  }
}

function ownerOf(state: EngineState, { of, id }: Wake): { wakeMs: number } | undefined {
  switch (of) {
    case "m":
      return state.maintenance.get(id);
    case "p":
      return state.probes.get(id);
    case "t":
      return state.targets.get(id);
  }
}

function fireTimers(state: EngineState, atMs: number): void {
  while (state.timers.nextMs() <= atMs) {
    const wake = state.timers.pop();
    if (!wake) return;
    const { of, id, dueMs } = wake;
    if (of === "m") fireMaintenance(state, id, dueMs);
    else if (of === "p") fire(state.probes.get(id), dueMs, state.dirtyProbes);
    else fireTarget(state, state.targets.get(id), dueMs);
  }
}

function fireTarget(state: EngineState, target: TargetRecord | undefined, dueMs: number): void {
  if (target) beforeChange(state, target);
  fire(target, dueMs, state.dirtyTargets);
}

/** Marks the owner of a timer, unless it was set anew. */
function fire<Owner extends { wakeMs: number }>(
  owner: Owner | undefined,
  dueMs: number,
  dirty: Set<Owner>,
): void {
  if (!owner || owner.wakeMs !== dueMs) return;
  owner.wakeMs = Infinity;
  dirty.add(owner);
}

/** Before verdicts are drawn: a probe that sees everything failing loses its voice. */
function* setAsideBlindProbes(state: EngineState, window: Window): Rests {
  const touched = new Set<ProbeRecord>();
  yield* restfully(state.dirtyTargets, (target) => {
    beforeChange(state, target);
    for (const pair of target.pairs) {
      const { vote } = voteOf(state, pair, window.atMs);
      if (vote === "ok" || vote === "none") pair.probe.failing.delete(pair);
      else pair.probe.failing.add(pair);
      if (pair.probe.failing.size > 0) touched.add(pair.probe);
    }
  });
  for (const probe of sorted(touched)) {
    yield;
    if (probe.state !== "eligible" || !seesEverythingFailing(state, probe)) continue;
    const targets = `${probe.failing.size} of its ${probe.pairs} targets`;
    const reason = `it sees ${targets} failing while other domains reach them`;
    quarantine(state, probe, { window, kind: "sees_all", reason });
  }
}

function sorted<Item extends ProbeRecord | TargetRecord>(items: Set<Item>): Item[] {
  return [...items].toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function takeHeartbeat(state: EngineState, event: HeartbeatEvent): void {
  const probe = state.probes.get(event.probeId);
  if (!probe || probe.removed) return;
  const { canaries, mustFailHeld, lagMs, overloaded } = event;
  probe.lastHeartbeatMs = state.atMs;
  probe.heartbeats.push({ canaries, mustFailHeld, lagMs, overloaded });
  markProbe(state, probe);
}

/** A restart or another owner: each probe has the time of three heartbeats to be heard again. */
function restartHeartbeats(state: EngineState, atMs: number): void {
  for (const probe of state.probes.values()) probe.lastHeartbeatMs = atMs;
}

/**
 * For F after a restart, every bad or partial verdict needs each roster vantage heard, so that
 * what was missed meanwhile calls nothing down.
 */
function takeOver(state: EngineState): void {
  beforeMassChange(state);
  for (const probe of state.probes.values()) markProbe(state, probe);
  for (const target of state.targets.values()) {
    target.guardedUntilMs = state.atMs + freshMs(state, target);
    // A quiet target is up, and its timers say when that may end: it is not drawn up anew.
    if (target.quiet) continue;
    if (target.suspicion) target.suspicion.roundEndsMs = boundaryAtOrAfter(state, state.atMs);
    markTarget(state, target);
  }
}
