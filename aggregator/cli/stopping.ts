/** Signals: what Ctrl-C, `kill` and a closed terminal mean for a running command. */
import type { Clock } from "../../shared/clock.ts";

/** Resolves once the signal is aborted; at once when it already is. */
export function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Resolves after `delayMs`, or as soon as the signal is aborted. */
export function pause(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const end = (): void => {
      timer.cancel();
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.after(delayMs, end);
    stop.addEventListener("abort", end);
  });
}

/**
 * A signal that is aborted by SIGINT, SIGTERM or SIGHUP of this process. A second signal changes
 * nothing: npm passes Ctrl-C on, so that it may come twice, and every stop has its own deadline.
 */
export function processStopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort());
  }
  return controller.signal;
}
