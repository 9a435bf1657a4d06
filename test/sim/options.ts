/** What a simulation is asked to do. */
import type { Fault, FaultKind } from "./faults.ts";
import type { Rule } from "./rules.ts";

/** Options of a simulation. */
export interface SimOptions {
  /** Everything that happens follows from it. */
  seed: number;
  /** Simulated time. Default 1 day. */
  days: number;
  /** Probes, each its own failure domain, in up to 3 regions. Default 5. */
  vantages: number;
  targets: number;
  /** Fault rates: 0 none, 1 normal, 10 tenfold. */
  rate: number;
  intervalMs: number;
  timeoutMs: number;
  fall: number;
  rise: number;
  /** Rules that are switched off. */
  without: readonly Rule[];
  /** Kinds of faults that happen; all when absent. */
  kinds?: readonly FaultKind[];
  /** These faults instead of a plan drawn from the seed. */
  plan?: readonly Fault[];
  /** Told of everything that the aggregator hears and says, as lines. */
  trace?: (line: string, atMs: number) => void;
}

/** Options with the defaults of the issue: 30 s interval, 5 s timeout, fall 3, rise 2. */
export function simOptions(given: Partial<SimOptions>): SimOptions {
  return {
    seed: 1,
    days: 1,
    vantages: 5,
    targets: 20,
    rate: 1,
    intervalMs: 30_000,
    timeoutMs: 5_000,
    fall: 3,
    rise: 2,
    without: [],
    ...given,
  };
}
