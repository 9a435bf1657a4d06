/** Every verdict can explain itself: one sentence, and a table of who saw what. */
import { reasonOf } from "../../shared/reason.ts";
import type { VantageEvidence, VerdictExplanation } from "../../shared/verdict.ts";
import { clockText } from "../../shared/clock.ts";
import { assess } from "./assess.ts";
import { freshCalls } from "./calls.ts";
import type { EngineState, ProbeRecord, TargetRecord } from "./state.ts";
import { failureRun, vantageStateOf, votesOf } from "./vote.ts";
import type { PairVote } from "./vote.ts";

/** Explains the verdict of a target at a log time (the present one, or a window's boundary). */
export function explain(
  state: EngineState,
  target: TargetRecord,
  atMs: number,
): VerdictExplanation {
  const votes = votesOf(state, target, atMs);
  const calls = freshCalls(target, atMs);
  const { policy } = target.target.spec;
  const { assessment, quorum, failingRegions, byCalls } = assess(votes, policy, calls);
  const explanation: VerdictExplanation = {
    targetId: target.id,
    targetName: target.target.spec.name,
    state: target.state,
    sinceMs: target.sinceMs,
    atMs,
    cause: target.cause,
    lean: target.lean,
    assessment,
    sentence: "",
    quorum,
    rule: policy.rule,
    failingRegions,
    calls,
    degraded: target.degraded,
    maintenance: target.maintenance?.name ?? null,
    vantages: votes.map((vote) => evidenceOf(state, vote, atMs)),
    incidentId: target.incident?.id ?? null,
  };
  return { ...explanation, sentence: sentenceOf(explanation, byCalls) };
}

function evidenceOf(state: EngineState, seen: PairVote, atMs: number): VantageEvidence {
  const { pair, vote, counted, domain } = seen;
  const { probe, row, notes } = pair;
  const { evidence } = state;
  const heard = evidence.count(row) > 0;
  const ok = heard && evidence.outcome(row, 0) === 1;
  const seenAtMs = heard ? (ok ? evidence.hiMs(row, 0) : evidence.loMs(row, 0)) : null;
  return {
    probeId: probe.id,
    probeName: probe.vantage.name,
    region: probe.vantage.region,
    zone: probe.vantage.zone,
    probeState: probe.state,
    probeReason: probe.reason,
    state: vantageStateOf(state, pair, atMs),
    vote,
    counted,
    effectiveDomain: domain,
    reason: heard ? (ok ? "ok" : (state.texts[evidence.reason(row, 0)] ?? "internal")) : null,
    detail: heard && !ok ? notes.detail : "",
    failures: failureRun(state, pair),
    canaries: canariesOf(state, probe),
    voids: notes.voids,
    uncertified: notes.uncertified,
    late: notes.late,
    seenAtMs,
    ageMs: seenAtMs === null ? null : Math.max(0, atMs - seenAtMs),
  };
}

/** The probe's own canaries by its last heartbeat; those that fail for half of the mesh are out. */
function canariesOf(state: EngineState, { answers }: ProbeRecord): VantageEvidence["canaries"] {
  let passed = 0;
  let failed = 0;
  let excluded = 0;
  for (const [id, ok] of answers) {
    if (state.excludedCanaries.includes(id)) excluded += 1;
    else if (ok) passed += 1;
    else failed += 1;
  }
  return { passed, failed, excluded };
}

const OPENINGS: Record<VerdictExplanation["state"], string> = {
  unknown: "Unknown",
  up: "Up",
  degraded: "Degraded",
  partial: "Partly reachable",
  suspect: "Suspected down",
  sub_healthy: "Reachable but failing",
  down: "Down",
  recovering: "Recovering",
};

/** The sentence of an explanation, for a person at night. */
function sentenceOf(explanation: VerdictExplanation, byCalls: boolean): string {
  const { state, sinceMs, vantages, calls, degraded } = explanation;
  const opening = `${OPENINGS[state]} since ${clockText(sinceMs)}`;
  const called = byCalls ? `${calls} business calls succeeded in the last minute` : "";
  const poor = state === "degraded" ? degraded : "";
  const regions = regionPart(explanation);
  const parts = [bodyOf(explanation), regions, called, poor, ...asideParts(vantages)];
  return `${opening}: ${parts.filter((part) => part !== "").join("; ")}.`;
}

function bodyOf(explanation: VerdictExplanation): string {
  const { vantages, quorum, lean, state } = explanation;
  const failing = vantages.filter(isFailing);
  const ok = vantages.filter(({ vote }) => vote === "ok");
  const heard = failing.length + ok.length;
  if (vantages.length === 0) return "no vantage looks at it";
  if (heard === 0) return "no vantage has fresh evidence";
  const total = plural(heard, "vantage", heard);
  if (failing.length === 0) {
    const where = regionsOf(ok);
    return `${ok.length} of ${total} in ${where} ${ok.length === 1 ? "reaches" : "reach"} it`;
  }
  const who = failing.length <= 3 && ok.length > 0 ? ` (${namesOf(failing)})` : "";
  const reach = `${failing.length} of ${total} in ${regionsOf(failing)}${who} ${verbOf(failing)}`;
  const reaches = ok.length === 1 ? "reaches" : "reach";
  const others = ok.length > 0 ? `, ${namesOf(ok)} ${reaches} it` : "";
  const missing =
    state === "unknown" || lean
      ? `; ${quorum.failing} of ${quorum.need} failing domains that a verdict needs`
      : "";
  return `${reach} (${reasonsOf(failing)})${others}${missing}`;
}

/** Names the regions that fail entirely, where others do not: the trouble is theirs. */
function regionPart({ failingRegions, vantages }: VerdictExplanation): string {
  const heard = new Set(vantages.filter(({ vote }) => vote !== "none").map(({ region }) => region));
  if (failingRegions.length === 0 || failingRegions.length === heard.size) return "";
  const names = failingRegions.slice(0, 4).join(", ");
  const more = failingRegions.length > 4 ? ` and ${failingRegions.length - 4} more` : "";
  return failingRegions.length === 1
    ? `all of region ${names} fails`
    : `all of the regions ${names}${more} fail`;
}

function isFailing({ vote }: VantageEvidence): boolean {
  return vote === "dead" || vote === "sub" || vote === "suspect";
}

/** "cannot connect" only when none of them connected. */
function verbOf(failing: readonly VantageEvidence[]): string {
  const sources = failing.map(({ reason }) => reasonOf(reason ?? "internal").class);
  if (sources.every((outcome) => outcome === "dead")) return "cannot connect";
  if (sources.every((outcome) => outcome === "dns")) return "cannot resolve its name";
  return failing.length === 1 ? "finds it failing" : "find it failing";
}

function reasonsOf(failing: readonly VantageEvidence[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of failing) {
    const { phrase } = reasonOf(reason ?? "internal");
    counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  }
  if (counts.size === 1) return [...counts.keys()].join("");
  return [...counts].map(([phrase, count]) => `${count}× ${phrase}`).join(", ");
}

function asideParts(vantages: readonly VantageEvidence[]): string[] {
  const parts: string[] = [];
  for (const { probeName, probeState, probeReason } of vantages) {
    if (probeState === "quarantined" || probeState === "intercepted") {
      parts.push(`${probeName} was set aside because ${probeReason}`);
    } else if (probeState === "offline") parts.push(`${probeName} is offline`);
    else if (probeState === "joining") parts.push(`${probeName} is still joining`);
  }
  return parts.length <= 5 ? parts : [...parts.slice(0, 4), `and ${parts.length - 4} more`];
}

function regionsOf(vantages: readonly VantageEvidence[]): string {
  const regions = new Set(vantages.map(({ region }) => region)).size;
  return plural(regions, "region", regions);
}

function namesOf(vantages: readonly VantageEvidence[]): string {
  const names = vantages.slice(0, 4).map(({ probeName }) => probeName);
  const more = vantages.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

function plural(count: number, word: string, shown: number): string {
  return `${shown} ${word}${count === 1 ? "" : "s"}`;
}
