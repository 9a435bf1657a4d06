/** Waiting for a condition, with a generous deadline. */
import { sleep, systemClock } from "../../shared/clock.ts";

const DEADLINE_MS = 10_000;
const LOOK_MS = 5;

/** Resolves once `condition` holds; rejects with `what` when it never does. */
export async function eventually(what: string, condition: () => boolean): Promise<void> {
  const clock = systemClock();
  const untilMs = clock.monoMs() + DEADLINE_MS;
  while (!condition()) {
    if (clock.monoMs() > untilMs) throw new Error(`this never came to be: ${what}`);
    await sleep(clock, LOOK_MS);
  }
}
