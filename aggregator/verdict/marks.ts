/** Marks and timers: what is evaluated at the end of the present window, or at a later one. */
import type { EngineState, MaintenanceRecord, ProbeRecord, TargetRecord } from "./state.ts";

/** To be called before anything of a target, or of its vantages, is changed. */
export function beforeChange({ watch }: EngineState, target: TargetRecord): void {
  if (watch !== null && watch.pending.delete(target)) watch.keep(target);
}

/** To be called before something is changed that every target may have a part in. */
export function beforeMassChange({ watch }: EngineState): void {
  watch?.spoil();
}

/** The first window boundary at or after a time. */
export function boundaryAtOrAfter(state: EngineState, timeMs: number): number {
  const { windowMs } = state.settings;
  return Math.ceil(timeMs / windowMs) * windowMs;
}

/** Marks a target for the end of the present window. */
export function markTarget(state: EngineState, target: TargetRecord): void {
  state.dirtyTargets.add(target);
  markWindow(state);
}

/** Marks a probe for the end of the present window. */
export function markProbe(state: EngineState, probe: ProbeRecord): void {
  state.dirtyProbes.add(probe);
  markWindow(state);
}

function markWindow(state: EngineState): void {
  if (state.dirtyAtMs !== Infinity) return;
  const { windowMs } = state.settings;
  state.dirtyAtMs = (Math.floor(state.atMs / windowMs) + 1) * windowMs;
}

/** The first boundary at or after a time that has not been evaluated yet. */
function nextBoundary(state: EngineState, timeMs: number): number {
  return Math.max(boundaryAtOrAfter(state, timeMs), state.evaluatedMs + state.settings.windowMs);
}

/** Sets a target's timer, unless an earlier one is set; probes fire before targets. */
export function wakeTarget(state: EngineState, target: TargetRecord, timeMs: number): void {
  const dueMs = nextBoundary(state, timeMs);
  if (target.wakeMs <= dueMs || timeMs === Infinity) return;
  target.wakeMs = dueMs;
  state.timers.push({ dueMs, of: "t", id: target.id });
}

/** Sets a probe's timer, unless an earlier one is set. */
export function wakeProbe(state: EngineState, probe: ProbeRecord, timeMs: number): void {
  const dueMs = nextBoundary(state, timeMs);
  if (probe.wakeMs <= dueMs || timeMs === Infinity) return;
  probe.wakeMs = dueMs;
  state.timers.push({ dueMs, of: "p", id: probe.id });
}

/** Sets the timer of a window of maintenance: its begin or, once it runs, its end. */
export function wakeMaintenance(state: EngineState, record: MaintenanceRecord): void {
  const { window } = record;
  const dueMs = nextBoundary(state, window.fromMs > state.atMs ? window.fromMs : window.toMs);
  record.wakeMs = dueMs;
  state.timers.push({ dueMs, of: "m", id: window.id });
}
