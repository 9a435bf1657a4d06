/** Who saw what, in lines for a person: who saw it fail, who did not, and who was not asked. */
import { clockText } from "../../shared/clock.ts";
import type { EventData } from "../../shared/event.ts";
import { reasonOf } from "../../shared/reason.ts";
import type { CountedReason, ProbeState, VantageEvidence } from "../../shared/verdict.ts";

/** Lines under a heading. */
export interface Section {
  heading: string;
  lines: string[];
}

/** Lines of one group; further ones are counted. */
const LINES_MAX = 8;

/** Why a vantage that said something was not counted. */
const ASIDE: Partial<Record<CountedReason, string>> = {
  challenged: "its success is older than the first failure, and was not confirmed since",
  before_floor: "it failed before the vantages changed, and not again since",
  probe_may_not_accuse: "its probe may not accuse",
  probe_may_not_exonerate: "its probe may not vouch for anything",
  own_domain: "it stands in the target's own failure domain",
  not_confirmed: "its failure is not confirmed",
};

/** Why a probe is not asked; the others are silent for want of evidence. */
const SET_ASIDE: Partial<Record<ProbeState, string>> = {
  quarantined: "quarantined",
  intercepted: "behind an intercepting network",
  draining: "draining",
  disabled: "removed",
  joining: "still joining",
};

const UNTROUBLED: Readonly<Record<string, string>> = { "Did not see it fail": "Reaches it" };

/** The evidence of an event in groups; groups without a vantage are left out. */
export function witnessSections(data: EventData): Section[] {
  const groups = {
    "Saw it fail": new Array<string>(),
    "Did not see it fail": new Array<string>(),
    "Set aside": new Array<string>(),
    "Said nothing": new Array<string>(),
  };
  for (const vantage of data.vantages ?? []) {
    const group = groupOf(vantage);
    groups[group].push(`${placeOf(vantage)}: ${WORDS[group](vantage)}`);
  }
  const sections = Object.entries(groups)
    .filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => ({
      // Where nobody saw a failure there is nothing to set it against.
      heading: groups["Saw it fail"].length === 0 ? (UNTROUBLED[heading] ?? heading) : heading,
      lines: cutLines(lines),
    }));
  const leftOut = data.vantagesLeftOut ?? 0;
  if (leftOut === 0) return sections;
  return [...sections, { heading: "Not shown", lines: [`${leftOut} further vantages`] }];
}

/** The first lines, and how many more there are. */
export function cutLines(lines: readonly string[], max: number = LINES_MAX): string[] {
  if (lines.length <= max) return [...lines];
  return [...lines.slice(0, max - 1), `and ${lines.length - max + 1} more`];
}

type Group = "Saw it fail" | "Did not see it fail" | "Set aside" | "Said nothing";

function groupOf({ vote, counted, probeState }: VantageEvidence): Group {
  if (vote === "dead" || vote === "sub" || vote === "suspect") return "Saw it fail";
  if (vote === "ok") return "Did not see it fail";
  const isAside = SET_ASIDE[probeState] !== undefined || ASIDE[counted] !== undefined;
  return isAside ? "Set aside" : "Said nothing";
}

const WORDS: Readonly<Record<Group, (vantage: VantageEvidence) => string>> = {
  "Saw it fail": failureWords,
  "Did not see it fail": ({ seenAtMs, probeState }) => {
    const when = seenAtMs === null ? "" : ` at ${clockText(seenAtMs)}`;
    const aside = SET_ASIDE[probeState];
    return `reached it${when}${aside === undefined ? "" : ` (the probe is ${aside})`}`;
  },
  "Set aside": ({ counted, probeState, probeReason }) => {
    const state = SET_ASIDE[probeState];
    if (state === undefined) return ASIDE[counted] ?? "not counted";
    return probeReason === "" ? state : `${state}: ${withoutStop(probeReason)}`;
  },
  "Said nothing": ({ probeState }) =>
    probeState === "offline" ? "the probe is offline" : "no fresh evidence",
};

function failureWords({ vote, reason, detail, failures, seenAtMs }: VantageEvidence): string {
  const what = detail === "" ? reasonOf(reason ?? "internal").phrase : withoutStop(detail);
  const often = failures > 1 ? `, ${failures} times in a row` : "";
  const last = seenAtMs === null ? "" : `, last at ${clockText(seenAtMs)}`;
  return `${what}${often}${last}${vote === "suspect" ? ", not yet confirmed" : ""}`;
}

function placeOf({ probeName, region, zone }: VantageEvidence): string {
  return `${probeName} (${region}, ${zone})`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
