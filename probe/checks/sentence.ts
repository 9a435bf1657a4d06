/** Words for a person at night: addresses, excerpts and sentences that hold no secret. */
import { isIPv6 } from "node:net";
import { LIMITS } from "../../shared/limits.ts";

/** "10.0.0.7:443" or "[2001:db8::7]:443". */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Text that came from outside, in quotes, at most `charsMax` characters (default 80); whatever
 * is not printable ASCII is escaped, so that no answer can write into a terminal or a log.
 */
export function quoted(text: string, charsMax = 80): string {
  const head = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  const escaped = JSON.stringify(head).replace(/[^\x20-\x7e…]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return escaped;
}

/** The text with every secret replaced by `***`. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, "***");
  return shown;
}

/** The sentence without secrets, cut to the longest detail allowed. */
export function safeDetail(detail: string, secrets: readonly string[]): string {
  const text = withoutSecrets(detail, secrets);
  if (text.length <= LIMITS.detailCharsMax) return text;
  return `${text.slice(0, LIMITS.detailCharsMax - 1)}…`;
}

/** Milliseconds as a person says them: "812 ms". */
export function milliseconds(durationMs: number): string {
  return `${Math.max(0, Math.round(durationMs))} ms`;
}
