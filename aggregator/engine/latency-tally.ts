/** How long scheduled checks that were ok took, by probe, since the start; for the metrics. */
import { LIMITS } from "../../shared/limits.ts";
import { OutcomeClass } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { LatencyHistogram } from "../ports.ts";
import type { ResultsEvent } from "../verdict/event.ts";

/** Upper bounds of the buckets in microseconds: from a rack to a slow page of another continent. */
const LATENCY_BOUNDS_US: readonly number[] = [
  1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  5_000_000, 10_000_000,
];

/** Key of the probes that have no histogram of their own. */
const OTHER_PROBES = "other";

/** Latencies as they come in. */
export interface LatencyTally {
  /** Counts a batch that is in the log. Bursts and what an earlier boot saw are left out. */
  add(event: ResultsEvent): void;
  /** By probe id; `other` stands for all beyond LIMITS.metricProbesMax. */
  histograms(): ReadonlyMap<string, LatencyHistogram>;
}

/** Creates an empty tally. */
export function createLatencyTally(): LatencyTally {
  const byProbe = new Map<string, LatencyHistogram & { counts: number[]; sumUs: number }>();

  function histogramOf(probeId: string) {
    const key =
      byProbe.has(probeId) || byProbe.size < LIMITS.metricProbesMax ? probeId : OTHER_PROBES;
    const found = byProbe.get(key);
    if (found) return found;
    const counts = Array.from({ length: LATENCY_BOUNDS_US.length + 1 }, () => 0);
    const made = { boundsUs: LATENCY_BOUNDS_US, counts, sumUs: 0 };
    byProbe.set(key, made);
    return made;
  }

  return {
    add: ({ probeId, replayed, batch }) => {
      if (replayed) return;
      const histogram = histogramOf(probeId);
      for (const [row, outcome] of batch.outcome.entries()) {
        if (outcome !== OutcomeClass.OUTCOME_CLASS_OK || batch.attempt[row] !== 0) continue;
        const latencyUs = batch.latencyUs[row] ?? 0;
        const bucket = bucketOf(latencyUs);
        histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
        histogram.sumUs += latencyUs;
      }
    },
    histograms: () => byProbe,
  };
}

function bucketOf(latencyUs: number): number {
  const found = LATENCY_BOUNDS_US.findIndex((boundUs) => latencyUs <= boundUs);
  return found === -1 ? LATENCY_BOUNDS_US.length : found;
}
