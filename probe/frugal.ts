/** How a probe has V8 spend memory. All of it holds for the whole process. */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { keepHeapSmall } from "../shared/frugal.ts";

/**
 * `allocation-site-pretenuring`: V8 puts what often lived long into the old space from the start.
 * Looks live for milliseconds, but 50,000 targets that are prepared at once mislead it, and each
 * dead look in the old space keeps what it held from the young collections: half of all garbage
 * then outlived them, a fifth of the CPU.
 *
 * `semi-space-growth-factor`: the young space stays at 1 MiB. It would grow to 32 while the program
 * is loaded and targets come in, as that all survives, and then stay so.
 */
const YOUNG_FLAGS = ["--no-allocation-site-pretenuring", "--semi-space-growth-factor=1"];

/** CPU from which a process is busy enough to be given more memory, thousandths of a core. */
const BUSY_CPU_MILLI = 200;

/** Readings in a row that must be busy: taking in 50,000 targets is over before. */
const BUSY_READINGS_MIN = 3;

/** Young space that a busy process may have; more saved no CPU that could be measured. */
const YOUNG_BYTES_MAX = 8 * 2 ** 20;

/** Keeps the heap small from now on; to be called before anything large is loaded. */
export function beFrugal(): void {
  keepHeapSmall();
  for (const flag of YOUNG_FLAGS) setFlagsFromString(flag);
}

/**
 * Lets the young space of a process that stays busy grow: its collections are fewer then. The
 * function that is returned is told of the CPU since the last time, thousandths of a core.
 */
export function youngSpaceKeeper(): (cpuMilli: number) => void {
  let busyReadings = 0;
  return (cpuMilli) => {
    busyReadings = cpuMilli < BUSY_CPU_MILLI ? 0 : busyReadings + 1;
    const mayGrow = busyReadings >= BUSY_READINGS_MIN && youngBytes() < YOUNG_BYTES_MAX;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  };
}

function youngBytes(): number {
  return (
    getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? 0
  );
}
