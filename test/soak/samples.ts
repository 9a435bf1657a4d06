/** What a process holds, again and again, and whether it stays as it is. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { median } from "../bench/facts.ts";
import { handlesOf, rssBytesOf } from "../bench/process-cost.ts";

/** One sample. */
export interface Sample {
  atMs: number;
  rssBytes: number;
  handles: number;
  diskBytes: number;
  /** Results sent until then. */
  sent: number;
}

/** Takes a sample of a process and its folder. */
export function sampleOf(pid: number, folder: string, at: Pick<Sample, "atMs" | "sent">): Sample {
  const rssBytes = rssBytesOf(pid);
  return { ...at, rssBytes, handles: handlesOf(pid), diskBytes: diskBytesOf(folder) };
}

function diskBytesOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? diskBytesOf(path) : (statSync(path, NONE)?.size ?? 0);
  }
  return bytes;
}

/** A file may go between the listing and the look. */
const NONE = { throwIfNoEntry: false } as const;

/** A line of the table of a soak. */
export interface SoakRow {
  what: string;
  /** In the middle third, and in the last. */
  middle: string;
  last: string;
  bound: string;
  holds: boolean;
}

/** Growth of memory from the middle third to the last that is still flat: caches fill. */
const MEMORY_GROWTH_MAX = 1.15;
const MEMORY_SLACK_BYTES = 32 * 2 ** 20;
const HANDLES_SLACK = 16;
/** Bytes of disk a result, the log that is not packed yet and its archive included. */
const DISK_BYTES_A_RESULT_MAX = 60;

/** Whether memory, handles and disk stayed flat; the first third is for settling. */
export function flatRows(samples: readonly Sample[]): SoakRow[] {
  const third = Math.floor(samples.length / 3);
  const middle = samples.slice(third, 2 * third);
  const last = samples.slice(2 * third);
  const of = (some: readonly Sample[], read: (sample: Sample) => number): number =>
    median(some.map(read));
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const memory = [middle, last].map((some) => of(some, ({ rssBytes }) => rssBytes));
  const handles = [middle, last].map((some) => of(some, ({ handles: open }) => open));
  const grown = [middle, last].map(bytesAResult);
  const [memoryBefore = 0, memoryAfter = 0] = memory;
  const [handlesBefore = 0, handlesAfter = 0] = handles;
  const [grownBefore = 0, grownAfter = 0] = grown;
  return [
    {
      what: "memory of the aggregator",
      middle: mebibytes(memoryBefore),
      last: mebibytes(memoryAfter),
      bound: `at most × ${MEMORY_GROWTH_MAX} + ${mebibytes(MEMORY_SLACK_BYTES)}`,
      holds: memoryAfter <= memoryBefore * MEMORY_GROWTH_MAX + MEMORY_SLACK_BYTES,
    },
    {
      what: "open handles of the aggregator",
      middle: String(handlesBefore),
      last: String(handlesAfter),
      bound: `at most ${HANDLES_SLACK} more`,
      holds: handlesAfter <= handlesBefore + HANDLES_SLACK,
    },
    {
      what: "disk grown by, bytes a result",
      middle: grownBefore.toFixed(1),
      last: grownAfter.toFixed(1),
      bound: `at most ${DISK_BYTES_A_RESULT_MAX}`,
      holds: Math.max(grownBefore, grownAfter) <= DISK_BYTES_A_RESULT_MAX,
    },
  ];
}

function bytesAResult(some: readonly Sample[]): number {
  const first = some.at(0);
  const last = some.at(-1);
  if (!first || !last || last.sent === first.sent) return 0;
  return (last.diskBytes - first.diskBytes) / (last.sent - first.sent);
}
