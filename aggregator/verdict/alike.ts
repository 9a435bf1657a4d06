/**
 * What many targets say alike, kept once: 100,000 targets have a handful of policies, selectors
 * and sets of labels between them, and each came as an object of its own out of its JSON.
 */
import { LIMITS } from "../../shared/limits.ts";
import type { Target } from "../../shared/target.ts";

/** The parts of specs that were seen. */
export interface Alike {
  /** Makes a target hold the parts that an earlier one holds, where they are equal. */
  share(target: Target): void;
}

/** Parts of one name: equal ones are one object, frozen, because nobody owns it. */
function createPool<Part extends object>(): (part: Part) => Part {
  const byText = new Map<string, Part>();
  return (part) => {
    const text = JSON.stringify(part);
    const known = byText.get(text);
    if (known !== undefined) return known;
    if (byText.size >= LIMITS.alikePartsMax) return part;
    byText.set(text, Object.freeze(part));
    return part;
  };
}

/** Creates a place for parts that has seen none. */
export function createAlike(): Alike {
  const labels = createPool<Target["spec"]["labels"]>();
  const vantages = createPool<Target["spec"]["vantages"]>();
  const parents = createPool<Target["spec"]["parents"]>();
  const policy = createPool<Target["spec"]["policy"]>();
  return {
    share({ spec }) {
      spec.labels = labels(spec.labels);
      spec.vantages = vantages(spec.vantages);
      spec.parents = parents(spec.parents);
      spec.policy = policy(spec.policy);
    },
  };
}
