/** Votes: what each vantage says about a target at one instant (VERDICTS sections 4 to 6). */
import { classOfNumber } from "../../shared/outcome.ts";
import type { CountedReason, VantageState, Vote } from "../../shared/verdict.ts";
import type { EvidenceTable } from "./evidence.ts";
import { freshMs } from "./state.ts";
import type { EngineState, Pair, ProbeRecord, TargetRecord } from "./state.ts";

const OK = 1;
const SUB = 2;

/** One vantage's vote, and how it came about. */
export interface PairVote {
  pair: Pair;
  vote: Vote;
  counted: CountedReason;
  /** Failure domain the vote is counted under: the zone, or the resolver of a dns failure. */
  domain: string;
  /** Failures in a row up to the newest evidence, and the last time they can have begun. */
  failures: number;
  /** Log time until which this vote holds by itself; Infinity when there is none. */
  untilMs: number;
}

/** Whether a probe may accuse: only a healthy witness whose canaries are known to pass. */
function mayAccuse(probe: ProbeRecord): boolean {
  return probe.state === "eligible";
}

/** Whether a probe may exonerate: any authentic one, but a first-time joiner and proven liars. */
export function mayExonerate(probe: ProbeRecord): boolean {
  switch (probe.state) {
    case "eligible":
    case "offline":
    case "draining":
    case "quarantined":
      return true;
    case "joining":
      return probe.everEligible;
    case "intercepted":
    case "disabled":
      return false;
  }
}

/** Whether a vantage counts for the roster: a witness that was eligible once and is not leaving. */
export function inRoster(pair: Pair): boolean {
  const { probe, target } = pair;
  if (probe.removed || probe.draining || !probe.everEligible) return false;
  return probe.vantage.zone !== target.target.spec.zone;
}

/**
 * Failures in a row up to the newest evidence, measured while the probe was well. A gap of more
 * than F ends the run: what was seen before it had expired, and must be seen anew.
 */
export function failureRun(state: EngineState, pair: Pair): number {
  const { evidence } = state;
  const { row, probe, target } = pair;
  const fMs = freshMs(state, target);
  const count = evidence.count(row);
  let run = 0;
  while (
    run < count &&
    evidence.outcome(row, run) !== OK &&
    evidence.loMs(row, run) >= probe.failFloorMs &&
    (run === 0 || evidence.loMs(row, run - 1) - evidence.loMs(row, run) <= fMs)
  ) {
    run += 1;
  }
  return run;
}

/** Successes in a row up to the newest evidence that ended at or after `sinceMs`. */
export function successRun(evidence: EvidenceTable, row: number, sinceMs: number): number {
  const count = evidence.count(row);
  let run = 0;
  while (run < count && evidence.outcome(row, run) === OK && evidence.hiMs(row, run) >= sinceMs) {
    run += 1;
  }
  return run;
}

function silent(pair: Pair, counted: CountedReason): PairVote {
  const domain = pair.probe.vantage.zone;
  return { pair, vote: "none", counted, domain, failures: 0, untilMs: Infinity };
}

function successVote(state: EngineState, pair: Pair, atMs: number): PairVote {
  const { target, probe, row } = pair;
  const hiMs = state.evidence.hiMs(row, 0);
  const untilMs = hiMs + freshMs(state, target);
  if (atMs > untilMs) return silent(pair, "expired");
  if (!mayExonerate(probe)) return silent(pair, "probe_may_not_exonerate");
  if (hiMs < target.okFloorMs) return silent(pair, "challenged");
  const domain = probe.vantage.zone;
  return { pair, vote: "ok", counted: "counted", domain, failures: 0, untilMs };
}

function failureVote(state: EngineState, pair: Pair, atMs: number): PairVote {
  const { target, probe, row } = pair;
  const { evidence } = state;
  const loMs = evidence.loMs(row, 0);
  const untilMs = loMs + freshMs(state, target);
  if (atMs > untilMs) return silent(pair, "expired");
  if (!mayAccuse(probe)) return silent(pair, "probe_may_not_accuse");
  const failures = failureRun(state, pair);
  if (failures === 0) return silent(pair, "probe_may_not_accuse");
  const domain = domainOfFailure(state, pair, failures);
  if (failures < target.target.spec.fall) {
    return { pair, vote: "suspect", counted: "not_confirmed", domain, failures, untilMs };
  }
  if (loMs < target.floorMs) {
    return { pair, vote: "suspect", counted: "before_floor", domain, failures, untilMs };
  }
  const vote = connects(evidence, row, target.target.spec.fall) ? "sub" : "dead";
  return { pair, vote, counted: "counted", domain, failures, untilMs };
}

/** Whether any of the newest `fall` failures connected. */
function connects(evidence: EvidenceTable, row: number, fall: number): boolean {
  for (let age = 0; age < fall; age += 1) {
    if (evidence.outcome(row, age) === SUB) return true;
  }
  return false;
}

/**
 * Two probes that fail through one resolver are one witness, as long as a failure through it is
 * among those that confirm: one look that got past a resolver and timed out proves no more. A
 * resolver on the loopback of its host is a stub of that host, so it is told apart by zone.
 */
function domainOfFailure(state: EngineState, pair: Pair, failures: number): string {
  const { evidence, texts } = state;
  const { zone } = pair.probe.vantage;
  const confirming = Math.min(failures, pair.target.target.spec.fall);
  let age = 0;
  while (age < confirming && classOfNumber(evidence.outcome(pair.row, age)) !== "dns") age += 1;
  if (age === confirming) return zone;
  const resolver = texts[evidence.resolver(pair.row, age)] ?? "";
  if (resolver === "") return zone;
  const loopback = resolver.startsWith("127.") || resolver.startsWith("::1");
  return loopback ? `resolver:${zone}/${resolver}` : `resolver:${resolver}`;
}

/**
 * The vote of a vantage at a time (VERDICTS section 6).
 *
 * | vote | guard |
 * |---|---|
 * | `ok` | newest evidence ok and fresh, the probe may exonerate, not challenged |
 * | `dead`, `sub` | newest is a fresh failure, may accuse, run ≥ `fall`, measured after `floor` |
 * | `suspect` | newest is a fresh failure of a probe that may accuse, not yet confirmed |
 * | `none` | otherwise |
 */
export function voteOf(state: EngineState, pair: Pair, atMs: number): PairVote {
  if (pair.probe.vantage.zone === pair.target.target.spec.zone) return silent(pair, "own_domain");
  if (state.evidence.count(pair.row) === 0) return silent(pair, "no_evidence");
  if (state.evidence.outcome(pair.row, 0) === OK) return successVote(state, pair, atMs);
  return failureVote(state, pair, atMs);
}

/** All votes of a target, in the order of its vantages. */
export function votesOf(state: EngineState, target: TargetRecord, atMs: number): PairVote[] {
  return target.pairs.map((pair) => voteOf(state, pair, atMs));
}

/**
 * The state of a vantage towards its target (VERDICTS section 4), folded over its evidence from
 * the oldest look that is kept; so it is a function of the set, whatever order it came in.
 */
export function vantageStateOf(state: EngineState, pair: Pair, atMs: number): VantageState {
  const { evidence } = state;
  const { row, target } = pair;
  const count = evidence.count(row);
  if (count === 0) return "no_evidence";
  const newestMs = evidence.outcome(row, 0) === OK ? evidence.hiMs(row, 0) : evidence.loMs(row, 0);
  if (atMs - newestMs > freshMs(state, target)) return "no_evidence";
  const { fall, rise } = target.target.spec;
  const fMs = freshMs(state, target);
  let outcomes: number[] = [];
  for (let age = count - 1; age >= 0; age -= 1) {
    const gapMs = evidence.loMs(row, age) - evidence.loMs(row, Math.min(age + 1, count - 1));
    if (gapMs > fMs) outcomes = [];
    outcomes.push(evidence.outcome(row, age));
  }
  return foldVantage(outcomes, fall, rise);
}

/**
 * Folds outcomes, oldest first, into a vantage state.
 *
 * | from | input | guard | to |
 * |---|---|---|---|
 * | no-evidence | ok | – | healthy |
 * | no-evidence, healthy | failure | run ≥ `fall`, the last `fall` all dead/dns | unreachable |
 * | no-evidence, healthy | failure | run ≥ `fall`, some `sub` among them | sub-healthy |
 * | sub-healthy | failure | the last `fall` all dead/dns | unreachable |
 * | unreachable | `sub` | any: it connected | sub-healthy |
 * | sub-healthy, unreachable | ok | run of ok ≥ `rise` | healthy |
 */
function foldVantage(outcomes: readonly number[], fall: number, rise: number): VantageState {
  let vantage: VantageState = "no_evidence";
  let oks = 0;
  let failures = 0;
  let dead = 0;
  for (const outcome of outcomes) {
    const ok = outcome === OK;
    oks = ok ? oks + 1 : 0;
    failures = ok ? 0 : failures + 1;
    dead = ok || outcome === SUB ? 0 : dead + 1;
    const bad = vantage === "unreachable" || vantage === "sub_healthy";
    if (ok) {
      if (!bad || oks >= rise) vantage = "healthy";
    } else if (failures >= fall && dead >= fall) vantage = "unreachable";
    else if (failures >= fall && !bad) vantage = "sub_healthy";
    else if (vantage === "unreachable" && outcome === SUB) vantage = "sub_healthy";
  }
  return vantage;
}
