/** How the process is: what a heartbeat says beside its canaries. */
import { loadavg } from "node:os";
import type { Clock } from "../shared/clock.ts";

/** Facts about the process and its host. */
export interface Vitals {
  /** CPU of the process since the last reading, in thousandths of one core. */
  cpuMilli: number;
  rssBytes: number;
  /** One-minute load average of the host times 1,000. */
  loadMilli: number;
}

/** What a reader of vitals needs. */
export interface VitalsDeps {
  clock: Clock;
  /** Is told of each reading. Default: nobody is. */
  onVitals?: ((vitals: Vitals) => void) | undefined;
}

/** A reader of this process's vitals; each reading begins the next period. */
export function processVitals({ clock, onVitals }: VitalsDeps): () => Vitals {
  let lastMonoMs = clock.monoMs();
  let last = process.cpuUsage();
  return () => {
    const monoMs = clock.monoMs();
    const used = process.cpuUsage(last);
    const elapsedMs = Math.max(1, monoMs - lastMonoMs);
    lastMonoMs = monoMs;
    last = process.cpuUsage();
    const vitals: Vitals = {
      cpuMilli: Math.round((used.user + used.system) / elapsedMs),
      rssBytes: process.memoryUsage.rss(),
      loadMilli: Math.round((loadavg()[0] ?? 0) * 1_000),
    };
    onVitals?.(vitals);
    return vitals;
  };
}

/** A reader of the time for which the event loop waited for work since the last reading. */
export function idleReader(): () => number {
  let lastMs = performance.eventLoopUtilization().idle;
  return () => {
    const { idle } = performance.eventLoopUtilization();
    const idleMs = idle - lastMs;
    lastMs = idle;
    return idleMs;
  };
}
