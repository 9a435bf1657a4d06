/** When a request that failed is sent again, and how long is waited before. */
import type { Clock } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import type { Random } from "../random.ts";
import { ProblemError } from "./problem-error.ts";

const TEMPORARY: readonly number[] = [0, 429, 502, 503, 504];

const FIRST_MS = 250;

/** Whether what was thrown may pass by itself: no answer, or one that says so. */
export function isWorthRetrying(thrown: unknown): thrown is ProblemError {
  return thrown instanceof ProblemError && TEMPORARY.includes(thrown.status);
}

/**
 * How long to wait before the next attempt: what the aggregator asks for, else twice as long each
 * time, from a quarter of a second, spread by half to either side. Null: longer than
 * LIMITS.clientWaitMs was asked for, which is not waited for.
 */
export function waitMsOf(
  thrown: unknown,
  made: number,
  random: Pick<Random, "float">,
): number | null {
  const asked = thrown instanceof ProblemError ? thrown.retryAfterMs : null;
  if (asked !== null) return asked <= LIMITS.clientWaitMs ? asked : null;
  const waitMs = Math.min(LIMITS.clientWaitMs, FIRST_MS * 2 ** Math.min(made, 16));
  return waitMs * (0.5 + random.float());
}

/** Waits; rejects with the signal's reason when it is aborted meanwhile. */
export async function pause(
  clock: Clock,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(waitMs, done);
    signal?.addEventListener("abort", done);
  });
  signal?.throwIfAborted();
}
