/**
 * Suspicion: the first certified failure makes every vantage look again at once, and successes
 * from before it must be refreshed or lapse (VERDICTS section 7, Recheck and Challenge).
 */
import { isBad } from "./machine.ts";
import type { Window } from "./probes.ts";
import type { EngineState, TargetRecord } from "./state.ts";
import { votesOf } from "./vote.ts";
import type { PairVote } from "./vote.ts";

/** A target with its votes at the end of a window. */
export interface VotedTarget {
  target: TargetRecord;
  votes: readonly PairVote[];
}

/** Opens, continues or closes the suspicion of a target. */
export function updateSuspicion(state: EngineState, voted: VotedTarget, window: Window): void {
  const news = takeNewFailures(voted.votes);
  const { target } = voted;
  if (target.suspicion) continueSuspicion(state, voted, window);
  else if (news && !isBad(target.state)) openSuspicion(state, voted, window);
}

/** Marks failing vantages as answered; true when one of them began to fail. */
function takeNewFailures(votes: readonly PairVote[]): boolean {
  let news = false;
  for (const { pair, vote } of votes) {
    const failing = vote !== "ok" && vote !== "none";
    if (failing && !pair.answered) news = true;
    pair.answered = failing;
  }
  return news;
}

function openSuspicion(state: EngineState, voted: VotedTarget, window: Window): void {
  const { target, votes } = voted;
  const { atMs } = window;
  target.suspicion = { sinceMs: atMs, round: 1, roundEndsMs: atMs + roundMs(state, target) };
  const probeIds = votes.filter(mayAnswer).map(({ pair }) => pair.probe.id);
  ask(window, target, { probeIds, attempts: target.target.spec.fall, stopAfterOks: 1 });
}

function continueSuspicion(state: EngineState, voted: VotedTarget, window: Window): void {
  const { target, votes } = voted;
  const { suspicion } = target;
  const { atMs } = window;
  if (!suspicion) return;
  if (atMs >= challengeAtMs(state, target, suspicion.sinceMs)) {
    target.okFloorMs = Math.max(target.okFloorMs, suspicion.sinceMs);
  }
  const open = votes.filter((vote) => isUndecided(state, vote, suspicion.sinceMs));
  if (open.length === 0) {
    target.suspicion = null;
    return;
  }
  if (atMs < suspicion.roundEndsMs) return;
  if (suspicion.round >= state.settings.recheckRounds) {
    target.suspicion = null;
    return;
  }
  suspicion.round += 1;
  suspicion.roundEndsMs = atMs + roundMs(state, target);
  const probeIds = open.filter(mayAnswer).map(({ pair }) => pair.probe.id);
  ask(window, target, { probeIds, attempts: target.target.spec.fall, stopAfterOks: 1 });
}

/** Asks every vantage once after the first success of a bad target: recovery is seen as fast. */
export function askForRecovery(voted: VotedTarget, window: Window): void {
  const { target, votes } = voted;
  const { rise } = target.target.spec;
  const probeIds = votes.filter(mayAnswer).map(({ pair }) => pair.probe.id);
  ask(window, target, { probeIds, attempts: rise, stopAfterOks: rise });
}

/** When successes from before a suspicion stop counting. */
export function challengeAtMs(state: EngineState, target: TargetRecord, sinceMs: number): number {
  const { challenge, transitMs, canaryMs, windowMs } = state.settings;
  if (!challenge) return Infinity;
  return sinceMs + 2 * transitMs + target.target.spec.timeoutMs + canaryMs + windowMs;
}

/** Asks every vantage of a target that may answer to look now. */
export function askAll(
  state: EngineState,
  target: TargetRecord,
  { attempts, window }: { attempts: number; window: Window },
): void {
  const probeIds = votesOf(state, target, window.atMs)
    .filter(mayAnswer)
    .map(({ pair }) => pair.probe.id);
  ask(window, target, { probeIds, attempts, stopAfterOks: 1 });
}

/** How long one round of a recheck may take. */
export function roundMs(state: EngineState, target: TargetRecord): number {
  const { transitMs, canaryMs, windowMs, fastMs } = state.settings;
  const { fall, timeoutMs } = target.target.spec;
  return fall * Math.max(fastMs, timeoutMs) + canaryMs + 2 * transitMs + windowMs;
}

/** A success from before the suspicion, a failure not yet confirmed, or a healthy silence. */
function isUndecided(state: EngineState, vote: PairVote, sinceMs: number): boolean {
  if (vote.vote === "suspect") return true;
  if (vote.vote === "ok") return state.evidence.hiMs(vote.pair.row, 0) < sinceMs;
  return vote.vote === "none" && mayAnswer(vote) && vote.counted !== "own_domain";
}

function mayAnswer({ pair }: PairVote): boolean {
  return pair.probe.state === "eligible" || pair.probe.state === "quarantined";
}

interface Question {
  probeIds: string[];
  attempts: number;
  stopAfterOks: number;
}

function ask(window: Window, target: TargetRecord, question: Question): void {
  if (question.probeIds.length === 0) return;
  const { id: targetId, handle } = target;
  window.effects.push({ type: "recheck", targetId, handle, ...question });
}
