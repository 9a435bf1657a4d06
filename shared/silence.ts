/** Silences: what nobody wants to be told of for some time, who said so, and why. */
import { z } from "zod";
import { matchesAll, silenceMatchersSchema } from "./matcher.ts";
import type { MatcherFacts } from "./matcher.ts";

/** Longest time a silence may last: what is silent for longer should be changed instead. */
const SILENCE_MS_MAX = 366 * 86_400_000;

/** What a caller says of a silence. */
export const silenceSpecSchema = z
  .strictObject({
    matchers: silenceMatchersSchema,
    startsAtMs: z.int().min(0).describe("When it begins, milliseconds since the Unix epoch."),
    endsAtMs: z.int().min(0).describe("When it ends, not included."),
    author: z.string().min(1).max(100).describe("Who asks for silence."),
    comment: z.string().min(1).max(1_000).describe("Why; it stands beside all it withholds."),
  })
  .refine(({ startsAtMs, endsAtMs }) => endsAtMs > startsAtMs, {
    error: "expected an end after the beginning",
    path: ["endsAtMs"],
  })
  .refine(({ startsAtMs, endsAtMs }) => endsAtMs - startsAtMs <= SILENCE_MS_MAX, {
    error: "expected at most a year; change the routes for what nobody wants to hear",
    path: ["endsAtMs"],
  })
  .meta({ id: "SilenceSpec", description: "What a caller says of a silence." });

/** What a caller says of a silence. */
export type SilenceSpec = z.output<typeof silenceSpecSchema>;

/** A silence as stored. */
export interface Silence {
  id: string;
  revision: number;
  createdAtMs: number;
  /** Name of the token that made it. */
  createdBy: string;
  /** Name of the token that ended it early; null when nobody did. */
  endedBy: string | null;
  spec: SilenceSpec;
}

/** The first silence that covers these facts at this time; null when none does. */
export function silenceOf(
  silences: readonly Silence[],
  facts: MatcherFacts,
  atMs: number,
): Silence | null {
  const covers = ({ spec }: Silence): boolean =>
    spec.startsAtMs <= atMs && atMs < spec.endsAtMs && matchesAll(spec.matchers, facts);
  return silences.find(covers) ?? null;
}
