/** What the runner knows of a target, a look at it, and a burst of looks. */
import type { CheckOutcome } from "../shared/outcome.ts";
import type { AssignedTarget } from "./assigned.ts";
import type { AbortCheck } from "./checks/check.ts";
import { wheelEntry } from "./wheel.ts";
import type { WheelEntry } from "./wheel.ts";

/** What the runner knows of one target. */
export interface Seat {
  target: AssignedTarget;
  /** Whether the newest outcome that was not void was a failure. */
  failing: boolean;
  /** The burst that looks at the target now; at most one. */
  burst: Burst | null;
  /** The scheduled check that waits for a free place; at most one. */
  waiting: Look | null;
  /** Scheduled checks in a row that could not start in time. */
  missed: number;
}

/** Looks at one target, back to back; all share the slot. */
export interface Burst {
  /** Integer monotonic time at which the burst began. */
  slotMonoMs: number;
  /** Attempts at most. */
  attempts: number;
  /** Ends after this many ok in a row; above 1, a failure ends it too. */
  stopAfterOks: number;
  /** The attempt that runs, waits, or was the last; from 1. */
  attempt: number;
  oksInRow: number;
  /** When the last attempt was begun. */
  begunMonoMs: number;
  /** Fires when the next attempt may begin. */
  next: WheelEntry;
}

/** One look: a scheduled check (attempt 0), or an attempt of a burst. */
export interface Look {
  seat: Seat;
  /** The revision of the target it looks at; the seat may have got another meanwhile. */
  target: AssignedTarget;
  slotMonoMs: number;
  attempt: number;
  burst: Burst | null;
  startMonoMs: number;
  state: "waiting" | "running" | "over";
  /** Its place among those that run. */
  place: number;
  /** Whether the process was suspended while it ran. */
  suspended: boolean;
  /** Time that the process had stalled before it began, milliseconds (Wheel.stalledMs). */
  stalledMs: number;
  /** Whether it was told that its time is up. */
  timedOut: boolean;
  /** Ends the look early; null before it runs and once it was told to end. */
  abort: AbortCheck | null;
  deadline: WheelEntry;
}

/** A look that waits to begin; `passDeadline` is called when its time is up. */
export function newLook(
  seat: Seat,
  which: Pick<Look, "slotMonoMs" | "attempt" | "burst">,
  passDeadline: (look: Look) => void,
): Look {
  const look: Look = {
    seat,
    target: seat.target,
    slotMonoMs: which.slotMonoMs,
    attempt: which.attempt,
    burst: which.burst,
    startMonoMs: 0,
    state: "waiting",
    place: 0,
    suspended: false,
    stalledMs: 0,
    timedOut: false,
    abort: null,
    deadline: wheelEntry(() => passDeadline(look)),
  };
  return look;
}

/** Whether an outcome accuses its target. */
export function isFailure(outcome: CheckOutcome): boolean {
  return outcome.class === "sub" || outcome.class === "dead" || outcome.class === "dns";
}
