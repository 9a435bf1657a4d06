/** Targets as a bound caller writes them: none outside its labels, and none out of them. */
import { QuorateError } from "../../shared/errors.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import { carries } from "../feed/event-filter.ts";
import type { Store } from "../ports.ts";
import { invalidAt } from "../registry/input.ts";
import type { TargetService } from "../registry/targets.ts";
import { notFound } from "../registry/writes.ts";
import type { WriteGuard } from "../registry/writes.ts";
import { labelsText, show } from "./bounds.ts";
import type { BoundRequest } from "./bounds.ts";

/** Targets as a bound caller reads and writes them. */
export function fencedTargetService(
  targets: TargetService,
  store: Pick<Store, "targets">,
  present: () => BoundRequest,
) {
  const get = async (idOrName: string): Promise<Target> => {
    const target = await targets.get(idOrName);
    if (!show(present(), target)) throw notFound("target", idOrName);
    return target;
  };
  /** Looks when it is this write's turn, so that nothing comes between the look and the write. */
  const guarded = (guard: WriteGuard = {}): WriteGuard => ({
    ...guard,
    check: (before, after) => checkWrite({ store, request: present() }, before, after),
  });
  const seen = (target: Target): Target => {
    show(present(), target);
    return target;
  };
  return {
    get,
    create: async (input, guard) => seen(await targets.create(input, guarded(guard))),
    put: async (idOrName, input, guard) => {
      const written = await targets.put(idOrName, input, guarded(guard));
      seen(written.item);
      return written;
    },
    patch: async (idOrName, patch, guard) => {
      const { id } = await get(idOrName);
      return seen(await targets.patch(id, patch, guarded(guard)));
    },
    delete: async (idOrName, guard) => {
      const { id } = await get(idOrName);
      await targets.delete(id, guarded(guard));
    },
    bulk: (inputs, guard) => targets.bulk(inputs, { ...guard, ...guarded() }),
    warnings: (list) => targets.warnings(list),
  } satisfies Partial<TargetService>;
}

interface Looking {
  store: Pick<Store, "targets">;
  request: BoundRequest;
}

async function checkWrite(
  { store, request }: Looking,
  before: TargetSpec | null,
  after: TargetSpec | null,
): Promise<void> {
  const { labels } = request;
  const bound = `This token is bound to targets with ${labelsText(labels)}`;
  if (before !== null && !carries(before.labels, labels)) {
    const sentence = `${bound}, and the target of this name is none of them.`;
    throw new QuorateError("forbidden", sentence);
  }
  if (after === null) return;
  if (!carries(after.labels, labels)) {
    const found = Object.keys(after.labels).length === 0 ? "none" : labelsText(after.labels);
    const sentence = `${bound}; with the labels ${found} the target would be none of them.`;
    throw new QuorateError("forbidden", sentence);
  }
  for (const name of after.parents) {
    if (before?.parents.includes(name) === true) continue;
    const parent = await store.targets.get(name);
    // Whoever depends on a target is told how it is.
    if (parent === null || !show(request, parent)) {
      throw invalidAt("parents", `expected targets that this token may see`, name);
    }
  }
}
