/** What processes cost, as Linux tells it in /proc: peers of ours cannot be asked. */
import { readFileSync, readdirSync } from "node:fs";
import { systemClock, sleep } from "../../shared/clock.ts";

const clock = systemClock();

/** CPU of a process and all its descendants so far, microseconds; 0 for one that is gone. */
export function cpuUsOf(pid: number): number {
  return sumOver(pid, (one) => ranNs(one) / 1_000);
}

/** Resident memory of a process and all its descendants, bytes. */
export function rssBytesOf(pid: number): number {
  return sumOver(pid, (one) => {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`${one}/status`));
    return Number(match?.[1] ?? 0) * 1_024;
  });
}

/** Open files of a process and all its descendants. */
export function handlesOf(pid: number): number {
  return sumOver(pid, (one) => listProc(`${one}/fd`).length);
}

/** One stretch of time, measured from outside. */
export interface Window {
  cpuUs: number;
  /** What was counted meanwhile. */
  counted: number;
  tookMs: number;
}

/** Measures a process over `windows` stretches of `windowMs`; `count` counts up. */
export async function measureWindows(
  pid: number,
  { windows, windowMs, count }: { windows: number; windowMs: number; count: Count },
): Promise<Window[]> {
  const measured: Window[] = [];
  for (let index = 0; index < windows; index += 1) {
    const startMs = clock.monoMs();
    const before = { cpuUs: cpuUsOf(pid), counted: await count() };
    await sleep(clock, windowMs);
    const cpuUs = cpuUsOf(pid) - before.cpuUs;
    const counted = (await count()) - before.counted;
    measured.push({ cpuUs, counted, tookMs: clock.monoMs() - startMs });
  }
  return measured;
}

/** Reads a counter. */
export type Count = () => number | Promise<number>;

/** Thousandths of one core that a stretch took. */
export function milliCores({ cpuUs, tookMs }: Window): number {
  return cpuUs / tookMs;
}

function sumOver(pid: number, read: (pid: number) => number): number {
  let sum = read(pid);
  for (const task of listProc(`${pid}/task`)) {
    const children = readProc(`${pid}/task/${task}/children`).trim();
    for (const child of children === "" ? [] : children.split(" ")) {
      sum += sumOver(Number(child), read);
    }
  }
  return sum;
}

/** Nanoseconds on a CPU of all threads; the file of the process has those of the first alone. */
function ranNs(pid: number): number {
  let sum = 0;
  for (const task of listProc(`${pid}/task`)) {
    sum += Number(readProc(`${pid}/task/${task}/schedstat`).split(" ")[0] ?? 0);
  }
  return sum;
}

function listProc(path: string): string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    // The process is gone.
    return [];
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    // The process or thread is gone.
    return "";
  }
}
