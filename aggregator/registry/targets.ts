/** Targets at the door: validated, named, numbered, and given to the engine and the sessions. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Target } from "../../shared/target.ts";
import { assignmentWarnings } from "../assign.ts";
import type { Engine, MeshSessions, Store } from "../ports.ts";
import { canonicalJson } from "./json.ts";
import { writeBulk } from "./bulk-targets.ts";
import type { BulkGuard, BulkOutcome } from "./bulk-targets.ts";
import { createSpecCheck } from "./target-specs.ts";
import { checkNewName, createNamedWrites, createTurns, tooMany } from "./writes.ts";
import type { NamedWrites, OptionKinds, WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface TargetServiceDeps {
  store: Pick<Store, "targets" | "probes">;
  engine: Pick<Engine, "submit">;
  sessions: Pick<MeshSessions, "targetChanged" | "targetDeleted">;
  kinds: OptionKinds<unknown>;
  clock: Clock;
  random: Random;
}

/** Targets, as the API and the configuration write them. */
export interface TargetService extends NamedWrites<Target> {
  /**
   * Creates the target of each input's name or replaces it, with an outcome for each; what is not
   * valid is refused and holds nobody up. The engine gets them in groups, not one by one.
   */
  bulk(inputs: readonly unknown[], guard?: BulkGuard): Promise<BulkOutcome[]>;
  /** What is likely to be wrong with each target, in the order given. */
  warnings(targets: readonly Target[]): Promise<string[][]>;
}

/** Creates the service. */
export function createTargetService(deps: TargetServiceDeps): TargetService {
  const { targets } = deps.store;
  const turns = createTurns();
  const writer = createTargetWriter(deps);
  const find = (idOrName: string) => targets.get(idOrName);
  return {
    ...createNamedWrites({ noun: "target", prefix: "tgt", turns, find, ...writer }),
    warnings: (list) => warningsOf(deps.store, list),
    bulk: (inputs, guard = {}) =>
      turns(() => writeBulk(deps, inputs, guard).finally(() => writer.recount())),
  };
}

/** Writes that trust their caller to have looked: one at a time. */
function createTargetWriter({ store, engine, sessions, kinds, clock, random }: TargetServiceDeps) {
  /** Counted once, for to count 200,000 at every write would make bulk writes quadratic. */
  let count: number | null = null;
  const validSpec = createSpecCheck({ store, kinds });

  async function set(target: Target, { dryRun }: WriteGuard): Promise<Target> {
    if (dryRun === true) return target;
    await engine.submit({ type: "target_set", target });
    sessions.targetChanged(target);
    return target;
  }

  return {
    /** Others wrote targets: they are counted anew. */
    recount: (): void => void (count = null),
    async add(input: unknown, guard: WriteGuard): Promise<Target> {
      const spec = await validSpec(input, null);
      await guard.check?.(null, spec);
      const { name } = spec;
      const find = (taken: string) => store.targets.get(taken);
      await checkNewName({ noun: "target", name, prefix: "tgt", find });
      count ??= await store.targets.count();
      if (count >= LIMITS.targetsMax) throw tooMany("targets", LIMITS.targetsMax);
      const atMs = clock.wallMs();
      const times = { createdAtMs: atMs, updatedAtMs: atMs };
      const isDry = guard.dryRun === true;
      const handle = isDry ? 0 : await store.targets.nextHandle();
      const target = { id: newId(random, "tgt"), handle, revision: 1, ...times, spec };
      await set(target, guard);
      if (!isDry) count += 1;
      return target;
    },
    async change(found: Target, input: unknown, guard: WriteGuard): Promise<Target> {
      const spec = await validSpec(input, found.spec);
      await guard.check?.(found.spec, spec);
      if (canonicalJson(spec) === canonicalJson(found.spec)) return found;
      const revision = found.revision + 1;
      return set({ ...found, revision, updatedAtMs: clock.wallMs(), spec }, guard);
    },
    async remove(found: Target, { check, dryRun }: WriteGuard): Promise<void> {
      await check?.(found.spec, null);
      if (dryRun === true) return;
      await engine.submit({ type: "target_deleted", targetId: found.id });
      sessions.targetDeleted(found);
      if (count !== null) count -= 1;
    },
  };
}

async function warningsOf(
  store: Pick<Store, "targets" | "probes">,
  targets: readonly Target[],
): Promise<string[][]> {
  const probes = await store.probes.all();
  const known = new Map<string, boolean>();
  const exists = async (name: string): Promise<boolean> => {
    const answer = known.get(name) ?? (await store.targets.get(name)) !== null;
    known.set(name, answer);
    return answer;
  };
  const all: string[][] = [];
  for (const target of targets) {
    const warnings = [...assignmentWarnings(target, probes)];
    for (const parent of target.spec.parents) {
      if (await exists(parent)) continue;
      warnings.push(`It depends on ${parent}, but there is no target of that name.`);
    }
    all.push(warnings);
  }
  return all;
}
