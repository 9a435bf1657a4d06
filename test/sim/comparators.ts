/** Dumb policies on the same results in the same run: what the engine is measured against. */
import type { ResultsEvent } from "../../aggregator/verdict/event.ts";
import { createTrack, mark } from "./track.ts";
import type { Track } from "./track.ts";

const OK = 1;
const VOID = 5;

/** What the policies know of one target. */
interface Witnesses {
  target: number;
  /** By vantage: failing by `fall` failures in a row, until `rise` successes in a row. */
  failing: boolean[];
  runs: number[];
  heardMs: number[];
  failingCount: number;
  /** Whether any policy may call it down at present. */
  isSuspect: boolean;
}

/** One dumb policy: whether it calls the target down. */
interface DumbPolicy {
  name: string;
  isDown(witnesses: Witnesses, nowMs: number): boolean;
}

/** What comparators are made for. */
export interface ComparatorOptions {
  vantages: number;
  targets: number;
  intervalMs: number;
  fall: number;
  rise: number;
  /** Age up to which a result is fresh, for the policies that ask. */
  freshMs: number;
}

/** The dumb policies, side by side. */
export interface Comparators {
  readonly tracks: readonly Track[];
  /** Takes results as they came: no certificate, no time, no doubt. */
  take(vantage: number, event: ResultsEvent, nowMs: number): void;
}

function policiesOf({ vantages, freshMs }: ComparatorOptions): DumbPolicy[] {
  return [
    {
      name: "single vantage 3/2",
      isDown: ({ failing, target }) => failing[target % vantages] === true,
    },
    { name: "2 of n", isDown: ({ failingCount }) => failingCount >= Math.min(2, vantages) },
    { name: "majority", isDown: ({ failingCount }) => 2 * failingCount > vantages },
    {
      name: "18 % of fresh",
      isDown: (witnesses, nowMs) => healthyShare(witnesses, nowMs - freshMs) <= 0.18,
    },
    {
      name: "all agree, no freshness",
      isDown: ({ failingCount }) => failingCount === vantages,
    },
  ];
}

/** Share of the vantages heard since a time that find the target well; 1 when none was heard. */
function healthyShare({ failing, heardMs }: Witnesses, sinceMs: number): number {
  let fresh = 0;
  let healthy = 0;
  for (let vantage = 0; vantage < failing.length; vantage += 1) {
    if ((heardMs[vantage] ?? -Infinity) < sinceMs) continue;
    fresh += 1;
    if (!failing[vantage]) healthy += 1;
  }
  return fresh === 0 ? 1 : healthy / fresh;
}

/** Creates the comparators. */
export function createComparators(options: ComparatorOptions): Comparators {
  const { vantages, targets } = options;
  const policies = policiesOf(options);
  const tracks = policies.map(({ name }) => createTrack(name, targets));
  const sample = sampler(options);
  const all = Array.from({ length: targets }, (_, target): Witnesses => {
    return {
      target,
      failing: Array.from({ length: vantages }, () => false),
      runs: Array.from({ length: vantages }, () => 0),
      heardMs: Array.from({ length: vantages }, () => -Infinity),
      failingCount: 0,
      isSuspect: false,
    };
  });

  function take(vantage: number, seen: { target: number; ok: boolean }, nowMs: number): void {
    const witnesses = all[seen.target];
    if (!witnesses) return;
    hear(witnesses, vantage, { ok: seen.ok, fall: options.fall, rise: options.rise });
    witnesses.heardMs[vantage] = nowMs;
    const wasSuspect = witnesses.isSuspect;
    witnesses.isSuspect = witnesses.failingCount > 0;
    if (!wasSuspect && !witnesses.isSuspect) return;
    for (const [index, policy] of policies.entries()) {
      mark(tracks[index]?.bad[seen.target], policy.isDown(witnesses, nowMs), nowMs);
    }
  }

  return {
    tracks,
    take(vantage, { boot, batch, replayed }, nowMs) {
      if (replayed) return;
      for (let row = 0; row < batch.handle.length; row += 1) {
        const outcome = batch.outcome[row] ?? VOID;
        const target = (batch.handle[row] ?? 0) - 1;
        const attempt = batch.attempt[row] ?? 0;
        const startedMs = batch.baseMonoMs + (batch.startMs[row] ?? 0);
        if (outcome === VOID || !sample({ vantage, target, boot, attempt, startedMs })) continue;
        take(vantage, { target, ok: outcome === OK }, nowMs);
      }
    },
  };
}

interface Sample {
  vantage: number;
  target: number;
  boot: number;
  attempt: number;
  startedMs: number;
}

/**
 * One sample an interval, which is what peers have: bursts are ours. A burst stands in for the
 * scheduled look that it replaced. A result that was delivered twice is taken once.
 */
function sampler({ targets, intervalMs }: ComparatorOptions): (sample: Sample) => boolean {
  const lastMs: number[] = [];
  const lastBoot: number[] = [];
  return ({ vantage, target, boot, attempt, startedMs }) => {
    const place = vantage * targets + target;
    const sinceMs = startedMs - (lastMs[place] ?? -Infinity);
    const isNext = lastBoot[place] !== boot || sinceMs >= intervalMs - 1_000;
    if (!isNext && (attempt > 0 || sinceMs <= 0)) return false;
    lastMs[place] = startedMs;
    lastBoot[place] = boot;
    return true;
  };
}

interface Heard {
  ok: boolean;
  fall: number;
  rise: number;
}

/** Counts results in a row that speak against the vantage's present state. */
function hear(witnesses: Witnesses, vantage: number, { ok, fall, rise }: Heard): void {
  const failing = witnesses.failing[vantage] === true;
  const run = ok === failing ? (witnesses.runs[vantage] ?? 0) + 1 : 0;
  const turns = run >= (failing ? rise : fall);
  witnesses.runs[vantage] = turns ? 0 : run;
  if (!turns) return;
  witnesses.failing[vantage] = !failing;
  witnesses.failingCount += failing ? -1 : 1;
}
