/** Targets and probes in memory, and who looks at what: what sessions and health answer from. */
import type { Probe } from "../../shared/probe.ts";
import type { Assignment } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Target } from "../../shared/target.ts";
import { assignmentOf, fitsOneMessage, vantagesOf } from "../assign.ts";
import type { Store } from "../ports.ts";
import { createHandleTable } from "../verdict/handle-table.ts";

/** Vantages in order of id; shared by every target that has the same ones. */
interface Roster {
  ids: readonly string[];
  indexOf: ReadonlyMap<string, number>;
}

interface Entry {
  target: Target;
  roster: Roster;
}

/** Who is told of changes, synchronously. */
export interface DirectoryListener {
  /** Something of this target, or of who looks at it, changed for these probes. */
  assignmentChanged(handle: number, probeIds: readonly string[]): void;
  /** A target came, changed or went. */
  targetChanged(targetId: string): void;
  /** The probes were read again. */
  probesChanged(): void;
}

/** Targets and probes in memory. */
export interface Directory {
  /** Reads everything; changes told meanwhile are applied after it. */
  load(): Promise<void>;
  reloadProbes(): Promise<void>;
  setTarget(target: Target): void;
  deleteTarget(target: Target): void;
  /** A target by name, or by id. */
  target(nameOrId: string): Target | null;
  probe(probeId: string): Probe | null;
  /** What a probe is given of a target; null when it does not look at it. */
  assignment(handle: number, probeId: string): Assignment | null;
  /** Handles of every target that a probe looks at. */
  handlesOf(probeId: string): number[];
  listen(listener: DirectoryListener): void;
}

const NOBODY: Roster = { ids: [], indexOf: new Map() };

/** Rosters remembered for their identity; beyond, they are forgotten, which costs a few deltas. */
const ROSTERS_MAX = 10_000;

/** Finds rosters: the same probes give the same object, so that no change is seen as none. */
function rosterBook() {
  const byIds = new Map<string, Roster>();
  const bySelector = new Map<string, Roster>();
  let probes: readonly Probe[] = [];
  return {
    setProbes(next: readonly Probe[]): void {
      probes = next;
      bySelector.clear();
      if (byIds.size > ROSTERS_MAX) byIds.clear();
    },
    rosterOf(target: Target): Roster {
      if (!target.spec.enabled || !fitsOneMessage(target)) return NOBODY;
      const selector = JSON.stringify(target.spec.vantages);
      const known = bySelector.get(selector);
      if (known !== undefined) return known;
      const ids = vantagesOf(target.spec.vantages, probes).map((probe) => probe.id);
      const key = ids.join(",");
      const roster = byIds.get(key) ?? {
        ids,
        indexOf: new Map(ids.map((id, index) => [id, index])),
      };
      byIds.set(key, roster);
      if (bySelector.size > ROSTERS_MAX) bySelector.clear();
      bySelector.set(selector, roster);
      return roster;
    },
  };
}

/** Targets under their handle, id and name. */
function targetTable() {
  const byHandle = createHandleTable<Entry>();
  const byId = new Map<string, Entry>();
  const byName = new Map<string, Entry>();
  const remove = (targetId: string): Entry | null => {
    const entry = byId.get(targetId);
    if (entry === undefined) return null;
    const { id, handle, spec } = entry.target;
    byId.delete(id);
    byHandle.delete(handle);
    if (byName.get(spec.name) === entry) byName.delete(spec.name);
    return entry;
  };
  return {
    byHandle,
    byId,
    byName,
    remove,
    put(entry: Entry): Entry | null {
      const before = remove(entry.target.id);
      byHandle.set(entry.target.handle, entry);
      byId.set(entry.target.id, entry);
      byName.set(entry.target.spec.name, entry);
      return before;
    },
  };
}

/** Applies changes of targets and probes, and tells the listeners what came of each. */
function createChanges(listeners: readonly DirectoryListener[]) {
  const rosters = rosterBook();
  const targets = targetTable();

  function tellRosters(handle: number, before: Roster, after: Roster): void {
    const probeIds =
      before === after || before.ids.length === 0
        ? after.ids
        : [...new Set([...before.ids, ...after.ids])];
    for (const listener of listeners) listener.assignmentChanged(handle, probeIds);
  }

  return {
    targets,
    setTarget(target: Target): void {
      const known = targets.byId.get(target.id);
      if (known !== undefined && known.target.revision > target.revision) return;
      const entry = { target, roster: rosters.rosterOf(target) };
      const before = targets.put(entry);
      tellRosters(target.handle, before?.roster ?? NOBODY, entry.roster);
      for (const listener of listeners) listener.targetChanged(target.id);
    },
    deleteTarget(target: Target): void {
      const entry = targets.remove(target.id);
      if (entry === null) return;
      tellRosters(target.handle, entry.roster, NOBODY);
      for (const listener of listeners) listener.targetChanged(target.id);
    },
    setProbes(next: readonly Probe[]): void {
      rosters.setProbes(next);
      for (const entry of targets.byHandle.values()) {
        const before = entry.roster;
        entry.roster = rosters.rosterOf(entry.target);
        if (entry.roster !== before) tellRosters(entry.target.handle, before, entry.roster);
      }
      for (const listener of listeners) listener.probesChanged();
    },
  };
}

/** Where the directory reads what there is. */
export interface DirectorySource {
  probes: Pick<Store["probes"], "all">;
  targets(): Iterable<Target>;
}

/** Creates the directory; it is empty until `load`. */
export function createDirectory(store: DirectorySource): Directory {
  const listeners: DirectoryListener[] = [];
  const changes = createChanges(listeners);
  const { targets, setTarget, deleteTarget } = changes;
  let probes = new Map<string, Probe>();
  /** Changes told while the store is read; null once loaded. */
  let waiting: (() => void)[] | null = [];
  /** Counts reads of the probes, so that an older answer never replaces a newer one. */
  let readsBegun = 0;
  let readApplied = 0;

  async function reloadProbes(): Promise<void> {
    readsBegun += 1;
    const read = readsBegun;
    const next = await store.probes.all();
    if (read < readApplied) return;
    readApplied = read;
    probes = new Map(next.map((probe) => [probe.id, probe]));
    changes.setProbes(next);
  }

  const orLater = (change: () => void): void => {
    if (waiting === null) change();
    else waiting.push(change);
  };

  return {
    async load() {
      await reloadProbes();
      for (const target of store.targets()) setTarget(target);
      const told = waiting ?? [];
      waiting = null;
      for (const change of told) change();
    },
    reloadProbes,
    setTarget: (target) => orLater(() => setTarget(target)),
    deleteTarget: (target) => orLater(() => deleteTarget(target)),
    target: (nameOrId) =>
      (targets.byName.get(nameOrId) ?? targets.byId.get(nameOrId))?.target ?? null,
    probe: (probeId) => probes.get(probeId) ?? null,
    assignment(handle, probeId) {
      const entry = targets.byHandle.get(handle);
      const index = entry?.roster.indexOf.get(probeId);
      if (entry === undefined || index === undefined) return null;
      return assignmentOf(entry.target, index, entry.roster.ids.length);
    },
    handlesOf: (probeId) =>
      [...targets.byHandle.values()]
        .filter((entry) => entry.roster.indexOf.has(probeId))
        .map((entry) => entry.target.handle),
    listen: (listener) => void listeners.push(listener),
  };
}
