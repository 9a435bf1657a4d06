/** One look under contract, and what every outcome must be. */
import assert from "node:assert/strict";
import { systemClock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckOutcome, OutcomeClass } from "../../shared/outcome.ts";
import { REASONS } from "../../shared/reason.ts";
import type { AbortCheck, PreparedCheck } from "../../probe/checks/check.ts";
import { runCheck } from "../../probe/checks/run.ts";
import { eventually } from "../helpers/eventually.ts";

const clock = systemClock();

/** A look that counts how often and when its outcome came. */
export interface CountedLook {
  abort: AbortCheck;
  outcomes: readonly CheckOutcome[];
  /** Whether an outcome came inside `run`. */
  synchronous(): boolean;
}

/** Begins a look that nobody ends at its deadline. */
export function beginLook(check: PreparedCheck, sourceAddress?: string): CountedLook {
  const outcomes: CheckOutcome[] = [];
  let running = true;
  let synchronous = false;
  const abort = check.run({ clock, timeoutMs: 2_000, sourceAddress }, (outcome) => {
    synchronous ||= running;
    outcomes.push(outcome);
  });
  running = false;
  return { abort, outcomes, synchronous: () => synchronous };
}

/** The outcome of a look, once it came. */
export async function outcomeOf(looking: CountedLook): Promise<CheckOutcome> {
  await eventually("the outcome", () => looking.outcomes.length > 0);
  const [outcome] = looking.outcomes;
  assert.ok(outcome);
  return outcome;
}

/** Fails unless class, source and sentence of an outcome fit its reason. */
export function assertSound(outcome: CheckOutcome): void {
  const row = REASONS[outcome.reason];
  assert.equal(outcome.class, row.class);
  assert.equal(outcome.source, row.source);
  assert.equal(outcome.detail === "", outcome.class === "ok", outcome.detail);
  assert.ok(outcome.detail.length <= LIMITS.detailCharsMax);
  for (const phaseUs of Object.values(outcome.phases)) {
    assert.ok(Number.isInteger(phaseUs) && phaseUs >= 0, String(phaseUs));
  }
}

/** Looks once, and fails unless the outcome is sound and of that class, and of that reason. */
export async function expectClass(
  check: PreparedCheck,
  expected: OutcomeClass,
  reason?: string,
): Promise<CheckOutcome> {
  const outcome = await runCheck(check, { clock, timeoutMs: 10_000 });
  assertSound(outcome);
  assert.equal(outcome.class, expected, outcome.detail);
  if (reason !== undefined) assert.equal(outcome.reason, reason, outcome.detail);
  return outcome;
}

/** Sockets of this process that are open, of servers too, and child processes. */
export function openSockets(): number {
  const kinds = new Set(["TCPSocketWrap", "TLSWrap", "UDPWrap", "DNSCHANNEL", "ProcessWrap"]);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}
