/** Probes as witnesses: who may accuse, who may exonerate (VERDICTS section 5). */
import type { ProbeState } from "../../shared/verdict.ts";
import type { Effect } from "./effect.ts";
import { beforeMassChange, markProbe, markTarget, wakeProbe } from "./marks.ts";
import type { EngineState, Pair, PendingHeartbeat, ProbeRecord } from "./state.ts";
import { mayExonerate } from "./vote.ts";

/** Where the effects of a window go, and when it is. */
export interface Window {
  atMs: number;
  effects: Effect[];
}

/** The canaries that fail from half of the mesh or more: they say nothing about a probe. */
function findExcludedCanaries(state: EngineState): string[] {
  const failures = new Map<string, number>();
  let mesh = 0;
  for (const probe of state.probes.values()) {
    if (probe.answers.size === 0 || probe.state === "offline" || probe.removed) continue;
    mesh += 1;
    for (const [id, ok] of probe.answers) {
      if (!ok) failures.set(id, (failures.get(id) ?? 0) + 1);
    }
  }
  const excluded = [...failures].filter(([, count]) => 2 * count >= mesh).map(([id]) => id);
  return excluded.toSorted();
}

/** Takes the answers of the window's heartbeats and finds the excluded canaries anew. */
export function updateCanaries(state: EngineState, window: Window): void {
  let heard = false;
  for (const probe of state.dirtyProbes) {
    const newest = probe.heartbeats.at(-1);
    if (!newest) continue;
    heard = true;
    probe.answers = new Map(newest.canaries.map(({ id, ok }) => [id, ok]));
  }
  if (!heard) return;
  const excluded = findExcludedCanaries(state);
  if (excluded.join("\n") === state.excludedCanaries.join("\n")) return;
  state.excludedCanaries = excluded;
  window.effects.push({ type: "canaries", excluded });
}

/** Whether a majority of the canaries that count passed; true when none counts. */
function canariesPass(state: EngineState, heartbeat: PendingHeartbeat): boolean {
  const counted = heartbeat.canaries.filter(({ id }) => !state.excludedCanaries.includes(id));
  const passed = counted.filter(({ ok }) => ok).length;
  return counted.length === 0 || 2 * passed > counted.length;
}

/** Takes the window's heartbeats of a probe and moves its state machine. */
export function evaluateProbe(state: EngineState, probe: ProbeRecord, window: Window): void {
  const { heartbeats } = probe;
  probe.heartbeats = [];
  for (const heartbeat of heartbeats) takeHeartbeat(state, probe, { heartbeat, window });
  expireHeartbeat(state, probe, window);
  settleLeaving(state, probe, window);
  if (probe.state === "eligible") {
    wakeProbe(state, probe, probe.lastHeartbeatMs + state.settings.offlineAfterMs);
  }
}

interface Beat {
  heartbeat: PendingHeartbeat;
  window: Window;
}

function takeHeartbeat(state: EngineState, probe: ProbeRecord, beat: Beat): void {
  const { heartbeat, window } = beat;
  const { settings } = state;
  const canaryOk = canariesPass(state, heartbeat);
  const slow = heartbeat.lagMs > settings.lagLimitMs || heartbeat.overloaded;
  const clean = canaryOk && heartbeat.mustFailHeld && !slow;
  probe.cleanHeartbeats = clean ? probe.cleanHeartbeats + 1 : 0;
  const score = probe.score + (clean ? -1 : 1);
  probe.score = Math.min(settings.scoreMax, Math.max(0, score));
  if (!heartbeat.mustFailHeld) intercept(state, probe, window);
  else if (probe.state === "eligible") {
    if (!canaryOk) {
      quarantine(state, probe, {
        window,
        kind: "canary",
        reason: canarySentence(state, heartbeat),
      });
    } else if (probe.score >= settings.scoreQuarantine && scoreQuarantinesLeft(state)) {
      const reason = "it is unwell: its heartbeats report overload or a lagging event loop";
      quarantine(state, probe, { window, kind: "score", reason });
    }
  } else if (clean) admit(state, probe, window);
}

function canarySentence(state: EngineState, heartbeat: PendingHeartbeat): string {
  const counted = heartbeat.canaries.filter(({ id }) => !state.excludedCanaries.includes(id));
  const failed = counted.filter(({ ok }) => !ok).length;
  return `its own canaries fail (${failed} of ${counted.length})`;
}

/** Quarantines by score are capped at ⌊(n−1)/2⌋ probes, or slowness everywhere would blind us. */
function scoreQuarantinesLeft(state: EngineState): boolean {
  let probes = 0;
  let quarantined = 0;
  for (const probe of state.probes.values()) {
    if (probe.removed || !probe.everEligible) continue;
    probes += 1;
    if (probe.state === "quarantined" && probe.byScore) quarantined += 1;
  }
  return quarantined < Math.floor((probes - 1) / 2);
}

function admit(state: EngineState, probe: ProbeRecord, window: Window): void {
  const { settings } = state;
  if (probe.draining || probe.removed) return;
  const waiting = probe.state === "joining" || probe.state === "offline";
  const needed = waiting && probe.everEligible ? 1 : settings.joinHeartbeats;
  if (probe.cleanHeartbeats < needed) return;
  const aside = probe.state === "quarantined" || probe.state === "intercepted";
  if (aside && window.atMs < probe.quarantineUntilMs) return;
  if (aside) probe.failFloorMs = window.atMs;
  probe.everEligible = true;
  changeProbe(state, probe, { window, to: "eligible", reason: "" });
}

/** Why and for how long a probe is set aside. */
export interface Quarantine {
  window: Window;
  kind: "canary" | "score" | "sees_all";
  reason: string;
}

/** Sets a probe aside; for a canary without a wait, else 60 s × 2ⁿ, at most 30 min. */
export function quarantine(state: EngineState, probe: ProbeRecord, why: Quarantine): void {
  const { window } = why;
  const waitMs = why.kind === "canary" ? 0 : quarantineMsOf(state, probe, window.atMs);
  probe.byScore = why.kind === "score";
  probe.quarantineUntilMs = window.atMs + waitMs;
  probe.cleanHeartbeats = 0;
  changeProbe(state, probe, { window, to: "quarantined", reason: why.reason });
}

function quarantineMsOf(state: EngineState, probe: ProbeRecord, atMs: number): number {
  const { quarantineMs, quarantineMaxMs, quarantineDecayMs } = state.settings;
  const forgiven = Math.floor((atMs - probe.quarantinedAtMs) / quarantineDecayMs);
  const earlier = Math.max(0, probe.quarantines - forgiven);
  probe.quarantines = earlier + 1;
  probe.quarantinedAtMs = atMs;
  return Math.min(quarantineMaxMs, quarantineMs * 2 ** earlier);
}

function intercept(state: EngineState, probe: ProbeRecord, window: Window): void {
  if (probe.removed) return;
  probe.cleanHeartbeats = 0;
  if (probe.state === "intercepted") return;
  probe.quarantineUntilMs = window.atMs + quarantineMsOf(state, probe, window.atMs);
  const reason = "its must-fail canary was answered: something intercepts its connections";
  changeProbe(state, probe, { window, to: "intercepted", reason });
}

function expireHeartbeat(state: EngineState, probe: ProbeRecord, window: Window): void {
  if (probe.state !== "eligible") return;
  if (window.atMs - probe.lastHeartbeatMs < state.settings.offlineAfterMs) return;
  probe.cleanHeartbeats = 0;
  const seconds = Math.round(state.settings.offlineAfterMs / 1000);
  const reason = `no heartbeat came from it for ${seconds} s`;
  changeProbe(state, probe, { window, to: "offline", reason });
}

/** A probe leaves: its accusers must prove themselves anew on every target it looked at. */
export function leaveProbe(state: EngineState, probe: ProbeRecord, hard: boolean): void {
  if (hard) probe.removed = true;
  else probe.draining = true;
  beforeMassChange(state);
  accuseAnew(state, probe);
  markProbe(state, probe);
}

/**
 * The quorum of every target that a probe looks at changed: accusations made before must be made
 * anew, so that configuration never turns old evidence into DOWN.
 */
export function accuseAnew(state: EngineState, probe: ProbeRecord): void {
  for (const { target } of pairsOf(state, probe)) {
    target.floorMs = state.atMs;
    for (const pair of target.pairs) pair.answered = false;
    markTarget(state, target);
  }
}

/** Its vantages, looked for: a set of them would cost more memory than a change of a probe time. */
function* pairsOf({ targets }: EngineState, probe: ProbeRecord): Generator<Pair> {
  for (const target of targets.values()) {
    for (const pair of target.pairs) if (pair.probe === probe) yield pair;
  }
}

/** Moves a leaving probe to the state of its leave. */
function settleLeaving(state: EngineState, probe: ProbeRecord, window: Window): void {
  if (probe.removed && probe.state !== "disabled") {
    changeProbe(state, probe, { window, to: "disabled", reason: "an operator removed it" });
  } else if (probe.draining && !["draining", "disabled", "intercepted"].includes(probe.state)) {
    changeProbe(state, probe, { window, to: "draining", reason: "an operator drained it" });
  }
}

interface ProbeChange {
  window: Window;
  to: ProbeState;
  reason: string;
}

function changeProbe(state: EngineState, probe: ProbeRecord, change: ProbeChange): void {
  const { window, to, reason } = change;
  const from = probe.state;
  probe.state = to;
  probe.reason = reason;
  probe.sinceMs = window.atMs;
  probe.number += 1;
  const { number } = probe;
  window.effects.push({
    type: "probe_state",
    probeId: probe.id,
    number,
    atMs: window.atMs,
    from,
    to,
    reason,
  });
  beforeMassChange(state);
  for (const pair of pairsOf(state, probe)) {
    pair.quiet = false;
    pair.target.quiet = false;
    state.dirtyTargets.add(pair.target);
  }
}

/**
 * Finds a probe that sees everything failing: at least 3 targets and half of its targets fail
 * here, while at least 2 other domains succeeded, since then, on at least 3 and half of those.
 * A success from before the failure proves nothing: the targets may all have fallen since.
 */
export function seesEverythingFailing(state: EngineState, probe: ProbeRecord): boolean {
  const { seesAllTargetsMin, seesAllDomainsMin } = state.settings;
  const { failing, pairs } = probe;
  if (failing.size < seesAllTargetsMin || 2 * failing.size < pairs) return false;
  const wellByZone = new Map<string, number>();
  for (const pair of failing) {
    for (const zone of zonesThatDisagree(state, pair)) {
      wellByZone.set(zone, (wellByZone.get(zone) ?? 0) + 1);
    }
  }
  const enough = Math.max(seesAllTargetsMin, Math.ceil(failing.size / 2));
  const zones = [...wellByZone.values()].filter((count) => count >= enough);
  return zones.length >= seesAllDomainsMin;
}

function zonesThatDisagree(state: EngineState, failed: Pair): Set<string> {
  const { evidence } = state;
  let begin = 0;
  while (begin + 1 < evidence.count(failed.row) && evidence.outcome(failed.row, begin + 1) !== 1) {
    begin += 1;
  }
  const failedMs = evidence.loMs(failed.row, begin);
  const zones = new Set<string>();
  for (const other of failed.target.pairs) {
    const { zone } = other.probe.vantage;
    if (zone === failed.probe.vantage.zone || !mayExonerate(other.probe)) continue;
    if (evidence.count(other.row) === 0 || evidence.outcome(other.row, 0) !== 1) continue;
    if (evidence.loMs(other.row, 0) >= failedMs) zones.add(zone);
  }
  return zones;
}

/** Tells when fewer than two domains may accuse, after a time of sight, and when two can. */
export function evaluateMesh(state: EngineState, window: Window): void {
  const zones = new Set<string>();
  for (const probe of state.probes.values()) {
    if (probe.state === "eligible") zones.add(probe.vantage.zone);
  }
  const blind = zones.size < 2;
  // A mesh that never saw is only beginning: blindness is the loss of sight.
  if (!blind) state.sighted = true;
  if (blind === state.blind || !state.sighted) return;
  state.blind = blind;
  state.meshNumber += 1;
  const sentence = blind
    ? `The mesh is blind: only ${zones.size} failure domain may accuse, and a verdict needs 2; ` +
      "no target can be called down until another probe is well."
    : `The mesh sees again: ${zones.size} failure domains may accuse.`;
  const { meshNumber: number } = state;
  window.effects.push({ type: "mesh", blind, number, atMs: window.atMs, sentence });
}
