/** Checks that keep something open between their looks: told when it changes, closed when over. */
import { isRunnable } from "./assigned.ts";
import type { AssignedTarget } from "./assigned.ts";

/** What is needed to keep checks. */
export interface KeptDeps {
  /** Looks at a target again, because it seems to have changed. */
  lookAgain: (target: AssignedTarget) => void;
}

/** The checks that are kept. */
export interface KeptChecks {
  /** A target is new or changed; its older check is closed. */
  set(target: AssignedTarget): void;
  remove(handle: number): void;
  /** Closes all. */
  stop(): void;
}

/** Creates an empty set. */
export function createKeptChecks({ lookAgain }: KeptDeps): KeptChecks {
  const closers = new Map<number, () => void>();
  const remove = (handle: number): void => {
    closers.get(handle)?.();
    closers.delete(handle);
  };
  return {
    remove,
    set(target) {
      remove(target.handle);
      const { check } = target;
      if (!isRunnable(check)) return;
      check.onChange?.(() => lookAgain(target));
      if (check.close !== undefined) closers.set(target.handle, check.close);
    },
    stop() {
      for (const handle of closers.keys()) remove(handle);
    },
  };
}
