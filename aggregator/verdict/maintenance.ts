/**
 * Maintenance: verdicts go on, alerts do not (VERDICTS section 7, Overlays). Which targets a window
 * covers is asked anew at every evaluation, so a target made during the window is covered too.
 */
import { LIMITS } from "../../shared/limits.ts";
import { markTarget, wakeMaintenance } from "./marks.ts";
import type { MaintenanceWindow } from "./event.ts";
import type { EngineState, TargetRecord } from "./state.ts";

/** Whether a window covers a target, whenever it is. */
function covers(window: MaintenanceWindow, target: TargetRecord): boolean {
  const { name, labels } = target.target.spec;
  if (window.targets.includes(name)) return true;
  const wanted = Object.entries(window.labels);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/**
 * A window was planned, changed or ended. Past the bound a further one is ignored: the door
 * refuses it before that.
 */
export function setMaintenance(state: EngineState, window: MaintenanceWindow): void {
  const known = state.maintenance.get(window.id);
  if (!known && state.maintenance.size >= LIMITS.maintenanceWindowsMax) return;
  if (window.toMs <= state.atMs || window.toMs <= window.fromMs)
    state.maintenance.delete(window.id);
  else {
    const record = { window, wakeMs: Infinity };
    state.maintenance.set(window.id, record);
    wakeMaintenance(state, record);
  }
  for (const target of state.targets.values()) {
    if (covers(window, target) || (known && covers(known.window, target))) {
      markTarget(state, target);
    }
  }
}

/** A window of maintenance begins or ends at this boundary. */
export function fireMaintenance(state: EngineState, id: string, dueMs: number): void {
  const record = state.maintenance.get(id);
  if (!record || record.wakeMs !== dueMs) return;
  const { window } = record;
  if (window.toMs <= dueMs) state.maintenance.delete(id);
  else wakeMaintenance(state, record);
  for (const target of state.targets.values()) {
    if (covers(window, target)) state.dirtyTargets.add(target);
  }
}

/** Finds whether a target is under maintenance; of several windows the last to end tells. */
export function updateMaintenance(state: EngineState, target: TargetRecord, atMs: number): void {
  target.maintenance = null;
  let lastMs = 0;
  for (const { window } of state.maintenance.values()) {
    if (window.fromMs > atMs || window.toMs <= atMs || window.toMs <= lastMs) continue;
    if (!covers(window, target)) continue;
    lastMs = window.toMs;
    target.maintenance = { name: window.name, toMs: window.toMs };
  }
}
