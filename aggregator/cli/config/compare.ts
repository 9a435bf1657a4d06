/** Compares what a file says with what an aggregator shows, where secrets read `***`. */

/** What the API shows in the place of a secret. */
export const MASK = "***";

/** What a comparison found. */
export interface Comparison {
  /** Names of the fields that differ. */
  changed: string[];
  /** True: secrets are among what is equal as far as can be seen. */
  hasSecrets: boolean;
}

/** Compares field by field; a field that is absent is as one that is undefined. */
export function compareSpecs(
  said: Readonly<Record<string, unknown>>,
  shown: Readonly<Record<string, unknown>>,
): Comparison {
  const seen = { secrets: false };
  const names = [...new Set([...Object.keys(said), ...Object.keys(shown)])];
  const changed = names.filter((name) => !isSame(said[name], shown[name], seen));
  return { changed, hasSecrets: seen.secrets };
}

function isSame(said: unknown, shown: unknown, seen: { secrets: boolean }): boolean {
  if (shown === MASK && said !== undefined) {
    seen.secrets = true;
    return true;
  }
  if (Array.isArray(said) && Array.isArray(shown)) {
    return said.length === shown.length && said.every((one, at) => isSame(one, shown[at], seen));
  }
  if (!isMap(said) || !isMap(shown)) return said === shown;
  const names = new Set([...Object.keys(said), ...Object.keys(shown)]);
  return [...names].every((name) => isSame(said[name], shown[name], seen));
}

/** Whether a value is a map of names. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
