/** Targets and probes come and go: which probe is a vantage of which target. */
import { selectsVantage } from "../../shared/vantage.ts";
import type { Probe } from "../../shared/probe.ts";
import type { Target } from "../../shared/target.ts";
import type { Effect } from "./effect.ts";
import { withdrawIncident } from "./alerts.ts";
import { forgetAvailability, slowAboveUs } from "./availability.ts";
import { beforeChange, beforeMassChange, markProbe, markTarget } from "./marks.ts";
import { accuseAnew } from "./probes.ts";
import { NO_NOTES } from "./pair-notes.ts";
import { newProbeRecord, newTargetRecord } from "./records.ts";
import { endSpan } from "./uptime.ts";
import { freshMs } from "./state.ts";
import { vantageOf } from "./records.ts";
import type { EngineState, Pair, ProbeRecord, TargetRecord } from "./state.ts";

/** A probe was created or changed. */
export function setProbe(state: EngineState, probe: Probe): void {
  let record = state.probes.get(probe.id);
  const before = record?.vantage;
  if (record) record.vantage = vantageOf(probe);
  else {
    record = newProbeRecord(probe, state.atMs);
    state.probes.set(probe.id, record);
  }
  beforeMassChange(state);
  const { region, zone } = probe.spec;
  // In another failure domain it is another witness: what it said was said by the old one.
  if (before && (before.zone !== zone || before.region !== region)) accuseAnew(state, record);
  for (const target of state.targets.values()) updateVantages(state, target);
  markProbe(state, record);
}

/** A target was created or changed. An edit of the check clears its evidence. */
export function setTarget(state: EngineState, target: Target, effects: Effect[]): void {
  state.alike.share(target);
  const known = state.targets.get(target.id);
  if (!known) {
    const record = newTargetRecord(target, state.atMs);
    state.targets.set(target.id, record);
    state.byHandle.set(target.handle, record);
    state.byName.set(target.spec.name, record);
    updateVantages(state, record);
    markTarget(state, record);
    return;
  }
  beforeChange(state, known);
  const edited = checkText(known.target) !== checkText(target);
  if (!target.spec.enabled) {
    const window = { atMs: state.atMs, effects };
    withdrawIncident(state, known, { why: "is no longer checked", window });
  }
  known.target = target;
  known.slowAboveUs = slowAboveUs(target);
  if (edited) {
    known.checkRevision = target.revision;
    known.heldUntilMs = state.atMs + freshMs(state, known);
    known.suspicion = null;
    known.misconfigured = null;
    known.misconfigurationNoticed = false;
    forgetAvailability(state, known);
    for (const pair of known.pairs) clearPair(state, pair);
  }
  updateVantages(state, known);
  markTarget(state, known);
}

/** What of a target makes old evidence worthless when it changes. */
function checkText(target: Target): string {
  const { kind, options, intervalMs, timeoutMs, enabled, zone } = target.spec;
  return JSON.stringify([kind, options, intervalMs, timeoutMs, enabled, zone ?? null]);
}

function clearPair(state: EngineState, pair: Pair): void {
  state.evidence.clear(pair.row);
  pair.answered = false;
  pair.quiet = false;
  pair.notes = NO_NOTES;
  pair.probe.failing.delete(pair);
}

/** Makes the vantages of a target those that its selector names, in the order of their ids. */
function updateVantages(state: EngineState, target: TargetRecord): void {
  const { spec } = target.target;
  const pairs: Pair[] = [];
  const before = new Map(target.pairs.map((pair) => [pair.probe, pair]));
  for (const probe of state.probes.values()) {
    const kept = before.get(probe);
    if (!spec.enabled || probe.removed || !selectsVantage(spec.vantages, probe.vantage)) continue;
    before.delete(probe);
    pairs.push(kept ?? newPair(state, target, probe));
  }
  for (const pair of before.values()) {
    // A vantage less changes the quorum: old accusations must be made anew.
    target.floorMs = state.atMs;
    dropPair(state, pair);
  }
  // A list of its own, without the room that `push` leaves: there are 100,000 of them.
  target.pairs = pairs.toSorted((left, right) => (left.probe.id < right.probe.id ? -1 : 1));
  markTarget(state, target);
}

function newPair(state: EngineState, target: TargetRecord, probe: ProbeRecord): Pair {
  const row = state.evidence.allocate();
  const pair: Pair = {
    probe,
    target,
    row,
    answered: false,
    quiet: false,
    notes: NO_NOTES,
  };
  probe.pairs += 1;
  return pair;
}

function dropPair(state: EngineState, pair: Pair): void {
  state.evidence.release(pair.row);
  pair.probe.pairs -= 1;
  pair.probe.failing.delete(pair);
}

/** A target was deleted: an open incident is withdrawn. */
export function deleteTarget(state: EngineState, targetId: string, effects: Effect[]): void {
  const target = state.targets.get(targetId);
  if (!target) return;
  beforeChange(state, target);
  withdrawIncident(state, target, { why: "was deleted", window: { atMs: state.atMs, effects } });
  endSpan(target, { atMs: state.atMs, effects });
  for (const pair of target.pairs) dropPair(state, pair);
  state.targets.delete(targetId);
  state.byHandle.delete(target.handle);
  const { name } = target.target.spec;
  if (state.byName.get(name) === target) state.byName.delete(name);
  state.dirtyTargets.delete(target);
}
