/** Says when this probe is asked for more than it can, and when that is over. */
import type { Clock, Timer } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";

/** Time without a check that came too late after which the probe is well again. */
export const OVERLOAD_CALM_MS = 10_000;

/** Watches the checks that could not start in time. */
export interface OverloadWatch {
  /** So many checks could not start in time. */
  skipped(count: number): void;
  /** Whether the probe is overloaded now. */
  isOverloaded(): boolean;
  /** Watches no more. */
  stop(): void;
}

/** Creates a watch over a probe that is well. */
export function createOverloadWatch({ clock, log }: { clock: Clock; log: Log }): OverloadWatch {
  let since: number | null = null;
  let skippedChecks = 0;
  let lastMonoMs = 0;
  let timer: Timer | null = null;

  function look(): void {
    timer = null;
    const calmMs = clock.monoMs() - lastMonoMs;
    if (since === null) return;
    if (calmMs < OVERLOAD_CALM_MS) return wait(OVERLOAD_CALM_MS - calmMs);
    const lastedMs = Math.round(lastMonoMs - since);
    log.info({ lastedMs, skippedChecks }, "This probe is not overloaded any more.");
    since = null;
    skippedChecks = 0;
  }

  function wait(forMs: number): void {
    timer ??= clock.after(forMs, look);
  }

  return {
    skipped(count) {
      lastMonoMs = clock.monoMs();
      skippedChecks += count;
      wait(OVERLOAD_CALM_MS);
      if (since !== null) return;
      since = lastMonoMs;
      log.warn(
        {},
        "This probe is overloaded: checks that cannot start in time are void. Give it more " +
          "--workers, fewer targets, or longer intervals.",
      );
    },
    isOverloaded: () => since !== null,
    stop() {
      timer?.cancel();
      timer = null;
    },
  };
}
