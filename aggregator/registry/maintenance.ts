/** Maintenance at the door, and its windows as events for the fold. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { maintenanceSpecSchema } from "../../shared/maintenance.ts";
import type { Maintenance } from "../../shared/maintenance.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Engine, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { previewOf } from "./maintenance-preview.ts";
import type { MaintenancePreview } from "./maintenance-preview.ts";
import { checkTimes, windowsOf } from "./maintenance-windows.ts";
import { checkGuard, checkNewName, createTurns, notFound, tooMany } from "./writes.ts";
import type { WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface MaintenanceServiceDeps {
  store: Pick<Store, "maintenance" | "targets">;
  engine: Pick<Engine, "submit" | "nowMs">;
  clock: Clock;
  random: Random;
}

/** Maintenance, as the API writes it. */
export interface MaintenanceService {
  /** The maintenance of that id or name; throws not_found. */
  get(idOrName: string): Promise<Maintenance>;
  list(): Promise<Maintenance[]>;
  /** Throws conflict when the name is taken. A window that begins now is in force at once. */
  create(input: unknown, guard?: WriteGuard): Promise<Maintenance>;
  /** When it would be and whom it would cover; nothing is written. */
  preview(input: unknown, windows: number): Promise<MaintenancePreview>;
  /** Ends the window that runs and all that would come; it stays in the list. */
  end(idOrName: string, guard?: WriteGuard): Promise<Maintenance>;
  /** Ends it and forgets it. */
  delete(idOrName: string, guard?: WriteGuard): Promise<void>;
  /** Gives the fold every window that runs or comes next and that it does not have yet. */
  plan(): Promise<void>;
}

/** Creates the service. */
export function createMaintenanceService(deps: MaintenanceServiceDeps): MaintenanceService {
  const { store, engine, clock, random } = deps;
  const turns = createTurns();
  const plan = createPlan(deps);

  async function get(idOrName: string): Promise<Maintenance> {
    const maintenance = await store.maintenance.get(idOrName);
    if (maintenance === null) throw notFound("maintenance", idOrName);
    return maintenance;
  }

  async function create(input: unknown, { dryRun }: WriteGuard): Promise<Maintenance> {
    const spec = parseInput(maintenanceSpecSchema, input);
    const nowMs = engine.nowMs();
    checkTimes(spec, nowMs);
    const find = (taken: string) => store.maintenance.get(taken);
    await checkNewName({ noun: "maintenance", name: spec.name, prefix: "mnt", find });
    const count = (await store.maintenance.all()).length;
    if (count >= LIMITS.maintenanceMax) throw tooMany("maintenance", LIMITS.maintenanceMax);
    const times = { createdAtMs: nowMs, updatedAtMs: clock.wallMs(), endedAtMs: null };
    const maintenance = { id: newId(random, "mnt"), revision: 1, ...times, spec };
    if (dryRun === true) return maintenance;
    await store.maintenance.put(maintenance, null);
    await plan();
    return maintenance;
  }

  async function end(idOrName: string, guard: WriteGuard): Promise<Maintenance> {
    const found = await get(idOrName);
    checkGuard(guard, "Maintenance", found);
    if (found.endedAtMs !== null) return found;
    const nowMs = engine.nowMs();
    const times = { updatedAtMs: clock.wallMs(), endedAtMs: nowMs };
    const ended = { ...found, revision: found.revision + 1, ...times };
    await store.maintenance.put(ended, found.revision);
    for (const window of windowsOf(found, nowMs)) {
      await engine.submit({ type: "maintenance_set", window: { ...window, toMs: nowMs } });
    }
    return ended;
  }

  return {
    get,
    list: () => store.maintenance.all(),
    create: (input, guard = {}) => turns(() => create(input, guard)),
    preview: (input, windows) => previewOf(deps, input, windows),
    end: (idOrName, guard = {}) => turns(() => end(idOrName, guard)),
    delete: (idOrName, guard = {}) =>
      turns(async () => {
        const { id } = await end(idOrName, guard);
        await store.maintenance.delete(id);
      }),
    plan: () => turns(plan),
  };
}

function createPlan({ store, engine }: MaintenanceServiceDeps): () => Promise<void> {
  /** Windows that were given to the fold since the start; given again they change nothing. */
  let planned = new Set<string>();
  return async () => {
    const wanted = new Set<string>();
    for (const maintenance of await store.maintenance.all()) {
      for (const window of windowsOf(maintenance, engine.nowMs())) {
        wanted.add(window.id);
        if (!planned.has(window.id)) await engine.submit({ type: "maintenance_set", window });
      }
    }
    planned = wanted;
  };
}
