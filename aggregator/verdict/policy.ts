/**
 * Other policies than `all`: who prefers an early word to a certain one chooses them per target.
 * Each stands behind the same certification, freshness and `need`; each gives up that any success
 * exonerates, so one broken region can call down what everybody else reaches.
 */
import type { Policy } from "../../shared/target.ts";
import type { Quorum } from "../../shared/verdict.ts";

/** What the votes of one region say. */
export interface RegionVotes {
  region: string;
  /** Votes that count: successes, and failures, confirmed or not. */
  ok: number;
  confirmed: number;
  suspect: number;
}

/** Whether every vantage of a region that was heard confirms that it fails. */
export function fails({ ok, confirmed, suspect }: RegionVotes): boolean {
  return confirmed > 0 && ok === 0 && suspect === 0;
}

/** Whether confirmed failures meet the rule of a policy although somebody may reach the target. */
export function meetsRule(
  policy: Policy,
  quorum: Quorum,
  regions: readonly RegionVotes[],
): boolean {
  const { confirmed, heard, ok, need } = quorum;
  if (confirmed < need || confirmed === 0) return false;
  switch (policy.rule) {
    case "all":
      return false;
    case "majority":
      return 2 * confirmed > heard;
    case "k-of-n":
      return confirmed >= policy.k;
    case "healthy-percent":
      return 100 * ok <= policy.healthyPercent * heard && ok + confirmed >= heard;
    case "per-region":
      return 2 * regions.filter(fails).length > regions.length;
    case "any":
      return true;
  }
}
