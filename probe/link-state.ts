/** The states of the link to the aggregator, and how long it waits before it tries again. */
import type { Random } from "../shared/random.ts";

/**
 * State of the link.
 * `idle` not started; `connecting` hello was sent and no welcome came yet; `open` welcomed, results
 * flow; `waiting` the session ended and the next try is due at `retryAtMonoMs`; `refused` the
 * aggregator said not to come back with this credential; `closed` stopped by us.
 */
export type LinkState =
  | { name: "idle" }
  | { name: "connecting"; sinceMonoMs: number }
  | { name: "open"; sinceMonoMs: number; probeName: string }
  | { name: "waiting"; retryAtMonoMs: number; why: string }
  | { name: "refused"; why: string }
  | { name: "closed" };

/** Shortest wait before a new session; shorter makes a thousand probes come back at once. */
export const RETRY_MS_MIN = 200;
/** Longest wait before a new session; longer leaves a mended aggregator blind for longer. */
export const RETRY_MS_MAX = 5_000;

/**
 * Wait before try number `failures` (from 1): exponential with full jitter between the bounds.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(failures: number, random: Random): number {
  const ceilingMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures + 1, 16));
  return Math.round(RETRY_MS_MIN + random.float() * (ceilingMs - RETRY_MS_MIN));
}
