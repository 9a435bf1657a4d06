/** Texts of steps in which names stand for values that are known only when they are sent. */

const PLACEHOLDER = /\{\{(\+?)([A-Za-z_][A-Za-z0-9_]{0,39})\}\}/g;

/** A URL whose scheme, host and port are written out: an answer never chooses where to go. */
export const URL_WITHOUT_PLACEHOLDERS =
  /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#{}@[\]]+)(?:[/?#{]|$)/;

/** Values by their names. */
export type Carried = ReadonlyMap<string, string>;

/** Whether a text holds the name of a value. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) >= 0;
}

/** The names that stand in a text, in order. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[2] ?? "");
}

/** The text with its values. */
export function fillText(text: string, values: Carried): string {
  return text.replaceAll(PLACEHOLDER, (_all, _plus, name: string) => values.get(name) ?? "");
}

/** The scheme, host and port that are written out in a URL. */
export function originOf(text: string): string {
  const written = /^https?:\/\/[^/?#{]+/.exec(text)?.[0] ?? "";
  return URL.canParse(written) ? new URL(written).origin : "";
}

/**
 * The URL with its values: encoded as one part of it, or by `+` as they are (RFC 6570 3.2.3). An
 * absolute URL of the same origin, as a location header often is, counts as its path.
 */
export function fillUrl(text: string, values: Carried): string {
  const origin = originOf(text);
  return text.replaceAll(PLACEHOLDER, (_all, plus: string, name: string) => {
    const value = wellFormed(values.get(name) ?? "");
    if (plus !== "+") return encodeURIComponent(value);
    return value.startsWith(`${origin}/`) ? value.slice(origin.length) : value;
  });
}

/** A lone surrogate cannot be encoded; it becomes the replacement character. */
function wellFormed(text: string): string {
  return text.replaceAll(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );
}
