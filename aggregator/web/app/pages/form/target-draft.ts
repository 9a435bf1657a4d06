/** A target while somebody writes it. */
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import type { Fields } from "./json-schema.ts";
import { linesOf, pairsOf, pairsText } from "./text-values.ts";

/** What the form holds; texts where a person writes lines. */
export interface Draft {
  name: string;
  kind: string;
  options: Fields;
  intervalMs: number;
  timeoutMs: number;
  fall: number;
  rise: number;
  labels: string;
  regions: string;
  playbookUrl: string;
  rule: string;
  minDomains: number;
  enabled: boolean;
}

/** Rules that a quorum can be read by; the first is what this product is for. */
export const RULES = ["all", "majority", "k-of-n", "healthy-percent", "per-region", "any"] as const;

/** What a new target begins with: the defaults of the API. */
export function emptyDraft(): Draft {
  return {
    name: "",
    kind: "http",
    options: {},
    intervalMs: 30_000,
    timeoutMs: 5_000,
    fall: 3,
    rise: 2,
    labels: "",
    regions: "",
    playbookUrl: "",
    rule: "all",
    minDomains: 2,
    enabled: true,
  };
}

/** A target as the form shows it. */
export function draftOf(target: ApiTarget): Draft {
  const { name, kind, options, intervalMs, timeoutMs, fall, rise, enabled, policy } = target;
  return {
    name,
    kind,
    options,
    intervalMs,
    timeoutMs,
    fall,
    rise,
    enabled,
    labels: pairsText(target.labels),
    regions: (target.vantages.regions ?? []).join("\n"),
    playbookUrl: target.playbookUrl ?? "",
    rule: policy.rule,
    minDomains: policy.minDomains,
  };
}

/** What is sent: the draft, and of the target before what the form does not show. */
export function bodyOf(draft: Draft, before: ApiTarget | null): Fields {
  const { labels, regions, playbookUrl, rule, minDomains, ...plain } = draft;
  const places = linesOf(regions);
  const { regions: _regions, ...vantages } = before?.vantages ?? {};
  return {
    ...hiddenOf(before),
    ...plain,
    labels: pairsOf(labels),
    vantages: places.length === 0 ? vantages : { ...vantages, regions: places },
    policy: { ...before?.policy, rule, minDomains },
    ...(playbookUrl === "" ? {} : { playbookUrl }),
  };
}

function hiddenOf(before: ApiTarget | null): Fields {
  if (before === null) return {};
  const { zone, degradedLatencyMs, parents } = before;
  return {
    parents,
    ...(zone === undefined ? {} : { zone }),
    ...(degradedLatencyMs === undefined ? {} : { degradedLatencyMs }),
  };
}
