/**
 * The state as plain data; restore.ts is the way back. Everything is written in a fixed order
 * (probes and targets by id, evidence from the oldest), so equal states give equal data, however
 * they came about.
 */
import type { Probe } from "../../shared/probe.ts";
import type { Target } from "../../shared/target.ts";
import type { MaintenanceWindow } from "./event.ts";
import type { VerdictSettings } from "./settings.ts";
import { newTargetRecord } from "./records.ts";
import type { PairNotes } from "./pair-notes.ts";
import type { EngineState, Pair, ProbeRecord, TargetRecord } from "./state.ts";

/** Version of the layout below; a snapshot of another version is not read. */
export const SNAPSHOT_VERSION = 3;

type ProbeFields = Omit<ProbeRecord, "id" | "vantage" | "answers" | "pairs" | "failing" | "wakeMs">;
/** Fields of a target that a snapshot keeps. */
export type TargetFields = Omit<TargetRecord, "id" | "handle" | "target" | "pairs" | "wakeMs">;
/** Fields of a vantage that a snapshot keeps. */
export type PairFields = Omit<Pair, "probe" | "target" | "row" | "notes"> & PairNotes;

/** A probe in a snapshot. */
export interface ProbeData {
  probe: Probe;
  fields: ProbeFields;
  answers: [string, boolean][];
  wakeMs: number | null;
}

/** A vantage of a target in a snapshot; looks from the oldest, eight numbers each. */
export interface PairData {
  probeId: string;
  fields: PairFields;
  /** Whether its probe counts it among the targets that fail here. */
  failing: boolean;
  looks: number[];
}

/** A target in a snapshot. */
export interface TargetData {
  target: Target;
  fields: TargetFields;
  pairs: PairData[];
  wakeMs: number | null;
}

/** A window of maintenance in a snapshot. */
export interface MaintenanceData {
  window: MaintenanceWindow;
  wakeMs: number;
}

/** Everything of a state but its targets, as plain data. */
export interface SnapshotHead {
  version: number;
  settings: VerdictSettings;
  seq: number;
  atMs: number;
  evaluatedMs: number;
  probes: ProbeData[];
  texts: string[];
  dirtyTargets: string[];
  dirtyProbes: string[];
  dirtyAtMs: number | null;
  excludedCanaries: string[];
  blind: boolean;
  sighted: boolean;
  meshNumber: number;
  dropped: number;
  maintenance: MaintenanceData[];
  openings: { atMs: number; count: number }[];
}

/** The whole state as plain data. */
export interface SnapshotData extends SnapshotHead {
  targets: TargetData[];
}

/** Writes the state as plain data; the state is not changed. */
export function takeSnapshot(state: EngineState): SnapshotData {
  const targets = byId(state.targets.values()).map((target) => targetData(state, target));
  return { ...snapshotHead(state), targets };
}

/** Writes everything of the state but its targets. */
export function snapshotHead(state: EngineState): SnapshotHead {
  const { settings, seq, atMs, evaluatedMs, texts, excludedCanaries } = state;
  const { blind, sighted, meshNumber, dropped } = state;
  return {
    version: SNAPSHOT_VERSION,
    settings,
    seq,
    atMs,
    evaluatedMs,
    probes: byId(state.probes.values()).map(probeData),
    texts: [...texts],
    dirtyTargets: byId(state.dirtyTargets).map(({ id }) => id),
    dirtyProbes: byId(state.dirtyProbes).map(({ id }) => id),
    dirtyAtMs: finite(state.dirtyAtMs),
    excludedCanaries,
    blind,
    sighted,
    meshNumber,
    dropped,
    maintenance: [...state.maintenance.values()]
      .map(({ window, wakeMs }) => ({ window, wakeMs }))
      .toSorted((left, right) => (left.window.id < right.window.id ? -1 : 1)),
    openings: state.openings.map((opening) => ({ ...opening })),
  };
}

function byId<Item extends { id: string }>(items: Iterable<Item>): Item[] {
  return [...items].toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function finite(timeMs: number): number | null {
  return Number.isFinite(timeMs) ? timeMs : null;
}

function probeData(record: ProbeRecord): ProbeData {
  const { id, vantage, answers, pairs: _pairs, failing: _failing, wakeMs, ...fields } = record;
  const { name, region, zone, labels } = vantage;
  const probe: Probe = {
    id,
    revision: 0,
    createdAtMs: 0,
    updatedAtMs: 0,
    draining: fields.draining,
    spec: { name, region, zone, labels },
  };
  const sorted = [...answers].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { probe, fields: structuredClone(fields), answers: sorted, wakeMs: finite(wakeMs) };
}

/** Writes one target. */
export function targetData(state: EngineState, record: TargetRecord): TargetData {
  const { id: _id, handle: _handle, target, pairs, wakeMs, ...fields } = record;
  return {
    target,
    fields: copyFields(fields),
    pairs: pairs.map((pair) => pairData(state, pair)),
    wakeMs: finite(wakeMs),
  };
}

/** Fields of a target that nothing has happened to. */
export function usualFields(target: Target): TargetFields {
  const record = newTargetRecord(target, 0);
  const {
    id: _id,
    handle: _handle,
    target: _target,
    pairs: _pairs,
    wakeMs: _wake,
    ...fields
  } = record;
  return fields;
}

/** Written out, because structuredClone takes ten times as long, and there are 100,000 of them. */
function copyFields(fields: TargetFields): TargetFields {
  const { incident, maintenance, suspicion, tally, calls, flap, span } = fields;
  return {
    ...fields,
    incident: incident && { ...incident, alert: { ...incident.alert } },
    maintenance: maintenance && { ...maintenance },
    suspicion: suspicion && { ...suspicion },
    tally: { ...tally },
    calls: copyCalls(calls),
    flap: { ...flap },
    span: { ...span },
  };
}

function copyCalls(calls: TargetFields["calls"]): TargetFields["calls"] {
  return (
    calls && {
      reporters: calls.reporters.map((reporter) => ({ ...reporter })),
      recent: calls.recent.map((report) => ({ ...report })),
    }
  );
}

function pairData(state: EngineState, pair: Pair): PairData {
  const { probe, row, answered, quiet, notes } = pair;
  const fields = { answered, quiet, ...notes };
  const looks: number[] = [];
  for (let age = state.evidence.count(row) - 1; age >= 0; age -= 1) {
    const look = state.evidence.look(row, age);
    looks.push(look.boot, look.slotMs, look.attempt, look.outcome, look.loMs);
    looks.push(look.hiMs, look.reason, look.resolver);
  }
  return { probeId: probe.id, fields, failing: probe.failing.has(pair), looks };
}
