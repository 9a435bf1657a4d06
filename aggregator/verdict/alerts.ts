/**
 * Whether an alert is due. An incident that opens is alerted at once, unless something holds it:
 * maintenance, a bad parent, flapping, or a blind mesh. When the hold ends and the target is still
 * bad, the alert goes out; after maintenance and a bad parent only on failures measured since.
 */
import { clockText } from "../../shared/clock.ts";
import { assess } from "./assess.ts";
import { freshCalls } from "./calls.ts";
import type { AlertEffect, AlertHold, Effect, FellTogether, TransitionEffect } from "./effect.ts";
import { explain } from "./explain.ts";
import { effectOf } from "./incidents.ts";
import { changesOf } from "./flapping.ts";
import { isBad } from "./machine.ts";
import { beforeChange, wakeTarget } from "./marks.ts";
import type { Window } from "./probes.ts";
import { restfully } from "./rests.ts";
import type { Rests } from "./rests.ts";
import { askAll, roundMs } from "./recheck.ts";
import type { EngineState, OpenIncident, TargetRecord } from "./state.ts";
import { votesOf } from "./vote.ts";

/** Time in which incidents count as fallen together. */
const TOGETHER_MS = 60_000;

/** Why an alert is withheld. */
interface Hold {
  hold: AlertHold;
  parent: string | null;
  reason: string;
}

/** A target with an incident that was not alerted yet. */
interface Waiting {
  target: TargetRecord;
  incident: OpenIncident;
}

/** Decides, after all verdicts of a window, which alerts are due. */
export function* settleAlerts(state: EngineState, window: Window): Rests {
  noteOpenings(state, window.atMs);
  const targets = [...state.unalerted].toSorted((left, right) => (left.id < right.id ? -1 : 1));
  yield* restfully(targets, (target) => {
    beforeChange(state, target);
    const { incident } = target;
    if (!incident || incident.alert.raisedAtMs !== null) state.unalerted.delete(target);
    else settleAlert(state, { target, incident }, window);
  });
}

function noteOpenings(state: EngineState, atMs: number): void {
  state.openings = state.openings.filter((opening) => opening.atMs > atMs - TOGETHER_MS);
  let count = 0;
  for (const { incident } of state.unalerted) if (incident?.openedAtMs === atMs) count += 1;
  if (count > 0) state.openings.push({ atMs, count });
}

function settleAlert(state: EngineState, waiting: Waiting, window: Window): void {
  const { target, incident } = waiting;
  const { alert } = incident;
  const hold = holdOf(state, target);
  if (hold) {
    if (alert.hold === hold.hold) return;
    alert.hold = hold.hold;
    tell(state, waiting, { change: "withheld", ...hold, window });
    return;
  }
  if (alert.hold !== "") release(state, waiting, window);
  if (isUnderway(target, incident) && !mustWait(state, waiting, window)) {
    alert.raisedAtMs = window.atMs;
    state.unalerted.delete(target);
    const reason = reasonOfRaise(incident, window.atMs);
    tell(state, waiting, { change: "raised", reason, window });
  }
}

function reasonOfRaise({ id, openedAtMs }: OpenIncident, atMs: number): string {
  if (openedAtMs === atMs) return `incident ${id} opened`;
  return `incident ${id}, open since ${clockText(openedAtMs)}, is held back by nothing any more`;
}

/** Whether the trouble of the incident is there now, not just about to end. */
function isUnderway({ state }: TargetRecord, { kind }: OpenIncident): boolean {
  return isBad(state) || (kind === "partial" && state === "partial");
}

/** What holds the alerts of a target now; the first that applies is told. */
export function holdOf(state: EngineState, target: TargetRecord): Hold | null {
  const { maintenance } = target;
  if (maintenance) {
    const until = clockText(maintenance.toMs);
    const reason = `maintenance ${maintenance.name} runs until ${until}`;
    return { hold: "maintenance", parent: null, reason };
  }
  if (state.blind) {
    const reason = "the mesh is blind, which is alerted once for all targets";
    return { hold: "mesh_blind", parent: null, reason };
  }
  if (target.flap.active) {
    const reason = `it flaps: ${changesOf(target)} changes in its last 21 samples`;
    return { hold: "flapping", parent: null, reason };
  }
  for (const parent of target.target.spec.parents) {
    if (!isParentBad(state.byName.get(parent))) continue;
    return { hold: "parent", parent, reason: `its parent ${parent} is bad` };
  }
  return null;
}

/** A parent whose incident is open is bad until it resolves: it may only seem to recover. */
function isParentBad(parent: TargetRecord | undefined): boolean {
  return parent !== undefined && (isBad(parent.state) || parent.incident?.kind === "bad");
}

/** A hold ended: what was seen while it lasted may be its doing, so everybody looks again. */
function release(state: EngineState, { target, incident }: Waiting, window: Window): void {
  const { alert } = incident;
  if (alert.hold === "maintenance" || alert.hold === "parent") {
    alert.floorMs = window.atMs;
    askAll(state, target, { attempts: target.target.spec.fall, window });
  }
  alert.hold = "";
}

/** Whether the alert waits a little: for failures measured after a hold, or for its parents. */
function mustWait(state: EngineState, waiting: Waiting, window: Window): boolean {
  const { alert } = waiting.incident;
  if (alert.floorMs > 0) return !failsSince(state, waiting, window.atMs);
  return waitsForParents(state, waiting, window);
}

/** Whether the failures measured after the end of a hold alone would call the target bad. */
function failsSince(state: EngineState, { target, incident }: Waiting, atMs: number): boolean {
  const { floorMs } = incident.alert;
  const votes = votesOf(state, target, atMs).map((seen) => {
    const old = seen.vote !== "ok" && state.evidence.loMs(seen.pair.row, 0) < floorMs;
    return old ? { ...seen, vote: "none" as const } : seen;
  });
  const { assessment } = assess(votes, target.target.spec.policy, freshCalls(target, atMs));
  return assessment === "allfail" || (incident.kind === "partial" && assessment === "partial");
}

/**
 * A child often fails with its parent, and may be seen first. So its parents are asked to be looked
 * at, and the alert waits until each was seen well after the incident opened, or time is over.
 */
function waitsForParents(state: EngineState, waiting: Waiting, window: Window): boolean {
  const { target, incident } = waiting;
  const { alert, openedAtMs } = incident;
  const undecided = target.target.spec.parents.flatMap((name) => {
    const parent = state.byName.get(name);
    const open = parent && parent.pairs.length > 0 && !isSeenWell(state, parent, openedAtMs);
    return open ? [parent] : [];
  });
  if (undecided.length === 0) return false;
  if (alert.waitUntilMs === 0) {
    alert.waitUntilMs = window.atMs + Math.max(...undecided.map((one) => roundMs(state, one)));
    for (const parent of undecided) askAll(state, parent, { attempts: 1, window });
  }
  if (window.atMs >= alert.waitUntilMs) return false;
  // A success of a quiet target is not evaluated; here somebody waits for one.
  for (const parent of undecided) {
    beforeChange(state, parent);
    parent.quiet = false;
  }
  wakeTarget(state, target, alert.waitUntilMs);
  return true;
}

function isSeenWell(state: EngineState, parent: TargetRecord, sinceMs: number): boolean {
  return votesOf(state, parent, state.evaluatedMs).some(
    ({ vote, pair }) => vote === "ok" && state.evidence.hiMs(pair.row, 0) >= sinceMs,
  );
}

/** What is told of an alert beside what its incident says. */
interface Telling {
  change: AlertEffect["change"];
  reason: string;
  window: Window;
  hold?: AlertHold;
  parent?: string | null;
  supersededBy?: string | null;
  withdrawn?: boolean;
}

/** A transition moved the incident of a target: its alert begins to wait, or is cleared. */
export function followIncident(
  state: EngineState,
  { target, before }: { target: TargetRecord; before: OpenIncident | null },
  window: Window,
): void {
  const { incident } = target;
  if (incident === before) return;
  if (incident) state.unalerted.add(target);
  else state.unalerted.delete(target);
  if (!before || before.alert.raisedAtMs === null) return;
  const supersededBy = incident?.id ?? null;
  const end = supersededBy === null ? "is resolved" : `goes on as incident ${supersededBy}`;
  const reason = `incident ${before.id}, which was alerted, ${end}`;
  tell(state, { target, incident: before }, { change: "cleared", reason, supersededBy, window });
}

/** A target is gone, or no longer checked: its open incident is withdrawn, and so is its alert. */
export function withdrawIncident(
  state: EngineState,
  target: TargetRecord,
  { why, window }: { why: string; window: Window },
): void {
  const { incident } = target;
  state.unalerted.delete(target);
  if (!incident) return;
  const { atMs, effects } = window;
  const sentence = `${target.target.spec.name} ${why}, so its incident is withdrawn.`;
  effects.push({ ...effectOf(target, incident, { change: "withdrawn", atMs }), sentence });
  if (incident.alert.raisedAtMs !== null) {
    const reason = `incident ${incident.id}, which was alerted, was withdrawn`;
    tell(state, { target, incident }, { change: "cleared", reason, withdrawn: true, window });
  }
  target.incident = null;
}

function tell(state: EngineState, { target, incident }: Waiting, telling: Telling): void {
  const { window, change, reason, hold = null, parent = null } = telling;
  const { atMs, effects } = window;
  target.alerts += 1;
  const { id: targetId, alerts: number, cause } = target;
  const last = lastTransition(effects, targetId);
  const moved = last?.atMs === atMs ? last : null;
  effects.push({
    type: "alert",
    change,
    targetId,
    targetName: target.target.spec.name,
    incidentId: incident.id,
    number,
    atMs,
    openedAtMs: incident.openedAtMs,
    raisedAtMs: incident.alert.raisedAtMs,
    severity: incident.severity,
    cause,
    hold,
    parent,
    reason,
    transition: moved?.number ?? null,
    supersededBy: telling.supersededBy ?? null,
    withdrawn: telling.withdrawn ?? false,
    fell: fellTogether(state, atMs),
    // In one window a target is explained once: of 50,000 that fall this is half of all there is.
    explanation: moved?.explanation ?? explain(state, target, atMs),
  });
}

interface Moves {
  /** Effects looked at so far. */
  seen: number;
  last: Map<string, TransitionEffect>;
}

/** Kept with the effects of a step, so that 50,000 alerts do not search them 50,000 times. */
const MOVES = new WeakMap<readonly Effect[], Moves>();

function lastTransition(
  effects: readonly Effect[],
  targetId: string,
): TransitionEffect | undefined {
  const moves: Moves = MOVES.get(effects) ?? { seen: 0, last: new Map() };
  MOVES.set(effects, moves);
  for (; moves.seen < effects.length; moves.seen += 1) {
    const effect = effects[moves.seen];
    if (effect?.type === "transition") moves.last.set(effect.targetId, effect);
  }
  return moves.last.get(targetId);
}

function fellTogether(state: EngineState, atMs: number): FellTogether {
  let inWindow = 0;
  let inMinute = 0;
  for (const opening of state.openings) {
    inMinute += opening.count;
    if (opening.atMs === atMs) inWindow += opening.count;
  }
  return { inWindow, inMinute, targets: state.targets.size };
}
