/** How long to wait before another attempt. */
import { LIMITS } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";

/** Ceiling of the wait after the first failure. */
const FIRST_CEILING_MS = 1_000;

/**
 * Wait after the `failures`-th failure in a row: uniform in (0, ceiling], the ceiling doubling from
 * 1 s to 15 min. Full jitter, because the messages of one outage are all made at the same moment.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, random: Random): number {
  const doubled = FIRST_CEILING_MS * 2 ** Math.max(0, failures - 1);
  const ceilingMs = Math.min(doubled, LIMITS.deliveryBackoffMsMax);
  return 1 + Math.floor(random.float() * ceilingMs);
}
