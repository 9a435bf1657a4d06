/** Runs one prepared check to its end; for tests and the command line. */
import type { Clock } from "../../shared/clock.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { PreparedCheck } from "./check.ts";

/** How one look is run. */
export interface RunCheckOptions {
  clock: Clock;
  /** Deadline in milliseconds. */
  timeoutMs: number;
  /** Local address to connect from; absent: the system's choice. */
  sourceAddress?: string | undefined;
}

/** Looks once and enforces the deadline; never rejects. */
export function runCheck(check: PreparedCheck, options: RunCheckOptions): Promise<CheckOutcome> {
  const { clock, timeoutMs, sourceAddress } = options;
  return new Promise((resolve) => {
    const abort = check.run({ clock, timeoutMs, sourceAddress }, (outcome) => {
      timer.cancel();
      resolve(outcome);
    });
    const timer = clock.after(timeoutMs, () => abort("deadline"));
  });
}
