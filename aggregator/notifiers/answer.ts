/** What stands in the JSON of an answer; an answer is hostile, so nothing is expected of it. */

/** The value at a path of a JSON text; undefined when there is none, or no JSON. */
export function valueIn(text: string, ...path: readonly string[]): unknown {
  let at: unknown;
  try {
    at = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return at;
}

/** A short text or a number at a path, as text; null when there is none. */
export function textIn(text: string, ...path: readonly string[]): string | null {
  const value = valueIn(text, ...path);
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return typeof value === "string" && value !== "" && value.length <= TEXT_MAX ? value : null;
}

/** A wait at a path, in seconds unless told otherwise; undefined when there is none. */
export function waitIn(text: string, path: readonly string[], unitMs = 1_000): number | undefined {
  const value = valueIn(text, ...path);
  if (typeof value !== "number" || !(value >= 0) || value > WAIT_MAX) return undefined;
  return Math.ceil(value * unitMs);
}

const TEXT_MAX = 500;
const WAIT_MAX = 1e9;
