/** Benchmark role's meter: CPU and completed checks of this process over a window. */
import { systemClock } from "../../../shared/clock.ts";

/** What a role measured. */
export interface Measured {
  /** CPU of the whole process, user and system, in microseconds. */
  cpuUs: number;
  completed: number;
  failed: number;
  rssBytes: number;
}

/** What a role counts while it runs. */
export interface Counter {
  completed: number;
  failed: number;
}

/** Warms up, measures, and sends the figures to the parent. */
export function meter(counter: Counter, times: { warmMs: number; measureMs: number }): void {
  const clock = systemClock();
  clock.after(times.warmMs, () => {
    const before = { ...counter };
    const cpu = process.cpuUsage();
    clock.after(times.measureMs, () => {
      const used = process.cpuUsage(cpu);
      const measured: Measured = {
        cpuUs: used.user + used.system,
        completed: counter.completed - before.completed,
        failed: counter.failed - before.failed,
        rssBytes: process.memoryUsage().rss,
      };
      process.send?.({ measured });
    });
  });
}
