/** The system's time, run faster. */
import { systemClock } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";

/** A clock that begins at `startMs` and runs `speed` times as fast as the machine's. */
export function fastClock(startMs: number, speed: number): Clock {
  const system = systemClock();
  const beganMs = system.monoMs();
  const elapsedMs = (): number => (system.monoMs() - beganMs) * speed;
  return {
    wallMs: () => Math.floor(startMs + elapsedMs()),
    monoMs: elapsedMs,
    after: (delayMs, callback) => system.after(delayMs / speed, callback),
    every: (periodMs, callback) => system.every(periodMs / speed, callback),
  };
}
