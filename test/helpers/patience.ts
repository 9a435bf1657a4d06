/** Waiting for what other processes do: looked at again and again, with a generous deadline. */
import { sleep, systemClock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";

/** Long enough for a busy machine; a test that passes never waits for it. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

/**
 * Resolves with the first value of `look` that is neither null nor false. A look that throws has
 * seen nothing yet; what it threw last is told when the wait is in vain.
 */
export async function patiently<Value>(
  what: string,
  look: () => Promise<Value | null | false> | Value | null | false,
): Promise<Value> {
  const clock = systemClock();
  const untilMs = clock.monoMs() + PATIENCE_MS;
  let last = "";
  for (;;) {
    try {
      const seen = await look();
      if (seen !== null && seen !== false) return seen;
      last = "";
    } catch (error) {
      last = ` The last look failed: ${messageOf(error)}`;
    }
    if (clock.monoMs() > untilMs) {
      throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain for this: ${what}.${last}`);
    }
    await sleep(clock, LOOK_MS);
  }
}
