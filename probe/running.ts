/**
 * The looks that run now. A Set would do, but V8 keeps each table that a Set has outgrown linked to
 * the next one, with what was in it: once one of them was promoted, every look after it outlives
 * its young collection. That was half of all looks (test/bench/NOTES.md).
 */
import type { Look } from "./seat.ts";

/** The looks that run now, in no order. */
export interface Running {
  add(look: Look): void;
  /** Takes out a look that was added. */
  remove(look: Look): void;
  size(): number;
  /** Those that run now; those that are added or removed meanwhile do not change it. */
  all(): readonly Look[];
}

/** Creates a list without any look. */
export function createRunning(): Running {
  const looks: Look[] = [];
  return {
    add(look) {
      look.place = looks.length;
      looks.push(look);
    },
    remove(look) {
      const last = looks.pop();
      if (last === undefined || last === look) return;
      // The last one takes the place that is free now.
      looks[look.place] = last;
      last.place = look.place;
    },
    size: () => looks.length,
    all: () => [...looks],
  };
}
