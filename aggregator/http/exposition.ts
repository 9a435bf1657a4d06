/** The text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { LatencyHistogram } from "../ports.ts";

/** Values of one metric, by labels as they stand between braces; no labels: the empty text. */
export type Counts = Map<string, number>;

/** A gauge, or a counter when its name ends in _total. */
export interface Metric {
  name: string;
  help: string;
  values: Counts;
}

/** A metric as text. */
export function metric({ name, help, values }: Metric): string {
  const lines = [...values].map(([labels, value]) =>
    labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`,
  );
  return [...headOf(name, help, name.endsWith("_total") ? "counter" : "gauge"), ...lines, ""].join(
    "\n",
  );
}

/** Adds to the value under these labels. */
export function add(counts: Counts, labels: string, by = 1): void {
  counts.set(labels, (counts.get(labels) ?? 0) + by);
}

/** A histogram of latencies in seconds for each probe. */
export function histogram(
  { name, help }: Omit<Metric, "values">,
  byProbe: ReadonlyMap<string, LatencyHistogram>,
): string {
  const lines = [...byProbe].flatMap(([id, latencies]) =>
    linesOf(name, `probe="${id}"`, latencies),
  );
  return [...headOf(name, help, "histogram"), ...lines, ""].join("\n");
}

/** Buckets of Prometheus hold what is in those before them as well. */
function linesOf(name: string, labels: string, latencies: LatencyHistogram): string[] {
  let count = 0;
  const buckets = latencies.counts.map((inBucket, index) => {
    count += inBucket;
    const boundUs = latencies.boundsUs[index];
    const bound = boundUs === undefined ? "+Inf" : String(boundUs / 1_000_000);
    return `${name}_bucket{${labels},le="${bound}"} ${count}`;
  });
  const sum = `${name}_sum{${labels}} ${latencies.sumUs / 1_000_000}`;
  return [...buckets, sum, `${name}_count{${labels}} ${count}`];
}

function headOf(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
