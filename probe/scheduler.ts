/** When each target is looked at: at its phase of its interval, in log time. */
import type { Clock } from "../shared/clock.ts";
import type { TimeAnchor } from "../shared/result.ts";
import type { AssignedTarget } from "./assigned.ts";
import { TICK_MS } from "./wheel.ts";
import type { Wheel, WheelEntry } from "./wheel.ts";

/** Longest time a check may start after its slot, and never over half its interval. */
const LATE_MS_MAX = 5_000;

/** How late a check of this interval may start: half of it, at most 5 s. */
export function lateLimitMs(intervalMs: number): number {
  return Math.min(intervalMs / 2, LATE_MS_MAX);
}

/** What a scheduler needs. */
export interface SchedulerDeps {
  clock: Clock;
  wheel: Wheel;
  /** The newest point where log time and our time met; null before the first welcome. */
  anchor: () => TimeAnchor | null;
  /** Called when a target is due; `slotMonoMs` is the integer time at which it was due. */
  onDue: (target: AssignedTarget, slotMonoMs: number) => void;
  /** Called when `count` slots passed by without a chance to start (a suspended process). */
  onMissed: (count: number) => void;
}

/** Decides when targets are looked at. */
export interface Scheduler {
  /** Schedules a target, or changes it; a slot never goes backwards. */
  set(target: AssignedTarget): void;
  /** Takes a target off the schedule. */
  remove(handle: number): void;
  /** While paused, slots pass silently. */
  setPaused(paused: boolean): void;
}

/** A target and its timer in one object, as there may be 50,000 of them. */
interface Seat extends WheelEntry {
  target: AssignedTarget;
  /** When it is due next, integer milliseconds of the monotonic clock. */
  dueMs: number;
  /** The last slot that was given out; -1 before the first. */
  lastSlotMs: number;
}

interface SchedulerState {
  deps: SchedulerDeps;
  seats: Map<number, Seat>;
  paused: boolean;
}

/** Creates a scheduler without targets. */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const scheduler: SchedulerState = { deps, seats: new Map(), paused: false };
  return {
    set: (target) => setTarget(scheduler, target),
    remove(handle) {
      const seat = scheduler.seats.get(handle);
      if (seat) deps.wheel.cancel(seat);
      scheduler.seats.delete(handle);
    },
    setPaused: (paused) => void (scheduler.paused = paused),
  };
}

function setTarget(scheduler: SchedulerState, target: AssignedTarget): void {
  const known = scheduler.seats.get(target.handle);
  if (known) {
    const { intervalMs, phaseMs } = known.target;
    known.target = target;
    if (intervalMs === target.intervalMs && phaseMs === target.phaseMs) return;
    arm(scheduler, known, firstDueMs(scheduler, known));
    return;
  }
  const run = (): void => fireSeat(scheduler, seat);
  // Written out: an object that is copied from another holds twice as much.
  const seat: Seat = { tick: 0, previous: null, next: null, run, target, dueMs: 0, lastSlotMs: -1 };
  scheduler.seats.set(target.handle, seat);
  arm(scheduler, seat, firstDueMs(scheduler, seat));
}

function arm(scheduler: SchedulerState, seat: Seat, dueMs: number): void {
  seat.dueMs = dueMs;
  scheduler.deps.wheel.at(seat, dueMs);
}

function fireSeat(scheduler: SchedulerState, seat: Seat): void {
  const { deps } = scheduler;
  const slotMs = seat.dueMs;
  const { intervalMs } = seat.target;
  seat.lastSlotMs = slotMs;
  let nextMs = alignedMs(scheduler, seat.target, slotMs + intervalMs);
  const overdueMs = deps.clock.monoMs() - lateLimitMs(intervalMs) - nextMs;
  const missed = overdueMs > 0 ? Math.ceil(overdueMs / intervalMs) : 0;
  if (missed > 0) nextMs = alignedMs(scheduler, seat.target, nextMs + missed * intervalMs);
  arm(scheduler, seat, nextMs);
  if (scheduler.paused) return;
  if (missed > 0) deps.onMissed(missed);
  deps.onDue(seat.target, slotMs);
}

/** The first slot from now on, later than any that was given out. */
function firstDueMs(scheduler: SchedulerState, seat: Seat): number {
  const nowMs = Math.ceil(scheduler.deps.clock.monoMs());
  const afterMs = Math.max(nowMs, seat.lastSlotMs + 1);
  return afterMs + ahead(scheduler, seat.target, afterMs);
}

/**
 * `dueMs`, or the nearest slot to it when the phase has drifted by more than a tick: log time is
 * known only as well as an acknowledgement travels, and its jitter must not move every check.
 */
function alignedMs(scheduler: SchedulerState, target: AssignedTarget, dueMs: number): number {
  const aheadMs = ahead(scheduler, target, dueMs);
  const driftMs = aheadMs <= target.intervalMs / 2 ? aheadMs : aheadMs - target.intervalMs;
  return Math.abs(driftMs) > TICK_MS ? dueMs + driftMs : dueMs;
}

/** Milliseconds from `monoMs` to the next instant at which log time is at the target's phase. */
function ahead(scheduler: SchedulerState, target: AssignedTarget, monoMs: number): number {
  const anchor = scheduler.deps.anchor();
  const offsetMs = anchor === null ? 0 : Math.round(anchor.atMs - anchor.monoMs);
  return modulo(target.phaseMs - monoMs - offsetMs, target.intervalMs);
}

function modulo(value: number, by: number): number {
  const rest = value % by;
  return rest < 0 ? rest + by : rest;
}
