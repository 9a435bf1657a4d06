/**
 * Runs checks: bounded concurrency, a deadline each, and for a failure a certificate and a burst.
 * A failure of a target that was not failing makes this probe look again at once, so that the
 * quorum costs seconds and not intervals (VERDICTS section 7, "Recheck").
 */
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Certificate, CheckOutcome } from "../shared/outcome.ts";
import type { CheckResult, TimeAnchor } from "../shared/result.ts";
import { createAdmission, isTooLate } from "./admission.ts";
import type { Admission } from "./admission.ts";
import { isRunnable, voidOutcome } from "./assigned.ts";
import type { AssignedTarget } from "./assigned.ts";
import { createBursts } from "./burst.ts";
import type { Bursts } from "./burst.ts";
import type { CheckContext } from "./checks/check.ts";
import { createRunning } from "./running.ts";
import type { Running } from "./running.ts";
import { isFailure, newLook } from "./seat.ts";
import type { Look, Seat } from "./seat.ts";
import { witnessed } from "./stall.ts";
import { TICK_MS, wheelEntry } from "./wheel.ts";
import type { Wheel } from "./wheel.ts";

/** Time a check has to end after its abort (its contract says 100 ms); then it is given up. */
const STUCK_AFTER_MS = 2_000;

/** What a runner needs. */
export interface RunnerDeps {
  clock: Clock;
  wheel: Wheel;
  /** Local address that checks connect from; absent: the system's choice. */
  sourceAddress?: string | undefined;
  anchor: () => TimeAnchor | null;
  /** Asks for a certificate of a failure that ended now. */
  certify: (resolver: string | null, done: (certificate: Certificate) => void) => void;
  /** Takes a finished result. */
  record: (result: CheckResult) => void;
  /** Is told of checks that could not start in time. Default: nobody is. */
  onSkipped?: (count: number) => void;
  /** Checks at the same time. Default LIMITS.runningChecksMax; tests lower it. */
  runningMax?: number;
}

/** Runs checks. */
export interface Runner {
  /** A target is new or changed; what runs for its old revision ends by itself. */
  set(target: AssignedTarget): void;
  remove(handle: number): void;
  /** Runs the scheduled check of a slot; while a burst looks at the target, that is the look. */
  due(target: AssignedTarget, slotMonoMs: number): void;
  /** Looks at targets now, as the aggregator asks. Unknown handles are passed over. */
  recheck(handles: readonly number[], attempts: number, stopAfterOks: number): void;
  /** A tick came this late, after so much rest: more checks may start, or fewer. */
  tick(lagMs: number, idleMs: number): void;
  /** What runs now was interrupted: its results say nothing. */
  suspended(): void;
  /** While refused, bursts do not begin and those that run end with their attempt. */
  setBurstsAllowed(allowed: boolean): void;
  /** Aborts what runs; nothing starts any more. */
  stop(): void;
  running(): number;
  /** Checks that could not start in time since the last call. */
  takeSkipped(): number;
  /** Counts slots that passed by without a chance to start. */
  addSkipped(count: number): void;
}

interface RunnerState {
  deps: RunnerDeps;
  seats: Map<number, Seat>;
  admission: Admission;
  running: Running;
  bursts: Bursts;
  skipped: number;
  stopped: boolean;
}

/** Creates a runner that knows no target. */
export function createRunner(deps: RunnerDeps): Runner {
  const nextTick = wheelEntry(() => undefined);
  const runner: RunnerState = {
    deps,
    seats: new Map(),
    admission: createAdmission({
      clock: deps.clock,
      runningMax: deps.runningMax ?? LIMITS.runningChecksMax,
      running: () => runner.running.size(),
      start: (look) => start(runner, look),
      tooLate: (look) => tooLate(runner, look),
      tickSoon: () => deps.wheel.at(nextTick, 0),
    }),
    running: createRunning(),
    bursts: createBursts({
      clock: deps.clock,
      wheel: deps.wheel,
      look: (seat, burst) => {
        const { slotMonoMs, attempt } = burst;
        runner.admission.submit(lookAt(runner, seat, { slotMonoMs, attempt, burst }));
      },
    }),
    skipped: 0,
    stopped: false,
  };
  return {
    set: (target) => setTarget(runner, target),
    remove(handle) {
      const seat = runner.seats.get(handle);
      if (seat) vacate(runner, seat);
      runner.seats.delete(handle);
    },
    due: (target, slotMonoMs) => due(runner, target, slotMonoMs),
    recheck(handles, attempts, stopAfterOks) {
      for (const handle of handles.slice(0, LIMITS.recheckHandlesMax)) {
        const seat = runner.seats.get(handle);
        if (seat) runner.bursts.begin(seat, { attempts, stopAfterOks });
      }
    },
    tick: runner.admission.tick,
    suspended() {
      for (const look of runner.running.all()) look.suspended = true;
    },
    setBurstsAllowed: (allowed) => runner.bursts.setAllowed(allowed),
    stop: () => stop(runner),
    running: () => runner.running.size(),
    takeSkipped() {
      const skipped = runner.skipped;
      runner.skipped = 0;
      return skipped;
    },
    addSkipped: (count) => skip(runner, count),
  };
}

function setTarget(runner: RunnerState, target: AssignedTarget): void {
  const seat = runner.seats.get(target.handle);
  if (!seat) {
    const fresh = { target, failing: false, burst: null, waiting: null, missed: 0 };
    runner.seats.set(target.handle, fresh);
    return;
  }
  // Another revision is another check: evidence starts anew, and so does the first failure.
  if (seat.target.revision !== target.revision) seat.failing = false;
  vacate(runner, seat);
  seat.target = target;
}

/** Drops what has not started for a seat; what runs ends by itself. */
function vacate(runner: RunnerState, seat: Seat): void {
  if (seat.waiting) seat.waiting.state = "over";
  seat.waiting = null;
  runner.bursts.end(seat);
}

function due(runner: RunnerState, target: AssignedTarget, slotMonoMs: number): void {
  const seat = runner.seats.get(target.handle);
  if (!seat || runner.stopped || seat.burst) return;
  if (seat.waiting) tooLate(runner, seat.waiting);
  const look = lookAt(runner, seat, { slotMonoMs, attempt: 0, burst: null });
  if (!isRunnable(target.check)) return recordVoid(runner, look, target.check);
  runner.admission.submit(look);
}

function lookAt(
  runner: RunnerState,
  seat: Seat,
  which: Pick<Look, "slotMonoMs" | "attempt" | "burst">,
): Look {
  return newLook(seat, which, (look) => passDeadline(runner, look));
}

function start(runner: RunnerState, look: Look): void {
  const { clock, wheel, sourceAddress } = runner.deps;
  const { target } = look;
  if (!isRunnable(target.check)) return;
  if (look.seat.waiting === look) look.seat.waiting = null;
  if (isTooLate(look, clock.monoMs())) return tooLate(runner, look);
  look.startMonoMs = clock.monoMs();
  look.stalledMs = wheel.stalledMs();
  look.state = "running";
  look.seat.missed = 0;
  runner.running.add(look);
  const context: CheckContext = { clock, timeoutMs: target.timeoutMs, sourceAddress };
  wheel.at(look.deadline, look.startMonoMs + target.timeoutMs);
  try {
    look.abort = target.check.run(context, (outcome) => finish(runner, look, outcome));
  } catch (error) {
    const outcome = voidOutcome("internal", `The check threw: ${messageOf(error)}.`);
    setImmediate(() => finish(runner, look, outcome));
  }
}

function passDeadline(runner: RunnerState, look: Look): void {
  const { wheel, clock } = runner.deps;
  const overMs = clock.monoMs() - look.startMonoMs - look.target.timeoutMs;
  if (overMs >= STUCK_AFTER_MS && look.abort === null) {
    const detail = "The check did not end after its abort; its place was taken back.";
    return finish(runner, look, voidOutcome("internal", detail));
  }
  // What came during a stall was not heard yet: an answer in time is not a timeout.
  if (!look.timedOut && wheel.isAfterStall()) {
    look.timedOut = true;
    return wheel.at(look.deadline, clock.monoMs() + TICK_MS);
  }
  wheel.at(look.deadline, clock.monoMs() + STUCK_AFTER_MS);
  const abort = look.abort;
  look.abort = null;
  look.timedOut = true;
  abort?.("deadline");
}

function skip(runner: RunnerState, count: number): void {
  runner.skipped += count;
  runner.deps.onSkipped?.(count);
}

function tooLate(runner: RunnerState, look: Look): void {
  look.seat.missed += 1;
  skip(runner, 1);
  recordVoid(
    runner,
    look,
    voidOutcome("too_late", "The check could not start in time: this probe is overloaded."),
  );
}

/** Records an outcome of a look that never began. */
function recordVoid(runner: RunnerState, look: Look, outcome: CheckOutcome): void {
  look.state = "over";
  if (look.seat.waiting === look) look.seat.waiting = null;
  look.startMonoMs = runner.deps.clock.monoMs();
  record(runner, resultOf(runner, look, outcome), "none");
}

function finish(runner: RunnerState, look: Look, seen: CheckOutcome): void {
  if (look.state !== "running") return;
  look.state = "over";
  runner.running.remove(look);
  runner.deps.wheel.cancel(look.deadline);
  const outcome = witnessed(look, seen, runner.deps.wheel.stalledMs());
  const result = resultOf(runner, look, outcome);
  if (isFailure(outcome)) {
    const resolver = outcome.class === "dns" ? (outcome.resolver ?? "") : null;
    runner.deps.certify(resolver, (certificate) => record(runner, result, certificate));
  } else {
    record(runner, result, "none");
  }
  follow(runner, look, outcome);
  runner.admission.startWaiting();
}

/** What an outcome leads to: the next attempt of its burst, or a burst of its own. */
function follow(runner: RunnerState, look: Look, outcome: CheckOutcome): void {
  const { seat } = look;
  const gone = runner.seats.get(look.target.handle) !== seat;
  if (gone || seat.target !== look.target || seat.burst !== look.burst) return;
  const wasFailing = seat.failing;
  if (outcome.class !== "void") seat.failing = isFailure(outcome);
  if (look.burst) return runner.bursts.afterAttempt(seat, outcome);
  if (isFailure(outcome) && !wasFailing) {
    runner.bursts.begin(seat, { attempts: seat.target.fall, stopAfterOks: 1 });
  }
}

function resultOf(runner: RunnerState, look: Look, outcome: CheckOutcome): CheckResult {
  return {
    handle: look.target.handle,
    revision: look.target.revision,
    slotMonoMs: look.slotMonoMs,
    startMonoMs: look.startMonoMs,
    endMonoMs: runner.deps.clock.monoMs(),
    attempt: look.attempt,
    outcome,
    certificate: "none",
    anchor: runner.deps.anchor(),
  };
}

function record(runner: RunnerState, result: CheckResult, certificate: Certificate): void {
  result.certificate = certificate;
  runner.deps.record(result);
}

function stop(runner: RunnerState): void {
  runner.stopped = true;
  runner.bursts.setAllowed(false);
  runner.admission.stop();
  for (const seat of runner.seats.values()) vacate(runner, seat);
  for (const look of runner.running.all()) {
    const abort = look.abort;
    look.abort = null;
    abort?.("stopping");
  }
}
