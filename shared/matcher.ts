/** Matchers: which happenings a silence or a route is for. */
import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** Names that are no labels: facts of the happening itself. */
const MATCHER_FACTS = ["scope", "target", "kind", "severity", "type", "probe", "region"] as const;

/** One condition. */
export const matcherSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(LIMITS.labelCharsMax)
      .describe(`A label, or one of ${MATCHER_FACTS.join(", ")}; what is absent reads as empty.`),
    op: z
      .enum(["=", "!=", "~", "!~"])
      .default("=")
      .describe("`=` is, `!=` is not, `~` is like, `!~` is not like: `*` stands for any text."),
    value: z.string().max(LIMITS.labelCharsMax).describe("What it is compared with."),
  })
  .meta({ id: "Matcher", description: "One condition on labels or facts of a happening." });

/** One condition. */
export type Matcher = z.output<typeof matcherSchema>;

/** Conditions of a silence: without one it would be silent on everything. */
export const silenceMatchersSchema = z
  .array(matcherSchema)
  .min(1)
  .max(20)
  .describe("Conditions, all of which must hold; at least one.");

/** What matchers look at: labels, and the facts over them. */
export type MatcherFacts = Readonly<Record<string, string>>;

/** Whether all matchers hold; without a matcher they do. */
export function matchesAll(matchers: readonly Matcher[], facts: MatcherFacts): boolean {
  return matchers.every(({ name, op, value }) => {
    const found = Object.hasOwn(facts, name) ? (facts[name] ?? "") : "";
    if (op === "=") return found === value;
    if (op === "!=") return found !== value;
    return isLike(found, value) === (op === "~");
  });
}

/**
 * Whether a text is like a pattern in which `*` stands for any text. In time that grows with the
 * product of both lengths at most; a regular expression from outside could take for ever.
 */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  const first = parts.shift() ?? "";
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
