/** Notices: what is worth telling of a target and is no transition; each is told once. */
import { holdOf } from "./alerts.ts";
import type { Assessed } from "./assess.ts";
import type { NoticeKind } from "./effect.ts";
import { explain } from "./explain.ts";
import { changesOf } from "./flapping.ts";
import type { Window } from "./probes.ts";
import type { VotedTarget } from "./recheck.ts";
import type { EngineState, TargetRecord } from "./state.ts";

/** A target with its votes and what they say together. */
export interface AssessedTarget extends VotedTarget {
  assessed: Assessed;
}

/** Too few witnesses, all failing: a probable outage is told, once, as a notice. */
export function noticeOutage(state: EngineState, seen: AssessedTarget, window: Window): void {
  const { target, assessed } = seen;
  const short = assessed.assessment === "short";
  target.lean = short && target.state === "unknown" ? "down" : null;
  if (assessed.assessment === "ok" || assessed.assessment === "partial") {
    target.outageNoticed = false;
  }
  if (!target.lean || assessed.quorum.confirmed === 0 || target.outageNoticed) return;
  // What withholds an alert withholds this too; it is told later, if it is still so.
  if (holdOf(state, target)) return;
  target.outageNoticed = true;
  const { sentence } = explain(state, target, window.atMs);
  push(target, { kind: "probable_outage", sentence }, window);
}

/** What a vantage says of a wrong configuration is told once for each edit. */
export function noticeMisconfiguration(target: TargetRecord, window: Window): void {
  if (target.misconfigured === null || target.misconfigurationNoticed) return;
  target.misconfigurationNoticed = true;
  const { name } = target.target.spec;
  const sentence = `The check of ${name} is misconfigured: ${target.misconfigured}`;
  push(target, { kind: "misconfigured", sentence }, window);
}

/** The target began to flap: from now on its alerts are withheld. */
export function noticeFlapping(target: TargetRecord, window: Window): void {
  const sentence =
    `${target.target.spec.name} flaps: ${changesOf(target)} changes in its last 21 samples. ` +
    "Its alerts are withheld until it is steady.";
  push(target, { kind: "flapping", sentence }, window);
}

/** The target flaps no longer. */
export function noticeSteadiness(target: TargetRecord, window: Window): void {
  const sentence = `${target.target.spec.name} flaps no longer; its alerts are sent again.`;
  push(target, { kind: "flapping_ended", sentence }, window);
}

interface Notice {
  kind: NoticeKind;
  sentence: string;
}

function push(target: TargetRecord, notice: Notice, window: Window): void {
  target.notices += 1;
  const { id: targetId, notices: number } = target;
  window.effects.push({ type: "notice", targetId, number, atMs: window.atMs, ...notice });
}
