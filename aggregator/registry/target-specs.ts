/** Whether what is said of a target can be: its options by their kind, its parents in no ring. */
import { targetSpecSchema } from "../../shared/target.ts";
import type { TargetSpec } from "../../shared/target.ts";
import type { Store } from "../ports.ts";
import { invalidAt, parseInput } from "./input.ts";
import { sameJson } from "./json.ts";
import type { OptionKinds } from "./writes.ts";

/** What checking works with. */
export interface SpecCheckDeps {
  store: Pick<Store, "targets">;
  kinds: OptionKinds<unknown>;
}

/**
 * Creates the check: gives the spec with defaults and with the secrets that a mask stands for, or
 * throws invalid with every path that is wrong. `before` is the spec that it replaces.
 */
export function createSpecCheck({ store, kinds }: SpecCheckDeps) {
  const parentsOf: ParentsOf = async (name) => (await store.targets.get(name))?.spec.parents ?? [];
  return async (input: unknown, before: TargetSpec | null): Promise<TargetSpec> => {
    const spec = readSpec(kinds, input, before);
    if (spec.parents.length > 0) await checkNoCycle(spec, parentsOf);
    return spec;
  };
}

/**
 * The spec of an input, without a look at what it depends on. What is there already, word for word,
 * was prepared when it came.
 */
export function readSpec(
  kinds: OptionKinds<unknown>,
  input: unknown,
  before: TargetSpec | null,
): TargetSpec {
  const spec = parseInput(targetSpecSchema, input);
  const stored = before !== null && before.kind === spec.kind ? before.options : {};
  const options = kinds.merge(spec.kind, spec.options, stored);
  const isKnown = before?.kind === spec.kind && sameJson(options, stored);
  if (!isKnown) kinds.prepare(spec.kind, options);
  return { ...spec, options };
}

/** Names of the parents of a target; none when it is not there. */
export type ParentsOf = (name: string) => Promise<readonly string[]>;

/** Walks up the parents; throws when a target would depend on itself. Absent parents are fine. */
export async function checkNoCycle(spec: TargetSpec, parentsOf: ParentsOf): Promise<void> {
  const seen = new Set<string>();
  const open = spec.parents.map((name) => ({ name, path: [spec.name] }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, path } = next;
    const walked = [...path, name];
    if (name === spec.name) {
      const message = `a target must not depend on itself: ${walked.join(" -> ")}`;
      throw invalidAt("parents", message);
    }
    if (seen.has(name)) continue;
    seen.add(name);
    for (const above of await parentsOf(name)) open.push({ name: above, path: walked });
  }
}
