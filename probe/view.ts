/**
 * What this probe itself saw of its targets: the view of one vantage, not a verdict. It is what a
 * sidecar wants to know: can I, from here, reach what I depend on?
 */
import type { Clock } from "../shared/clock.ts";
import type { CheckResult } from "../shared/result.ts";
import type { AssignedTarget } from "./assigned.ts";
import { isFailure } from "./seat.ts";

/**
 * How a target looks from here. `reached`: its last look, or one before it that still holds,
 * passed; `failing`: as many looks in a row failed as its `fall` says; `unknown`: too little was
 * seen, or it was seen too long ago.
 */
export type LocalView = "reached" | "failing" | "unknown";

/** Looks in a row that must pass before a failing target counts as reached again. */
const RISE = 2;

/** The views of this probe. */
export interface Views {
  /** A target is new or changed; a new revision is seen anew. */
  set(target: AssignedTarget): void;
  remove(handle: number): void;
  /** Takes a finished result. */
  take(result: CheckResult): void;
  /** How the target of this name looks from here; null when there is none. */
  of(name: string): LocalView | null;
  /** Names of targets whose view is too old by now. */
  expired(): string[];
}

interface Seen {
  target: AssignedTarget;
  view: LocalView;
  failures: number;
  oks: number;
  /** When the newest look that says anything ended. */
  seenMonoMs: number;
}

/** Creates views of nothing; `onChanged` is told the name of a target whose view changed. */
export function createViews(clock: Clock, onChanged: (name: string) => void): Views {
  const byHandle = new Map<number, Seen>();
  const byName = new Map<string, Seen>();

  const isOld = ({ target, seenMonoMs }: Seen): boolean => {
    const freshMs = 2 * target.intervalMs + target.timeoutMs;
    return clock.monoMs() - seenMonoMs > freshMs;
  };
  const viewOf = (seen: Seen): LocalView => (isOld(seen) ? "unknown" : seen.view);

  function forget(handle: number): void {
    const seen = byHandle.get(handle);
    if (seen === undefined) return;
    byHandle.delete(handle);
    if (byName.get(seen.target.name) === seen) byName.delete(seen.target.name);
  }

  return {
    set(target) {
      const before = byHandle.get(target.handle);
      forget(target.handle);
      const kept = before?.target.revision === target.revision ? before : NOTHING_SEEN;
      const seen: Seen = { ...kept, target };
      byHandle.set(target.handle, seen);
      byName.set(target.name, seen);
      if (before !== undefined && before.target.name !== target.name) onChanged(before.target.name);
      onChanged(target.name);
    },
    remove(handle) {
      const name = byHandle.get(handle)?.target.name;
      forget(handle);
      if (name !== undefined) onChanged(name);
    },
    take(result) {
      const seen = byHandle.get(result.handle);
      if (seen === undefined || seen.target.revision !== result.revision) return;
      if (!counts(result)) return;
      const before = viewOf(seen);
      seen.seenMonoMs = result.endMonoMs;
      Object.assign(seen, isFailure(result.outcome) ? failed(seen) : passed(seen));
      if (viewOf(seen) !== before) onChanged(seen.target.name);
    },
    of(name) {
      const seen = byName.get(name);
      return seen === undefined ? null : viewOf(seen);
    },
    expired: () => [...byName].filter(([, seen]) => isOld(seen)).map(([name]) => name),
  };
}

const NOTHING_SEEN = { view: "unknown", failures: 0, oks: 0, seenMonoMs: -Infinity } as const;

/** A look that says nothing, or a failure while this probe itself was unwell, changes no view. */
function counts({ outcome, certificate }: CheckResult): boolean {
  return outcome.class === "ok" || (isFailure(outcome) && certificate !== "failed");
}

function failed({ view, failures, target }: Seen): Partial<Seen> {
  const inRow = failures + 1;
  return { failures: inRow, oks: 0, view: inRow >= target.fall ? "failing" : view };
}

function passed({ view, oks }: Seen): Partial<Seen> {
  const inRow = oks + 1;
  return { failures: 0, oks: inRow, view: view === "failing" && inRow < RISE ? view : "reached" };
}
