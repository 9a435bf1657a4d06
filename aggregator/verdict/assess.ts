/** Assessment: what the votes together say; a memoryless function (VERDICTS section 6). */
import type { Policy } from "../../shared/target.ts";
import type { Assessment, Quorum } from "../../shared/verdict.ts";
import type { PairVote } from "./vote.ts";
import { inRoster } from "./vote.ts";

/** What the votes say, with the arithmetic that led there. */
export interface Assessed {
  assessment: Assessment;
  /** For `allfail`: whether any of the confirmed failures connected. */
  connects: boolean;
  quorum: Quorum;
}

/** The failing domains needed: max(minDomains, ceil(coverage × roster)). */
function needOf(policy: Policy, roster: number): number {
  return Math.max(policy.minDomains, Math.ceil(policy.coverage * roster));
}

/**
 * Distinct independent domains of some votes. A dns failure counts under its resolver; still, two
 * votes of one zone are never two witnesses, so it is the smaller of the two counts.
 */
function domainsOf(votes: readonly PairVote[]): number {
  const domains = new Set(votes.map((vote) => vote.domain));
  const zones = new Set(votes.map((vote) => vote.pair.probe.vantage.zone));
  return Math.min(domains.size, zones.size);
}

/** The quorum arithmetic of some votes. */
function quorumOf(votes: readonly PairVote[], policy: Policy): Quorum {
  const rosterZones = new Set(
    votes.filter((vote) => inRoster(vote.pair)).map((vote) => vote.pair.probe.vantage.zone),
  );
  const ok = votes.filter((vote) => vote.vote === "ok");
  const confirmed = votes.filter((vote) => vote.vote === "dead" || vote.vote === "sub");
  const failing = votes.filter((vote) => vote.vote !== "ok" && vote.vote !== "none");
  return {
    roster: rosterZones.size,
    need: needOf(policy, rosterZones.size),
    failing: domainsOf(failing),
    confirmed: domainsOf(confirmed),
    heard: new Set([...ok, ...failing].map((vote) => vote.domain)).size,
    ok: new Set(ok.map((vote) => vote.domain)).size,
    regions: new Set(failing.map((vote) => vote.pair.probe.vantage.region)).size,
  };
}

/**
 * The quorum rule; the first row that matches decides.
 *
 * <!-- quorum-table -->
 * | assessment | guard |
 * |---|---|
 * | `partial` | a success, and failing domains, confirmed, ≥ 2 or ≥ half of those heard |
 * | `ok` | a success; one failing vantage is a local issue, shown, not alerted |
 * | `none` | nothing fresh |
 * | `short` | no success, failing domains < `need`, or regions < `minRegions` |
 * | `suspect` | no success, `need` reached, some failure is not yet confirmed |
 * | `allfail` | no success, `need` reached, every failure confirmed |
 *
 * `need` = max(`minDomains`, ceil(`coverage` × domains of the roster)).
 * <!-- /quorum-table -->
 */
export function assess(votes: readonly PairVote[], policy: Policy): Assessed {
  const quorum = quorumOf(votes, policy);
  const connects = votes.some((vote) => vote.vote === "sub");
  return { assessment: assessQuorum(quorum, votes, policy), connects, quorum };
}

function assessQuorum(quorum: Quorum, votes: readonly PairVote[], policy: Policy): Assessment {
  const { ok, failing, confirmed, heard, need, regions } = quorum;
  if (ok > 0) {
    const partial = confirmed >= 2 || (confirmed > 0 && 2 * confirmed >= heard);
    return partial ? "partial" : "ok";
  }
  if (failing === 0) return "none";
  if (failing < need || regions < policy.minRegions) return "short";
  return votes.some((vote) => vote.vote === "suspect") ? "suspect" : "allfail";
}
