/**
 * A capture: the state as it is at one moment, given away a few targets at a time while the fold
 * goes on. Whatever is about to change a target says so first (`beforeChange`), and a target that
 * the capture still lacks is then kept as it was. So half a million vantages become a snapshot
 * without anybody waiting for all of them.
 */
import { snapshotHead, targetData } from "./snapshot.ts";
import type { SnapshotHead, TargetData } from "./snapshot.ts";
import type { EngineState } from "./state.ts";

/** A capture that has begun. */
export interface Capture {
  /** Everything but the targets. */
  readonly head: SnapshotHead;
  /** The next targets, at most `max`, as they were at the beginning; empty: that was all. */
  take(max: number): TargetData[];
  /** Whether something changed every target at once: what is left cannot be had any more. */
  isSpoiled(): boolean;
  /** The fold keeps nothing for it from now on. */
  end(): void;
}

/** Begins a capture; a state has one at a time, a second one ends the first. */
export function beginCapture(state: EngineState): Capture {
  let kept: TargetData[] = [];
  let spoiled = false;
  const pending = new Set(state.targets.values());
  const watch = {
    pending,
    keep: (target: Parameters<typeof targetData>[1]) => void kept.push(targetData(state, target)),
    spoil: () => {
      spoiled = true;
      pending.clear();
      kept = [];
    },
  };
  state.watch = watch;
  return {
    head: snapshotHead(state),
    take(max) {
      const taken = kept.splice(0, max);
      for (const target of pending) {
        if (taken.length >= max) break;
        pending.delete(target);
        taken.push(targetData(state, target));
      }
      return taken;
    },
    isSpoiled: () => spoiled,
    end() {
      pending.clear();
      if (state.watch === watch) state.watch = null;
    },
  };
}
