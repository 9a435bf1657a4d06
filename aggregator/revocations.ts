/** Who was sent away: ends at once what a revoked token or session has open in this process. */
import type { Revocations } from "./ports.ts";

/** Creates the revocations of one aggregator; who watches is bounded by the streams there are. */
export function createRevocations(): Revocations {
  const watching = new Map<string, Set<() => void>>();
  return {
    revoke: (id) => {
      const listeners = watching.get(id);
      watching.delete(id);
      for (const listener of listeners ?? []) listener();
    },
    watch: (id, onRevoked) => {
      const listeners = watching.get(id) ?? new Set();
      // Each watch is a listener of its own, though the same function may watch twice.
      const listener = (): void => onRevoked();
      listeners.add(listener);
      watching.set(id, listeners);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && watching.get(id) === listeners) watching.delete(id);
      };
    },
  };
}
