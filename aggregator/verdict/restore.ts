/** From plain data back to the state that a snapshot was taken of. */
import type { KeptLook } from "./evidence.ts";
import { NO_NOTES } from "./pair-notes.ts";
import type { PairNotes } from "./pair-notes.ts";
import { newProbeRecord, newTargetRecord } from "./records.ts";
import { SNAPSHOT_VERSION } from "./snapshot.ts";
import type { PairData, ProbeData, SnapshotHead, TargetData, TargetFields } from "./snapshot.ts";
import { createState } from "./state.ts";
import type { EngineState, Pair } from "./state.ts";

/** A target as it was taken, or the unusual of it: what is not said is as of one that is new. */
export interface RestorableTarget extends Omit<TargetData, "fields" | "pairs"> {
  fields: Partial<TargetFields>;
  pairs: RestorablePair[];
}

/** A vantage as it was taken; its looks may be a part of a longer column. */
export interface RestorablePair extends Omit<PairData, "looks"> {
  looks: ArrayLike<number>;
}

/**
 * Builds the state that a snapshot was taken of. What it is given stays as it is, but for parts of
 * specs that are shared. Throws RangeError for another version.
 */
export function restoreSnapshot(
  data: SnapshotHead & { targets: readonly RestorableTarget[] },
): EngineState {
  const restore = beginRestore(data);
  for (const target of data.targets) {
    restore.add({ ...target, fields: structuredClone(target.fields) });
  }
  return restore.finish();
}

/** A state that is built of a head, and then of one target after the other. */
export interface Restore {
  /** Takes a target; what it is made of belongs to the state from now on. */
  add(target: RestorableTarget): void;
  /** The state, once it has every target. */
  finish(): EngineState;
}

/** Begins to build a state. Throws RangeError for another version. */
export function beginRestore(data: SnapshotHead): Restore {
  if (data.version !== SNAPSHOT_VERSION) {
    throw new RangeError(
      `The snapshot has layout ${data.version}, this program reads ${SNAPSHOT_VERSION}.`,
    );
  }
  const state = createState(data.settings);
  const { seq, atMs, evaluatedMs, excludedCanaries, blind, sighted, meshNumber, dropped } = data;
  Object.assign(state, { seq, atMs, evaluatedMs, excludedCanaries });
  Object.assign(state, { blind, sighted, meshNumber, dropped });
  state.texts = [...data.texts];
  state.textIndex = new Map(data.texts.map((text, index) => [text, index]));
  for (const probe of data.probes) restoreProbe(state, probe);
  return {
    add: (target) => restoreTarget(state, target),
    finish: () => restoreRest(state, data),
  };
}

/** What names targets by id, once they are there. */
function restoreRest(state: EngineState, data: SnapshotHead): EngineState {
  for (const id of data.dirtyTargets) addKnown(state.dirtyTargets, state.targets.get(id));
  for (const id of data.dirtyProbes) addKnown(state.dirtyProbes, state.probes.get(id));
  state.dirtyAtMs = data.dirtyAtMs ?? Infinity;
  for (const { window, wakeMs } of data.maintenance) {
    state.maintenance.set(window.id, { window, wakeMs });
    state.timers.push({ dueMs: wakeMs, of: "m", id: window.id });
  }
  state.openings = data.openings.map((opening) => ({ ...opening }));
  return state;
}

function addKnown<Item>(items: Set<Item>, item: Item | undefined): void {
  if (item !== undefined) items.add(item);
}

function restoreProbe(state: EngineState, data: ProbeData): void {
  const record = newProbeRecord(data.probe, 0);
  Object.assign(record, structuredClone(data.fields));
  record.answers = new Map(data.answers);
  state.probes.set(record.id, record);
  if (data.wakeMs === null) return;
  record.wakeMs = data.wakeMs;
  state.timers.push({ dueMs: data.wakeMs, of: "p", id: record.id });
}

function restoreTarget(state: EngineState, data: RestorableTarget): void {
  state.alike.share(data.target);
  const record = newTargetRecord(data.target, 0);
  Object.assign(record, data.fields);
  // Versions before this one kept a ledger of every target.
  if (record.calls?.reporters.length === 0) record.calls = null;
  const pairs: Pair[] = [];
  for (const pair of data.pairs) {
    const probe = state.probes.get(pair.probeId);
    if (probe) pairs.push(restorePair(state, { target: record, probe }, pair));
  }
  // Without the room that `push` leaves.
  record.pairs = pairs.slice();
  state.targets.set(record.id, record);
  state.byHandle.set(record.handle, record);
  state.byName.set(record.target.spec.name, record);
  if (record.incident?.alert.raisedAtMs === null) state.unalerted.add(record);
  if (data.wakeMs === null) return;
  record.wakeMs = data.wakeMs;
  state.timers.push({ dueMs: data.wakeMs, of: "t", id: record.id });
}

function restorePair(
  state: EngineState,
  { target, probe }: Pick<Pair, "target" | "probe">,
  data: RestorablePair,
): Pair {
  const row = state.evidence.allocate();
  const { answered, quiet, ...notes } = data.fields;
  const pair: Pair = { probe, target, row, answered, quiet, notes: sharedNotes(notes) };
  const look = noLook();
  for (let place = 0; place < data.looks.length; place += 8) {
    fillLook(look, data.looks, place);
    state.evidence.insert(row, look);
  }
  probe.pairs += 1;
  if (data.failing) probe.failing.add(pair);
  return pair;
}

function sharedNotes(notes: PairNotes): PairNotes {
  const { detail, voids, uncertified, late } = notes;
  return detail === "" && voids + uncertified + late === 0 ? NO_NOTES : notes;
}

function noLook(): KeptLook {
  const times = { slotMs: 0, loMs: 0, hiMs: 0 };
  return { boot: 0, attempt: 0, outcome: 0, reason: 0, resolver: 0, ...times };
}

/** Writes one object anew: of 100,000 targets it would be eight million. */
function fillLook(look: KeptLook, looks: ArrayLike<number>, place: number): void {
  look.boot = looks[place] ?? 0;
  look.slotMs = looks[place + 1] ?? 0;
  look.attempt = looks[place + 2] ?? 0;
  look.outcome = looks[place + 3] ?? 0;
  look.loMs = looks[place + 4] ?? 0;
  look.hiMs = looks[place + 5] ?? 0;
  look.reason = looks[place + 6] ?? 0;
  look.resolver = looks[place + 7] ?? 0;
}
