/** How much garbage a program keeps before it collects all of it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock, Timer } from "./clock.ts";

/**
 * Makes V8 collect the old space when it has grown by so many percent, and not when it is two to
 * four times as large. A probe with 50,000 targets then holds 194 MiB instead of 253 and rising, an
 * aggregator with 100,000 half as much, at no more CPU that could be measured
 * (test/bench/NOTES.md). Holds for the whole process.
 */
export function keepHeapSmall(growthPercent = 30): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}

/** Garbage beside what lives that is always allowed: less, and a small heap is collected always. */
const ROOM_BYTES = 40 * 2 ** 20;
const [GROWTH_PERCENT_MIN, GROWTH_PERCENT_MAX] = [20, 100];
/** Time between two looks at how large the heap is: what is told to a program comes and goes. */
const LOOK_MS = 60_000;

/**
 * Keeps the heap of a program that has started a fifth above what lives, of a small one 40 MB; ends
 * when the timer is cancelled. Not before it has started: a heap that grows up would be collected
 * again and again.
 */
export function settleHeap(clock: Clock): Timer {
  keepHeapSmall(GROWTH_PERCENT_MIN);
  collectGarbage();
  const look = (): void => {
    const percent = Math.round((100 * ROOM_BYTES) / process.memoryUsage().heapUsed);
    keepHeapSmall(Math.min(GROWTH_PERCENT_MAX, Math.max(GROWTH_PERCENT_MIN, percent)));
  };
  look();
  return clock.every(LOOK_MS, look);
}

/**
 * Collects all garbage now, 2 ms for each MB that lives: the bound that `keepHeapSmall` set holds
 * from the next collection on, which after a start with many targets may be far away. V8 gives its
 * collector only to a context that is made after this flag was set.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") Reflect.apply(collect, null, []);
}
