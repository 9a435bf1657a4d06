/** Bursts: looking again and again at once, instead of waiting for the next interval. */
import type { Clock } from "../shared/clock.ts";
import type { CheckOutcome } from "../shared/outcome.ts";
import { BURST_ATTEMPTS_MAX, isRunnable } from "./assigned.ts";
import { isFailure } from "./seat.ts";
import type { Burst, Seat } from "./seat.ts";
import { wheelEntry } from "./wheel.ts";
import type { Wheel } from "./wheel.ts";

/** What bursts need. */
export interface BurstsDeps {
  clock: Clock;
  wheel: Wheel;
  /** Looks once, as the burst's current attempt. */
  look: (seat: Seat, burst: Burst) => void;
}

/** How long a burst goes on. */
export interface BurstWish {
  /** Attempts at most, 1 to 10. */
  attempts: number;
  /** Ends after this many ok in a row; above 1, a failure ends it too. */
  stopAfterOks: number;
}

/** Begins, continues and ends bursts. */
export interface Bursts {
  /** Begins a burst unless one looks at this target already. */
  begin(seat: Seat, wish: BurstWish): void;
  /** Goes on, or ends, after the outcome of the current attempt. */
  afterAttempt(seat: Seat, outcome: CheckOutcome): void;
  /** Ends the burst of a seat; an attempt that runs ends by itself. */
  end(seat: Seat): void;
  /** While not allowed none begins, and those that run end with their attempt. */
  setAllowed(allowed: boolean): void;
}

/** Creates the bursts of a runner. */
export function createBursts(deps: BurstsDeps): Bursts {
  const { clock, wheel } = deps;
  let allowed = true;

  function look(seat: Seat, burst: Burst): void {
    burst.attempt += 1;
    burst.begunMonoMs = clock.monoMs();
    deps.look(seat, burst);
  }

  function end(seat: Seat): void {
    if (seat.burst) wheel.cancel(seat.burst.next);
    seat.burst = null;
  }

  return {
    setAllowed: (value) => void (allowed = value),
    end,
    begin(seat, wish) {
      if (!allowed || seat.burst || !isRunnable(seat.target.check)) return;
      const burst: Burst = {
        slotMonoMs: Math.floor(clock.monoMs()),
        attempts: Math.min(Math.max(1, wish.attempts), BURST_ATTEMPTS_MAX),
        stopAfterOks: Math.max(1, wish.stopAfterOks),
        attempt: 0,
        oksInRow: 0,
        begunMonoMs: 0,
        next: wheelEntry(() => (allowed ? look(seat, burst) : end(seat))),
      };
      seat.burst = burst;
      look(seat, burst);
    },
    afterAttempt(seat, outcome) {
      const burst = seat.burst;
      if (!burst) return;
      if (isOver(burst, outcome) || !allowed) return end(seat);
      wheel.at(burst.next, burst.begunMonoMs + seat.target.fastMs);
    },
  };
}

/** An outcome that says nothing ends nothing, but it was an attempt. */
function isOver(burst: Burst, outcome: CheckOutcome): boolean {
  if (outcome.class === "ok") burst.oksInRow += 1;
  if (isFailure(outcome)) {
    burst.oksInRow = 0;
    if (burst.stopAfterOks > 1) return true;
  }
  return burst.oksInRow >= burst.stopAfterOks || burst.attempt >= burst.attempts;
}
