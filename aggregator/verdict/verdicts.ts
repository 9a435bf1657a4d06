/** The verdict of one target at the end of a window: votes, assessment, machine, incident. */
import type { VerdictCause, VerdictState } from "../../shared/verdict.ts";
import { followIncident } from "./alerts.ts";
import { assess } from "./assess.ts";
import { forgetAvailability, tallyDueMs, updateAvailability } from "./availability.ts";
import { callsExpireMs, freshCalls } from "./calls.ts";
import { explain } from "./explain.ts";
import { noteChange, noteSteadiness, steadyAtMs } from "./flapping.ts";
import { effectOf, moveIncident } from "./incidents.ts";
import { isBad, isHealthy, nextState } from "./machine.ts";
import type { MachineInput } from "./machine.ts";
import { updateMaintenance } from "./maintenance.ts";
import { noticeFlapping, noticeMisconfiguration } from "./notices.ts";
import { noticeOutage, noticeSteadiness } from "./notices.ts";
import type { AssessedTarget } from "./notices.ts";
import type { Window } from "./probes.ts";
import { askForRecovery, challengeAtMs, updateSuspicion } from "./recheck.ts";
import { beforeChange, wakeTarget } from "./marks.ts";
import { updateSpan } from "./uptime.ts";
import type { EngineState, TargetRecord } from "./state.ts";
import { inRoster, successRun, vantageStateOf, votesOf } from "./vote.ts";
import type { PairVote } from "./vote.ts";

/** Evaluates a target at a window boundary and gives its effects. */
export function evaluateTarget(state: EngineState, target: TargetRecord, window: Window): void {
  const { atMs } = window;
  beforeChange(state, target);
  updateMaintenance(state, target, atMs);
  updateAvailability(state, target, atMs);
  const steady = noteSteadiness(target, atMs);
  // The suspicion may challenge successes at this boundary, so votes are counted after it.
  updateSuspicion(state, { target, votes: votesOf(state, target, atMs) }, window);
  const votes = votesOf(state, target, atMs);
  const assessed = assess(votes, target.target.spec.policy, freshCalls(target, atMs));
  const seen: AssessedTarget = { target, votes, assessed };
  noteShortage(seen, atMs);
  move(state, seen, window);
  if (steady) noticeSteadiness(target, window);
  noticeOutage(state, seen, window);
  noticeMisconfiguration(target, window);
  updateSpan(target, window);
  settle(state, seen, atMs);
}

function noteShortage({ target, assessed }: AssessedTarget, atMs: number): void {
  const short = assessed.assessment === "short" || assessed.assessment === "none";
  if (!short) target.shortSinceMs = null;
  else target.shortSinceMs ??= atMs;
}

/** When missing evidence turns the verdict unknown; Infinity while evidence is there. */
function unknownAtMs(target: TargetRecord): number {
  if (target.shortSinceMs === null) return Infinity;
  return Math.max(target.shortSinceMs + target.target.spec.intervalMs, target.heldUntilMs);
}

function machineInput(state: EngineState, seen: AssessedTarget, atMs: number): MachineInput {
  const { target, votes, assessed } = seen;
  const { policy, rise } = target.target.spec;
  const oks = votes.filter((vote) => vote.vote === "ok");
  const sinceMs = target.incident?.openedAtMs ?? 0;
  const subHealthy = assessed.connects && policy.downOn === "unreachable";
  const unheard = votes.some((vote) => inRoster(vote.pair) && vote.vote === "none");
  return {
    state: target.state,
    assessment: assessed.assessment,
    badState: subHealthy ? "sub_healthy" : "down",
    incidentOpen: target.incident !== null,
    degraded: target.degraded !== "" && mayBeDegraded(target.state),
    // Each folds evidence, so it is asked only in the state that it decides on.
    allRisen: target.state === "partial" && votes.every((vote) => hasRisen(state, vote, atMs)),
    someRisen:
      target.state === "recovering" &&
      oks.some(({ pair }) => successRun(state.evidence, pair.row, sinceMs) >= rise),
    shortLongEnough: atMs >= unknownAtMs(target),
    guarded: atMs < target.guardedUntilMs && unheard,
  };
}

/** Whether what was counted is of a target that was up, not of the outage that it comes from. */
function mayBeDegraded(from: VerdictState): boolean {
  return isHealthy(from) || from === "suspect";
}

/** A fresh failure whose probe has just lost its voice is no recovery: it has to expire first. */
function hasRisen(state: EngineState, { vote, pair, counted }: PairVote, atMs: number): boolean {
  if (vote === "ok") return vantageStateOf(state, pair, atMs) === "healthy";
  return counted !== "probe_may_not_accuse";
}

function move(state: EngineState, seen: AssessedTarget, window: Window): void {
  const { target, assessed } = seen;
  const from = target.state;
  const to = nextState(machineInput(state, seen, window.atMs));
  const cause = causeOf(to, assessed, target.cause);
  const opensPartial = to === "partial" && !target.incident && halfFail(state, seen);
  const causeChanged = cause !== target.cause;
  target.cause = cause;
  if (to !== from || opensPartial) {
    transit(state, { target, to, opensPartial }, window);
  } else if (causeChanged && target.incident) {
    const changed = effectOf(target, target.incident, { change: "changed", atMs: window.atMs });
    const { sentence } = explain(state, target, window.atMs);
    window.effects.push({ ...changed, sentence });
  }
  if (isBad(from) && to === "recovering") askForRecovery(seen, window);
}

function causeOf(
  to: VerdictState,
  assessed: AssessedTarget["assessed"],
  before: VerdictCause | null,
): VerdictCause | null {
  if (!isBad(to)) return null;
  if (assessed.assessment !== "allfail") return before;
  return assessed.connects ? "failing" : "unreachable";
}

/**
 * One lying success must not hide an outage: half of the heard domains failing is an incident. It
 * waits as long as every success is older than an open suspicion: those may be refuted in a moment,
 * and one outage must not be told twice.
 */
function halfFail(state: EngineState, { target, votes, assessed }: AssessedTarget): boolean {
  const { quorum, assessment } = assessed;
  if (assessment !== "partial" || 2 * quorum.confirmed < quorum.heard) return false;
  const sinceMs = target.suspicion?.sinceMs ?? 0;
  if (assessed.byCalls) return true;
  return votes.some(
    ({ vote, pair }) => vote === "ok" && state.evidence.hiMs(pair.row, 0) >= sinceMs,
  );
}

interface Move {
  target: TargetRecord;
  to: VerdictState;
  opensPartial: boolean;
}

function transit(state: EngineState, { target, to, opensPartial }: Move, window: Window): void {
  const { atMs, effects } = window;
  const from = target.state;
  target.state = to;
  if (to !== from) target.sinceMs = atMs;
  target.lean = null;
  if (isHealthy(to) && !mayBeDegraded(from)) forgetAvailability(state, target);
  const flaps = noteChange(target, atMs);
  target.transitions += 1;
  const before = target.incident;
  const { change, incidentId, effects: incidents } = moveIncident(target, opensPartial, atMs);
  const explanation = explain(state, target, atMs);
  const { id: targetId, transitions: number, cause } = target;
  const step = { number, atMs, from, to, cause, incidentId, incident: change, explanation };
  effects.push({ type: "transition", targetId, ...step });
  for (const incident of incidents) {
    effects.push({ ...incident, sentence: explanation.sentence });
  }
  followIncident(state, { target, before }, window);
  if (flaps) noticeFlapping(target, window);
}

/** Whether the end of the guard can change anything: what it holds back must be there. */
function isHeldBack({ target, assessed }: AssessedTarget, atMs: number): boolean {
  const { assessment } = assessed;
  return target.guardedUntilMs > atMs && (assessment === "allfail" || assessment === "partial");
}

/** Sets the timer of the next thing that time alone can change, and the marks of the fast path. */
function settle(state: EngineState, seen: AssessedTarget, atMs: number): void {
  const { target, votes, assessed } = seen;
  let wakeMs = unknownAtMs(target);
  if (atMs >= wakeMs) wakeMs = Infinity;
  for (const { pair, vote, untilMs } of votes) {
    pair.quiet = vote === "ok";
    const failing = vote !== "ok" && vote !== "none";
    if (failing) pair.probe.failing.add(pair);
    else pair.probe.failing.delete(pair);
    wakeMs = Math.min(wakeMs, untilMs + 1);
  }
  const { suspicion } = target;
  if (suspicion) {
    wakeMs = Math.min(wakeMs, suspicion.roundEndsMs);
    const challengeMs = challengeAtMs(state, target, suspicion.sinceMs);
    if (challengeMs > atMs) wakeMs = Math.min(wakeMs, challengeMs);
  }
  wakeMs = Math.min(wakeMs, callsExpireMs(target), tallyDueMs(target), steadyAtMs(target));
  if (isHeldBack(seen, atMs)) wakeMs = Math.min(wakeMs, target.guardedUntilMs);
  target.quiet = isHealthy(target.state) && assessed.assessment === "ok" && !suspicion;
  wakeTarget(state, target, wakeMs);
}
