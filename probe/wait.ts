/** Waiting for a condition, by the clock one is given. */
import type { Clock } from "../shared/clock.ts";
import { sleep } from "../shared/clock.ts";

/** How often the condition is looked at. */
const LOOK_MS = 20;

/** Resolves once `holds`, or at `untilMs` of the monotonic clock at the latest. */
export async function waitUntil(options: {
  clock: Clock;
  untilMs: number;
  holds: () => boolean;
}): Promise<void> {
  const { clock, untilMs, holds } = options;
  while (!holds() && clock.monoMs() < untilMs) await sleep(clock, LOOK_MS);
}
