/** Targets in one line of text, `name=kind://…`, for the smallest set-ups: QUORATE_TARGETS. */
import { QuorateError } from "./errors.ts";
import { readAddress } from "./target-address.ts";
import { nameSchema } from "./target.ts";

/** A target as such a line says it: everything else has its default. */
export interface ListedTarget {
  name: string;
  kind: string;
  options: Record<string, unknown>;
}

/**
 * Reads a list of `name=kind://…`, separated by blanks, line ends or commas (a comma inside an
 * address is written %2C). Throws QuorateError "invalid" that says every bad entry.
 */
export function parseTargetList(text: string): ListedTarget[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  const targets: ListedTarget[] = [];
  const flaws: string[] = [];
  for (const entry of entries) {
    const read = readEntry(entry);
    if (typeof read === "string") flaws.push(`${shownEntry(entry)}: ${read}`);
    else if (targets.some(({ name }) => name === read.name)) {
      flaws.push(`${shownEntry(entry)}: the name ${read.name} stands twice`);
    } else targets.push(read);
  }
  if (flaws.length === 0) return targets;
  const expected = "Expected name=kind://… entries in QUORATE_TARGETS, such as";
  const example = "shop=https://shop.example/health, db=tcp://10.0.0.7:5432";
  throw new QuorateError("invalid", `${expected} "${example}". Found ${flaws.join("; ")}.`);
}

/** The target of an entry, or what is wrong with it. */
function readEntry(entry: string): ListedTarget | string {
  const equals = entry.indexOf("=");
  const name = entry.slice(0, Math.max(0, equals));
  if (!nameSchema.safeParse(name).success) return "it has no name before the first =";
  const check = readAddress(entry.slice(equals + 1));
  return typeof check === "string" ? check : { name, ...check };
}

/** An entry as a sentence may show it: a sign-in may stand in it, and it may be long. */
function shownEntry(entry: string): string {
  const masked = entry.replace(/\/\/[^/]*@/, "//***@").replace(/=push:.*/s, "=push:***");
  return JSON.stringify(masked.length > 80 ? `${masked.slice(0, 79)}…` : masked);
}
