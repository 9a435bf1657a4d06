/** Matchers as lines: `team=shop`, `region!=east`, `target~web-*`. */
import type { Matcher } from "../../../../../shared/matcher.ts";
import { linesOf } from "../form/text-values.ts";

const OPS = ["!=", "!~", "=", "~"] as const;

/** Reads one matcher a line; what is none is sent as it is, and the aggregator says what it is. */
export function matchersOf(text: string): Matcher[] {
  return linesOf(text).map((line) => {
    const [, name = line, sign, value = ""] = /^([^=~!]+?)\s*(!=|!~|=|~)\s*(.*)$/.exec(line) ?? [];
    return { name, op: OPS.find((op) => op === sign) ?? "=", value };
  });
}

/** A matcher as it is written. */
export function matcherText({ name, op, value }: Matcher): string {
  return `${name}${op}${value}`;
}
