/** The newest few of many results, in the order of the history. */
import type { StoredResult } from "./stored-result.ts";

/** A result and what sorts it. */
export interface Found {
  probeId: string;
  result: StoredResult;
  atMs: number;
}

/**
 * End of the check, probe, slot, attempt and latency: the same before and after compaction. Two
 * results that agree in all of it are one result that was logged twice, and shown once.
 */
export type HistoryKey = readonly [number, string, number, number, number];

/** The key before all others. */
export const NEWEST_KEY: HistoryKey = [Number.MAX_SAFE_INTEGER, "", 0, 0, 0];

/** The key of a result. */
export function historyKey({ atMs, probeId, result }: Found): HistoryKey {
  return [atMs, probeId, result.slotMonoMs, result.attempt, result.latencyUs];
}

/** Keeps the newest of what it is offered. */
export interface Newest {
  offer(found: Found): void;
  /** Nothing that ended before this can be among the newest any more. */
  floorMs(): number;
  /** The newest, newest first, each once. */
  sorted(): Found[];
}

/** Keeps the newest `limit` after the key `after` (null: from the newest on). */
export function createNewest(limit: number, after: HistoryKey | null): Newest {
  let kept: Found[] = [];
  let floor: Found | null = null;

  /** Sorting now and then is cheaper than keeping order at each offer. */
  const trim = (): void => {
    kept.sort((left, right) => compareKeys(historyKey(left), historyKey(right)));
    kept = kept.filter((found, index) => {
      const before = kept[index - 1];
      return !before || compareKeys(historyKey(before), historyKey(found)) !== 0;
    });
    kept.length = Math.min(kept.length, limit);
    floor = kept.length === limit ? (kept.at(-1) ?? null) : null;
  };

  return {
    offer(found) {
      if (floor && found.atMs < floor.atMs) return;
      if (after && compareKeys(historyKey(found), after) <= 0) return;
      kept.push(found);
      if (kept.length >= 2 * limit + 256) trim();
    },
    floorMs() {
      if (kept.length < limit) return Number.NEGATIVE_INFINITY;
      trim();
      return floor?.atMs ?? Number.NEGATIVE_INFINITY;
    },
    sorted() {
      trim();
      return kept;
    },
  };
}

/** Negative when `left` comes first: later end, then probe id, later slot, and so on. */
function compareKeys(left: HistoryKey, right: HistoryKey): number {
  if (left[0] !== right[0]) return right[0] - left[0];
  if (left[1] !== right[1]) return left[1] < right[1] ? -1 : 1;
  if (left[2] !== right[2]) return right[2] - left[2];
  return right[3] - left[3] || right[4] - left[4];
}
