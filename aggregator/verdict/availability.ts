/**
 * Availability: successes of scheduled attempts and of business calls, in windows of five minutes
 * (VERDICTS section 7, Overlays). Two bad windows in a row make a target that is up degraded.
 *
 * | window | guard |
 * |---|---|
 * | goes on | fewer than 20 attempts and calls |
 * | bad | fewer than 99 % succeeded, or the p95 of the latency is above its limit |
 * | good again | at least 99.5 % succeeded, and the p95 is at most 0.9 of the limit |
 *
 * A p95 is above a limit exactly when more than a twentieth of the latencies are: two counters do
 * for a histogram.
 */
import type { Target } from "../../shared/target.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Look } from "./evidence.ts";
import { boundaryAtOrAfter, markTarget, wakeTarget } from "./marks.ts";
import type { CallReporter, EngineState, Tally, TargetRecord } from "./state.ts";

const OK = 1;
/** Length of a window of availability; a multiple of the evaluation window. */
const TALLY_MS = 300_000;
const ATTEMPTS_MIN = 20;
/** Bad windows in a row that make a target degraded. */
const BAD_WINDOWS = 2;

/** A window that has counted nothing; it begins with the first attempt after `endMs`. */
export function newTally(endMs: number): Tally {
  return {
    endMs,
    attempts: 0,
    ok: 0,
    slow: 0,
    nearlySlow: 0,
    callsOk: 0,
    callsFailed: 0,
    badWindows: 0,
  };
}

/** Above every latency that a check can have: the longest timeout is 60 s. */
const NO_LIMIT_US = 2 ** 30;

/** The limit of a target, looked up once: it is compared with every success. */
export function slowAboveUs({ spec }: Target): number {
  const limitMs = spec.degradedLatencyMs;
  return limitMs === undefined ? NO_LIMIT_US : 1_000 * limitMs;
}

/** Windows begin where they may, not at multiples of their length: a log may be shifted. */
function nextEndMs(state: EngineState): number {
  return boundaryAtOrAfter(state, state.atMs) + TALLY_MS;
}

/** Counts a scheduled attempt of a witness that is well. */
export function countAttempt(state: EngineState, target: TargetRecord, look: Look): void {
  const { tally } = target;
  if (state.atMs >= tally.endMs) closeTally(state, target);
  tally.attempts += 1;
  if (look.outcome === OK) {
    tally.ok += 1;
    if (10 * look.latencyUs <= 9 * target.slowAboveUs) return;
    tally.nearlySlow += 1;
    if (look.latencyUs <= target.slowAboveUs) return;
    tally.slow += 1;
  }
  wakeTarget(state, target, tally.endMs);
}

/** Counts business calls, of each reporter at most a bound in one window, their ratio kept. */
export function countCalls(
  state: EngineState,
  target: TargetRecord,
  report: { record: CallReporter; successes: number; failures: number },
): void {
  const { tally } = target;
  if (state.atMs >= tally.endMs) closeTally(state, target);
  const { record, successes, failures } = report;
  const room = LIMITS.callsCountedMax - record.counted;
  const total = Math.min(room, successes + failures);
  if (total <= 0) return;
  const ok = Math.round((total * successes) / (successes + failures));
  record.counted += total;
  tally.callsOk += ok;
  tally.callsFailed += total - ok;
  if (total > ok) wakeTarget(state, target, tally.endMs);
}

/** Ends the windows of a target that are over at a boundary. */
export function updateAvailability(state: EngineState, target: TargetRecord, atMs: number): void {
  if (atMs >= target.tally.endMs) closeTally(state, target);
}

/** When availability must be looked at again; Infinity as long as all is well. */
export function tallyDueMs({ tally, degraded }: TargetRecord): number {
  const trouble = tally.ok < tally.attempts || tally.slow > 0 || tally.callsFailed > 0;
  return trouble || degraded !== "" || tally.badWindows > 0 ? tally.endMs : Infinity;
}

/** Forgets what was counted: an outage that is over says nothing of how well the target is up. */
export function forgetAvailability(state: EngineState, target: TargetRecord): void {
  Object.assign(target.tally, newTally(nextEndMs(state)));
  for (const reporter of target.calls?.reporters ?? []) reporter.counted = 0;
  target.degraded = "";
}

function closeTally(state: EngineState, target: TargetRecord): void {
  const { tally } = target;
  const total = tally.attempts + tally.callsOk + tally.callsFailed;
  if (total < ATTEMPTS_MIN) {
    tally.endMs = nextEndMs(state);
    return;
  }
  const { ok, callsOk } = tally;
  const failing = 100 * (ok + callsOk) < 99 * total;
  const slow = 20 * tally.slow > ok;
  const back = 1_000 * (ok + callsOk) >= 995 * total && 20 * tally.nearlySlow <= ok;
  const badWindows = failing || slow ? Math.min(BAD_WINDOWS, tally.badWindows + 1) : 0;
  const before = target.degraded;
  if (badWindows === BAD_WINDOWS) target.degraded = reasonOf(target, failing);
  else if (back) target.degraded = "";
  Object.assign(tally, newTally(nextEndMs(state)), { badWindows });
  for (const reporter of target.calls?.reporters ?? []) reporter.counted = 0;
  if (target.degraded !== before) markTarget(state, target);
}

function reasonOf({ tally, target }: TargetRecord, failing: boolean): string {
  const { attempts, ok, callsOk, callsFailed } = tally;
  if (!failing) return `the p95 of its latency is above ${target.spec.degradedLatencyMs} ms`;
  const calls = callsOk + callsFailed;
  const called = calls > 0 ? ` and ${callsOk} of ${calls} business calls` : "";
  return `${ok} of ${attempts} scheduled attempts${called} succeeded in a window, 99 % should`;
}
