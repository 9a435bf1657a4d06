/** The probes, as pages need them: by region and name. */
import type { ApiPage } from "../../../../shared/api/common.ts";
import type { ApiProbe } from "../../../../shared/api/probe.ts";
import { useAsk } from "./use-ask.ts";
import type { Asked } from "./use-ask.ts";

const RENEW_MS = 5_000;

/** Probes of one mesh that are asked for at most. */
const PROBES_MAX = 1_000;

/** Asks for the probes, and again whenever one changes. */
export function useProbes(): Asked<ApiPage<ApiProbe>> {
  return useAsk<ApiPage<ApiProbe>>("/probes", {
    query: { limit: PROBES_MAX },
    everyMs: RENEW_MS,
    after: ({ type }) => type.startsWith("probe."),
  });
}

/** Probes of the same region beside each other. */
export function byPlace(probes: readonly ApiProbe[]): ApiProbe[] {
  const key = ({ region, zone, name }: ApiProbe): string => [region, zone, name].join(" ");
  return [...probes].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}
