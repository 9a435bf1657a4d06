/**
 * Many targets at once. All inputs are looked at first, a few at a time so that others have their
 * turn; then what changes is given to the engine in groups, each of which is one transaction of the
 * log and one step of the fold.
 */
import type { Clock } from "../../shared/clock.ts";
import { QuorateError, messageOf } from "../../shared/errors.ts";
import type { InputIssue } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Engine, MeshSessions, Store } from "../ports.ts";
import { invalidAt } from "./input.ts";
import { sameJson } from "./json.ts";
import { checkNoCycle, readSpec } from "./target-specs.ts";
import { looksLikeId, tooMany } from "./writes.ts";
import type { OptionKinds, WriteGuard } from "./writes.ts";

/** What writing many works with. */
export interface BulkDeps {
  store: Pick<Store, "targets">;
  engine: Pick<Engine, "submit">;
  sessions: Pick<MeshSessions, "targetChanged">;
  kinds: OptionKinds<unknown>;
  clock: Clock;
  random: Random;
}

/** Conditions of a bulk write. */
export type BulkGuard = Pick<WriteGuard, "check" | "dryRun">;

/** What became of one input, in the order of the inputs. */
export interface BulkOutcome {
  index: number;
  /** Null when the input has no name that can be read. */
  name: string | null;
  outcome: "created" | "updated" | "unchanged" | "refused";
  /** Null when there is no such target, or would only be one. */
  id: string | null;
  /** Revision it has, or would have; null when refused. */
  revision: number | null;
  /** Why it was refused; paths are of the input. */
  issues: readonly InputIssue[];
}

/** Inputs that are looked at before others have their turn. */
const LOOKED_PER_TURN = 50;
/** Targets in one group for the engine: what it appends in one transaction at most. */
const GROUP = 500;

interface Planned {
  outcome: BulkOutcome;
  /** What is written; null when nothing is. */
  target: Target | null;
}

/** Writes many targets; resolves when all of them are committed and folded. */
export async function writeBulk(
  deps: BulkDeps,
  inputs: readonly unknown[],
  guard: BulkGuard,
): Promise<BulkOutcome[]> {
  const read = await readAll(deps, inputs);
  await refuseCycles(deps, read);
  const planned = await planAll(deps, read, guard);
  if (guard.dryRun !== true) await writeAll(deps, planned);
  return planned.map(({ outcome }) => outcome);
}

/** An input as it was read: a spec and the target it replaces, or an outcome already. */
interface Read {
  index: number;
  name: string | null;
  found: Target | null;
  spec: TargetSpec | null;
  issues: readonly InputIssue[];
}

async function readAll({ store, kinds }: BulkDeps, inputs: readonly unknown[]): Promise<Read[]> {
  const first = new Map<string, number>();
  const all: Read[] = [];
  let known: ReadonlyMap<string, Target> = new Map();
  for (const [index, input] of inputs.entries()) {
    if (index % LOOKED_PER_TURN === 0) {
      await nextTurn();
      const names = inputs
        .slice(index, index + LOOKED_PER_TURN)
        .flatMap((one) => nameOf(one) ?? []);
      known = new Map((await store.targets.named(names)).map((one) => [one.spec.name, one]));
    }
    const name = nameOf(input);
    const one: Read = { index, name, found: null, spec: null, issues: [] };
    all.push(one);
    try {
      const twin = name === null ? undefined : first.get(name);
      if (twin !== undefined) {
        throw invalidAt("name", `expected each name once; entry ${twin} has it too`, name);
      }
      if (name !== null) {
        first.set(name, index);
        if (looksLikeId(name, "tgt")) {
          throw invalidAt("name", "expected a name that does not look like an id (tgt_…)", name);
        }
        one.found = known.get(name) ?? null;
      }
      one.spec = readSpec(kinds, input, one.found?.spec ?? null);
    } catch (error) {
      one.issues = issuesOf(error);
    }
  }
  return all;
}

function nameOf(input: unknown): string | null {
  if (typeof input !== "object" || input === null || !("name" in input)) return null;
  return typeof input.name === "string" ? input.name : null;
}

/** As a single write would be refused; what is no refusal is thrown on. */
function issuesOf(error: unknown): readonly InputIssue[] {
  if (!(error instanceof QuorateError) || error.code === "internal") throw error;
  if (error.issues.length > 0) return error.issues;
  return [{ path: "", message: error.message }];
}

/** Parents are those of the whole request: entries may depend on ones that come after them. */
async function refuseCycles({ store }: BulkDeps, all: readonly Read[]): Promise<void> {
  const parents = new Map<string, readonly string[]>();
  for (const { spec } of all) if (spec) parents.set(spec.name, spec.parents);
  const parentsOf = async (name: string): Promise<readonly string[]> => {
    const known = parents.get(name) ?? (await store.targets.get(name))?.spec.parents ?? [];
    parents.set(name, known);
    return known;
  };
  for (const one of all) {
    if (!one.spec || one.spec.parents.length === 0) continue;
    try {
      await checkNoCycle(one.spec, parentsOf);
    } catch (error) {
      one.issues = issuesOf(error);
      one.spec = null;
    }
  }
}

async function planAll(
  { store, clock, random }: BulkDeps,
  all: readonly Read[],
  { check, dryRun = false }: BulkGuard,
): Promise<Planned[]> {
  let count = await store.targets.count();
  const planned: Planned[] = [];
  for (const [place, { index, name, found, spec, issues }] of all.entries()) {
    if (place % LOOKED_PER_TURN === 0) await nextTurn();
    const facts = { index, name };
    const refuse = (why: readonly InputIssue[]) =>
      planned.push({ outcome: { ...facts, ...REFUSED, issues: why }, target: null });
    if (spec === null) {
      refuse(issues);
      continue;
    }
    try {
      await check?.(found?.spec ?? null, spec);
      if (!found && count >= LIMITS.targetsMax) throw tooMany("targets", LIMITS.targetsMax);
    } catch (error) {
      refuse(issuesOf(error));
      continue;
    }
    const updatedAtMs = clock.wallMs();
    if (found && sameJson(spec, found.spec)) {
      const { id, revision } = found;
      const outcome = { ...facts, outcome: "unchanged", id, revision, issues: [] } as const;
      planned.push({ outcome, target: null });
    } else if (found) {
      const target = { ...found, revision: found.revision + 1, updatedAtMs, spec };
      planned.push({ outcome: { ...facts, ...shown("updated", target, false) }, target });
    } else {
      const handle = dryRun ? 0 : await store.targets.nextHandle();
      const times = { createdAtMs: updatedAtMs, updatedAtMs };
      const target = { id: newId(random, "tgt"), handle, revision: 1, ...times, spec };
      planned.push({ outcome: { ...facts, ...shown("created", target, dryRun) }, target });
      count += 1;
    }
  }
  return planned;
}

const REFUSED = { outcome: "refused", id: null, revision: null } as const;

function shown(outcome: "created" | "updated", { id, revision }: Target, isUnborn: boolean) {
  return { outcome, id: isUnborn ? null : id, revision, issues: [] };
}

/** A group that the engine does not take is refused, and so are those after it. */
async function writeAll(
  { engine, sessions }: BulkDeps,
  planned: readonly Planned[],
): Promise<void> {
  const changed = planned.filter(({ target }) => target !== null);
  for (let at = 0; at < changed.length; at += GROUP) {
    const group = changed.slice(at, at + GROUP);
    const written = await Promise.allSettled(
      group.map(async (one) => {
        if (!one.target) return;
        await engine.submit({ type: "target_set", target: one.target });
        sessions.targetChanged(one.target);
      }),
    );
    for (const [index, { status, ...rest }] of written.entries()) {
      const one = group[index];
      if (status !== "rejected" || !one) continue;
      const why: unknown = "reason" in rest ? rest.reason : null;
      const message = `not written: ${messageOf(why)}`;
      one.outcome = { ...one.outcome, ...REFUSED, issues: [{ path: "", message }] };
    }
  }
}
