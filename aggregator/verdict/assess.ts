/** Assessment: what the votes together say; a memoryless function (VERDICTS section 6). */
import type { Policy } from "../../shared/target.ts";
import type { Assessment, Quorum } from "../../shared/verdict.ts";
import { fails, meetsRule } from "./policy.ts";
import type { RegionVotes } from "./policy.ts";
import type { PairVote } from "./vote.ts";
import { inRoster } from "./vote.ts";

/** What the votes say, with the arithmetic that led there. */
export interface Assessed {
  assessment: Assessment;
  /** For `allfail`: whether any of the confirmed failures connected. */
  connects: boolean;
  quorum: Quorum;
  /** Regions whose every vantage that was heard confirms the failure, by name. */
  failingRegions: string[];
  /** True when business calls alone keep it from `allfail`. */
  byCalls: boolean;
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

/** What the votes of each region say, by name of the region. */
function regionsOf(votes: readonly PairVote[]): RegionVotes[] {
  const regions = new Map<string, RegionVotes>();
  for (const { vote, pair } of votes) {
    if (vote === "none") continue;
    const { region } = pair.probe.vantage;
    const known = regions.get(region) ?? { region, ok: 0, confirmed: 0, suspect: 0 };
    if (vote === "ok") known.ok += 1;
    else if (vote === "suspect") known.suspect += 1;
    else known.confirmed += 1;
    regions.set(region, known);
  }
  return [...regions.values()].toSorted((left, right) => (left.region < right.region ? -1 : 1));
}

/** Business calls of the last minute that outweigh a quorum of failures. */
const CALLS_MIN = 5;

/**
 * The quorum rule; the first row that matches decides.
 *
 * <!-- quorum-table -->
 * | assessment | guard |
 * |---|---|
 * | `allfail` | another rule than `all` is met: failing domains, confirmed, ≥ `need`, and its own |
 * | `partial` | a success, and failing domains, confirmed, ≥ 2 or ≥ half of those heard |
 * | `ok` | a success; one failing vantage is a local issue, shown, not alerted |
 * | `none` | nothing fresh |
 * | `short` | no success, failing domains < `need`, or regions < `minRegions` |
 * | `suspect` | no success, `need` reached, some failure is not yet confirmed |
 * | `allfail` | no success, `need` reached, every failure confirmed |
 *
 * `need` = max(`minDomains`, ceil(`coverage` × domains of the roster)). Instead of `allfail` it is
 * `partial` if at least 5 business calls succeeded in the last 60 s.
 * <!-- /quorum-table -->
 */
export function assess(votes: readonly PairVote[], policy: Policy, calls = 0): Assessed {
  const quorum = quorumOf(votes, policy);
  const regions = regionsOf(votes);
  const connects = votes.some((vote) => vote.vote === "sub");
  const ruled =
    quorum.regions >= policy.minRegions && meetsRule(policy, quorum, regions)
      ? "allfail"
      : assessQuorum(quorum, votes, policy);
  const byCalls = ruled === "allfail" && calls >= CALLS_MIN;
  const failingRegions = regions.filter(fails).map(({ region }) => region);
  const assessment = byCalls ? "partial" : ruled;
  return { assessment, connects, quorum, failingRegions, byCalls };
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
