/** Lists and pairs as lines of text. */
import { isFields } from "./json-schema.ts";

/** One text a line; empty lines are left out. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Texts, one a line; what is no text is shown as JSON. */
export function linesText(value: unknown): string {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
}

/** One `name=value` a line; a line without a sign is a name without a value. */
export function pairsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** Pairs, one a line. */
export function pairsText(value: unknown): string {
  if (!isFields(value)) return "";
  return Object.entries(value)
    .map(([name, one]) => `${name}=${typeof one === "string" ? one : JSON.stringify(one)}`)
    .join("\n");
}
