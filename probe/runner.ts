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
import { isRunnable, voidOutcome } from "./assigned.ts";
import type { AssignedTarget } from "./assigned.ts";
import { createBursts } from "./burst.ts";
import type { Bursts } from "./burst.ts";
import type { CheckContext } from "./checks/check.ts";
import { createQueue } from "./queue.ts";
import type { Queue } from "./queue.ts";
import { lateLimitMs } from "./scheduler.ts";
import { isFailure } from "./seat.ts";
import type { Look, Seat } from "./seat.ts";
import { wheelEntry } from "./wheel.ts";
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
  queue: Queue<Look>;
  running: Set<Look>;
  bursts: Bursts;
  runningMax: number;
  skipped: number;
  stopped: boolean;
}

/** Creates a runner that knows no target. */
export function createRunner(deps: RunnerDeps): Runner {
  const runner: RunnerState = {
    deps,
    seats: new Map(),
    queue: createQueue<Look>(),
    running: new Set(),
    bursts: createBursts({
      clock: deps.clock,
      wheel: deps.wheel,
      look: (seat, burst) => {
        const { slotMonoMs, attempt } = burst;
        submit(runner, newLook(runner, seat, { slotMonoMs, attempt, burst }));
      },
    }),
    runningMax: deps.runningMax ?? LIMITS.runningChecksMax,
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
    suspended() {
      for (const look of runner.running) look.suspended = true;
    },
    setBurstsAllowed: (allowed) => runner.bursts.setAllowed(allowed),
    stop: () => stop(runner),
    running: () => runner.running.size,
    takeSkipped() {
      const skipped = runner.skipped;
      runner.skipped = 0;
      return skipped;
    },
    addSkipped: (count) => void (runner.skipped += count),
  };
}

function setTarget(runner: RunnerState, target: AssignedTarget): void {
  const seat = runner.seats.get(target.handle);
  if (!seat) {
    runner.seats.set(target.handle, { target, failing: false, burst: null, waiting: null });
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
  const look = newLook(runner, seat, { slotMonoMs, attempt: 0, burst: null });
  if (!isRunnable(target.check)) return recordVoid(runner, look, target.check);
  submit(runner, look);
}

function newLook(
  runner: RunnerState,
  seat: Seat,
  which: Pick<Look, "slotMonoMs" | "attempt" | "burst">,
): Look {
  const look: Look = {
    seat,
    target: seat.target,
    slotMonoMs: which.slotMonoMs,
    attempt: which.attempt,
    burst: which.burst,
    startMonoMs: 0,
    state: "waiting",
    suspended: false,
    abort: null,
    deadline: wheelEntry(() => passDeadline(runner, look)),
  };
  return look;
}

/** Starts a look, or lets it wait for a free place. */
function submit(runner: RunnerState, look: Look): void {
  if (runner.running.size < runner.runningMax) return start(runner, look);
  if (look.attempt === 0) look.seat.waiting = look;
  runner.queue.push(look);
}

function start(runner: RunnerState, look: Look): void {
  const { clock, wheel, sourceAddress } = runner.deps;
  const { target } = look;
  if (!isRunnable(target.check)) return;
  if (look.seat.waiting === look) look.seat.waiting = null;
  look.startMonoMs = clock.monoMs();
  const lateMs = look.startMonoMs - look.slotMonoMs;
  if (look.attempt === 0 && lateMs > lateLimitMs(target.intervalMs)) return tooLate(runner, look);
  look.state = "running";
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
  wheel.at(look.deadline, clock.monoMs() + STUCK_AFTER_MS);
  const abort = look.abort;
  look.abort = null;
  abort?.("deadline");
}

function tooLate(runner: RunnerState, look: Look): void {
  runner.skipped += 1;
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
  runner.running.delete(look);
  runner.deps.wheel.cancel(look.deadline);
  const outcome = look.suspended
    ? voidOutcome("suspended", "The probe was suspended while this check ran.")
    : seen;
  const result = resultOf(runner, look, outcome);
  if (isFailure(outcome)) {
    const resolver = outcome.class === "dns" ? (outcome.resolver ?? "") : null;
    runner.deps.certify(resolver, (certificate) => record(runner, result, certificate));
  } else {
    record(runner, result, "none");
  }
  follow(runner, look, outcome);
  startWaiting(runner);
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

function startWaiting(runner: RunnerState): void {
  while (runner.running.size < runner.runningMax) {
    const look = runner.queue.shift();
    if (!look) return;
    // An attempt whose burst was ended while it waited is not made.
    const wanted = look.burst === null || look.seat.burst === look.burst;
    if (look.state === "waiting" && wanted) start(runner, look);
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
  for (let look = runner.queue.shift(); look; look = runner.queue.shift()) look.state = "over";
  for (const seat of runner.seats.values()) vacate(runner, seat);
  for (const look of runner.running) {
    const abort = look.abort;
    look.abort = null;
    abort?.("stopping");
  }
}
