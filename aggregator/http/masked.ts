/** Parts of requests that are kept or logged. */

/** Longest part that is kept. */
const CHARS_MAX = 200;

/** A part of a request, short, and without what looks like one of our secrets: people mistype. */
export function masked(part: string): string {
  return part.slice(0, CHARS_MAX).replaceAll(/(qrt_[a-z]+_)\w+/gi, "$1…");
}
