/** What was true: when each target was out of reach, known before the run from the plan. */
import type { Fault } from "./faults.ts";
import { hostOf } from "./world.ts";
import type { World } from "./world.ts";

/** A time in which a target was out of reach or unwell. */
export interface Outage {
  startMs: number;
  endMs: number;
}

/**
 * The outages of every target, in order, without overlap. A target is out while it is broken
 * itself, or while the region that hosts it is lost or cut off. A route that one region lacks, a
 * resolver that does not answer, or anything that befalls a probe is no outage of a target.
 */
export function outagesOf(world: World, faults: readonly Fault[]): Outage[][] {
  return Array.from({ length: world.targets }, (_, target) => {
    const mine = faults.filter((fault) => hits(world, fault, target));
    return merged(mine.map(({ startMs, endMs }) => ({ startMs, endMs })));
  });
}

function hits(world: World, { kind, who }: Fault, target: number): boolean {
  switch (kind) {
    case "refused":
    case "hanging":
    case "wrong":
    case "flapping":
      return who === target;
    case "transit":
    case "power":
      return who === hostOf(world, target);
    default:
      return false;
  }
}

function merged(outages: Outage[]): Outage[] {
  const whole: Outage[] = [];
  for (const outage of outages.sort((left, right) => left.startMs - right.startMs)) {
    const last = whole.at(-1);
    if (last && outage.startMs <= last.endMs) last.endMs = Math.max(last.endMs, outage.endMs);
    else whole.push(outage);
  }
  return whole;
}
