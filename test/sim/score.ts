/** How good a policy was: what it said, held against what was true. */
import type { RunResult } from "./run.ts";
import type { Span, Track } from "./track.ts";
import type { Outage } from "./truth.ts";

/** An outage that must not be missed lasts at least so long. */
const LONG_MS = 120_000;
/** The month of every rate. */
const MONTH_MS = 30 * 24 * 3_600_000;

/** A detection that takes longer than any formula of VERDICTS section 8 allows. */
const SLOW_MS = 35_000;

/** A DOWN, or an outage, of one target: where to look when a figure misses. */
export interface Case {
  seed: number;
  target: number;
  atMs: number;
}

/** What one policy is worth; sums over runs, so that seeds can be added up. */
export interface Score {
  name: string;
  /** Called DOWN while the target was reachable. */
  falseDowns: Case[];
  /** Outages of 2 min or more, and those of them that were never called DOWN. */
  outages: number;
  missed: Case[];
  /** Of the missed: told as an incident of PARTIAL, and else by a notice: probable outage. */
  missedButPartial: number;
  missedButNoticed: number;
  /** Outages that were called DOWN after more than 35 s. */
  slow: Case[];
  /** From the start of each outage of 2 min or more to DOWN, sorted. */
  latenciesMs: number[];
  /** Target time, and the part of it in UNKNOWN. */
  targetMs: number;
  unknownMs: number;
}

/** False DOWN per target-month. */
export function falsePerMonth({ falseDowns, targetMs }: Score): number {
  return (falseDowns.length * MONTH_MS) / targetMs;
}

/** The value below which a share of sorted values lies; NaN without values. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** The scores of all policies, over runs of the same options and other seeds. */
export function scoreRuns(runs: readonly RunResult[]): Score[] {
  const names = runs[0]?.tracks.map(({ name }) => name) ?? [];
  return names.map((name, place) => {
    const score: Score = {
      name,
      falseDowns: [],
      outages: 0,
      missed: [],
      missedButPartial: 0,
      missedButNoticed: 0,
      slow: [],
      latenciesMs: [],
      targetMs: 0,
      unknownMs: 0,
    };
    for (const run of runs) addRun(score, run, run.tracks[place]);
    score.latenciesMs.sort((left, right) => left - right);
    return score;
  });
}

function addRun(score: Score, run: RunResult, track: Track | undefined): void {
  if (!track) return;
  score.targetMs += run.endMs * run.options.targets;
  score.unknownMs += track.unknownMs;
  for (const [target, outages] of run.outages.entries()) {
    const bad = track.bad[target] ?? [];
    addFalse(score, run, { target, outages, bad });
    for (const outage of outages) {
      if (outage.endMs - outage.startMs < LONG_MS || outage.startMs + LONG_MS > run.endMs) continue;
      addOutage(score, { run, track, target, outage });
    }
  }
}

interface Sayings {
  target: number;
  outages: readonly Outage[];
  bad: readonly Span[];
}

/**
 * A DOWN is false when the target was reachable through the whole interval and timeout before it:
 * that is how old the look may be by which a policy learns of an outage that is over by then.
 */
function addFalse(score: Score, { options }: RunResult, said: Sayings): void {
  const { target, outages, bad } = said;
  const { seed, intervalMs, timeoutMs } = options;
  for (const { fromMs } of bad) {
    const sinceMs = fromMs - intervalMs - timeoutMs;
    const isTrue = outages.some(({ startMs, endMs }) => startMs <= fromMs && endMs >= sinceMs);
    if (!isTrue) score.falseDowns.push({ seed, target, atMs: fromMs });
  }
}

interface SaidOfOutage {
  run: RunResult;
  track: Track;
  target: number;
  outage: Outage;
}

function addOutage(score: Score, { run, track, target, outage }: SaidOfOutage): void {
  const { startMs, endMs } = outage;
  const touches = ({ fromMs, toMs }: Span): boolean => fromMs < endMs && toMs > startMs;
  const found = { seed: run.options.seed, target, atMs: startMs };
  score.outages += 1;
  const first = track.bad[target]?.find(touches);
  if (!first) {
    score.missed.push(found);
    if (track.partial[target]?.some(touches)) score.missedButPartial += 1;
    else if (track.noticed[target]?.some((atMs) => atMs >= startMs && atMs < endMs)) {
      score.missedButNoticed += 1;
    }
  } else if (first.fromMs >= startMs) {
    score.latenciesMs.push(first.fromMs - startMs);
    if (first.fromMs - startMs > SLOW_MS) score.slow.push(found);
  }
}
