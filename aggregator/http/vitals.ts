/** How each probe's process is, for /metrics. A probe is its id, which tells nothing. */
import type { ProbeFacts } from "../../shared/probe.ts";
import type { Metric } from "./exposition.ts";

interface Reading {
  name: string;
  help: string;
  of: (vitals: ProbeFacts, nowMs: number) => number | null;
}

const scaled = (value: number | null, by: number): number | null =>
  value === null ? null : value / by;

const READINGS: readonly Reading[] = [
  {
    name: "quorate_probe_connected",
    help: "1 while the probe has a session.",
    of: ({ connected }) => Number(connected),
  },
  {
    name: "quorate_probe_heartbeat_age_seconds",
    help: "Time since the probe's last heartbeat.",
    of: ({ lastHeartbeatAtMs }, nowMs) => {
      return lastHeartbeatAtMs === null ? null : Math.max(0, nowMs - lastHeartbeatAtMs) / 1_000;
    },
  },
  {
    name: "quorate_probe_cpu_cores",
    help: "CPU of the probe's process, in cores.",
    of: ({ cpuMilli }) => scaled(cpuMilli, 1_000),
  },
  {
    name: "quorate_probe_memory_bytes",
    help: "Resident memory of the probe's process.",
    of: ({ rssBytes }) => rssBytes,
  },
  {
    name: "quorate_probe_event_loop_lag_seconds",
    help: "How late the probe's event loop ran at worst.",
    of: ({ eventLoopLagMs }) => scaled(eventLoopLagMs, 1_000),
  },
  {
    name: "quorate_probe_load",
    help: "One-minute load average of the probe's host.",
    of: ({ loadMilli }) => scaled(loadMilli, 1_000),
  },
  {
    name: "quorate_probe_running_checks",
    help: "Checks that run at the probe.",
    of: ({ runningChecks }) => runningChecks,
  },
  {
    name: "quorate_probe_skipped_checks",
    help: "Checks that could not start in time before the last heartbeat: it is overloaded.",
    of: ({ skippedChecks }) => skippedChecks,
  },
  {
    name: "quorate_probe_spooled_batches",
    help: "Batches that wait at the probe.",
    of: ({ spooledBatches }) => spooledBatches,
  },
  {
    name: "quorate_probe_dropped_batches",
    help: "Batches the probe gave up since its start.",
    of: ({ droppedBatches }) => droppedBatches,
  },
];

/** The vitals of probes as metrics; `nowMs` is log time. */
export function vitalsMetrics(
  probes: Iterable<{ id: string; vitals: ProbeFacts }>,
  nowMs: number,
): Metric[] {
  const metrics = READINGS.map(({ name, help, of }) => {
    return { of, metric: { name, help, values: new Map<string, number>() } };
  });
  for (const { id, vitals } of probes) {
    for (const { of, metric } of metrics) {
      const value = of(vitals, nowMs);
      if (value !== null) metric.values.set(`probe="${id}"`, value);
    }
  }
  return metrics.map(({ metric }) => metric);
}
