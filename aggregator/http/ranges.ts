/** Times and probes in the queries of history. */
import { z } from "@hono/zod-openapi";
import { invalidAt } from "../registry/input.ts";
import type { Engine, Store } from "../ports.ts";
import type { ProbeNames } from "./views.ts";

/** The last moment a Date can hold. */
const LAST_MS = 8.64e15;

const DAY_MS = 86_400_000;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment in a query, as milliseconds of log time. */
export const moment = (description: string) =>
  z
    .string()
    .max(40)
    .transform((text) => {
      if (/^\d{1,16}$/.test(text)) return Number(text);
      return RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
    })
    .pipe(
      z
        .number({ error: "expected RFC 3339 or milliseconds since 1970" })
        .min(0)
        .max(LAST_MS - 1),
    )
    .optional()
    .openapi({ type: "string", description, example: "2026-11-21T12:00:00Z" });

const probeQuery = (description: string) =>
  z.string().min(1).max(200).optional().openapi({ description });

/** A range of history, of all vantages or of one. */
export const rangeQuery = {
  from: moment("Begin, RFC 3339 or milliseconds since 1970. Default a day before `to`."),
  to: moment("End, not included. Default now."),
  probe: probeQuery("Id or name of a probe."),
  vantage: probeQuery("The same as `probe`."),
};

/** What a query says of a range. */
export interface RangeAsked {
  from?: number | undefined;
  to?: number | undefined;
}

/** The range a query asks for; `defaultMs` is its length when it does not say. */
export function rangeOf(
  engine: Pick<Engine, "nowMs">,
  { from, to }: RangeAsked,
  defaultMs = DAY_MS,
): { fromMs: number; toMs: number } {
  const toMs = to ?? engine.nowMs() + 1;
  const fromMs = from ?? Math.max(0, toMs - defaultMs);
  if (fromMs < toMs) return { fromMs, toMs };
  throw invalidAt("from", "expected a moment before `to`");
}

/** Names of all probes, and the id of the one asked for; a removed one may be asked for by id. */
export async function probesOf(
  store: Pick<Store, "probes">,
  asked: { probe?: string | undefined; vantage?: string | undefined },
): Promise<{ names: ProbeNames; probeId: string | undefined }> {
  const probe = asked.probe ?? asked.vantage;
  const probes = await store.probes.all();
  const names = new Map(probes.map(({ id, spec }) => [id, spec.name]));
  const named = probes.find(({ id, spec }) => id === probe || spec.name === probe);
  return { names, probeId: named?.id ?? probe };
}
