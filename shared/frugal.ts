/** How much garbage a program keeps before it collects all of it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Makes V8 collect the old space when it has grown by so many percent, and not when it is two to
 * four times as large. A probe with 50,000 targets then holds 194 MiB instead of 253 and rising, an
 * aggregator with 100,000 half as much, at no more CPU that could be measured
 * (test/bench/NOTES.md). Holds for the whole process.
 */
export function keepHeapSmall(growthPercent = 30): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
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
