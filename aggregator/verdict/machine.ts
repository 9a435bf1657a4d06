/** The verdict's state machine (VERDICTS section 7), as one pure function of small facts. */
import type { Assessment, VerdictState } from "../../shared/verdict.ts";

/** What the machine looks at. */
export interface MachineInput {
  state: VerdictState;
  assessment: Assessment;
  /** The bad state that `allfail` is called by: DOWN, or SUB_HEALTHY where `downOn` says so. */
  badState: "down" | "sub_healthy";
  /** Whether an incident is open. */
  incidentOpen: boolean;
  /** Whether availability or latency says that it is up, but not well. */
  degraded: boolean;
  /** Every vantage that says ok has passed `rise`. */
  allRisen: boolean;
  /** Some vantage has `rise` successes since the incident opened. */
  someRisen: boolean;
  /** The evidence has been short or missing for one interval, and no edit holds the verdict. */
  shortLongEnough: boolean;
  /** After a takeover, bad and partial wait until every roster vantage was heard. */
  guarded: boolean;
}

/** Whether a state is bad: the target is called failing. */
export function isBad(state: VerdictState): boolean {
  return state === "down" || state === "sub_healthy";
}

/** Whether a state is that of a target that is reached, well or not so well. */
export function isHealthy(state: VerdictState): boolean {
  return state === "up" || state === "degraded";
}

/**
 * The next state; UP stands for DEGRADED where availability or latency says so.
 *
 * | state | ok | partial | suspect | allfail | short, none |
 * |---|---|---|---|---|---|
 * | UNKNOWN | UP (RECOVERING if open) | PARTIAL | SUSPECT (stay if open) | bad | stay |
 * | UP, DEGRADED | UP/DEGRADED | PARTIAL | SUSPECT | bad | UNKNOWN after one interval |
 * | SUSPECT | UP | PARTIAL | stay | bad | UNKNOWN after one interval |
 * | PARTIAL | UP once the vantages pass `rise` | stay | stay | bad | UNKNOWN after one interval |
 * | bad | RECOVERING | RECOVERING | stay | cause may change | UNKNOWN after one interval |
 * | RECOVERING | UP once one has `rise` | PARTIAL, same | stay | bad | UNKNOWN after one interval |
 */
export function nextState(input: MachineInput): VerdictState {
  const { state, assessment, guarded } = input;
  switch (assessment) {
    case "ok":
      return onOk(input);
    case "partial":
      return guarded && !isBad(state) ? state : onPartial(input);
    case "suspect":
      return onSuspect(input);
    case "allfail":
      return guarded && !isBad(state) ? state : input.badState;
    case "short":
    case "none":
      return input.shortLongEnough ? "unknown" : state;
  }
}

function onOk(input: MachineInput): VerdictState {
  const { state } = input;
  const up = input.degraded ? "degraded" : "up";
  switch (state) {
    case "unknown":
      return input.incidentOpen ? "recovering" : up;
    case "up":
    case "degraded":
    case "suspect":
      return up;
    case "partial":
      return input.allRisen ? up : state;
    case "down":
    case "sub_healthy":
      return "recovering";
    case "recovering":
      return input.someRisen ? up : state;
  }
}

function onPartial(input: MachineInput): VerdictState {
  const { state } = input;
  if (isBad(state)) return "recovering";
  if (state === "recovering") return input.someRisen ? "partial" : state;
  return "partial";
}

function onSuspect(input: MachineInput): VerdictState {
  const { state } = input;
  if (state === "up" || state === "degraded") return "suspect";
  if (state === "unknown") return input.incidentOpen ? state : "suspect";
  return state;
}
