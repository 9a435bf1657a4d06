/** Reads the values of flags; what cannot be read is a usage error with a sentence. */
import { InvalidArgumentError, Option } from "commander";
import { checkNamedCanaries, parseCanaryUrl, parseNamedCanary } from "../../shared/canary.ts";
import type { NamedCanary } from "../../shared/canary.ts";
import { QuorateError } from "../../shared/errors.ts";
import { parseHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as 500ms, 30s, 5m, 1.5h or 2d, as integer milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  const unit = match?.[2];
  if (!match || !isUnit(unit)) {
    throw new InvalidArgumentError("Expected a duration such as 500ms, 30s, 5m or 1h.");
  }
  return Math.round(Number(match[1]) * UNIT_MS[unit]);
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && Object.hasOwn(UNIT_MS, unit);
}

/** An integer in [min, max]. */
export function parseIntegerIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A number in [min, max], with up to three places. */
export function parseNumberIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** HOST:PORT, an IPv6 address in brackets: 127.0.0.1:7700, [::1]:7700, 0.0.0.0:0. */
export function parseListen(text: string): HostPort {
  const address = parseHostPort(text);
  if (address !== null) return address;
  throw new InvalidArgumentError(
    "Expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7700 or [::1]:7700.",
  );
}

/** Collects `key=value` flags into one record; the same key again replaces the former. */
export function collectLabel(
  text: string,
  previous: Record<string, string> = {},
): Record<string, string> {
  const [key, value] = splitPair(text, "Expected key=value, such as team=pay.");
  return Object.fromEntries([...Object.entries(previous), [key, value]]);
}

/**
 * Collects `key=value` flags whose value is JSON, into one record. A value that is no JSON is
 * taken as text, so that `method=POST` needs no quotes; write `'body="404"'` to force a text.
 */
export function collectOption(
  text: string,
  previous: Record<string, unknown> = {},
): Record<string, unknown> {
  const [key, value] = splitPair(text, "Expected key=value, such as method=POST or status=[200].");
  return Object.fromEntries([...Object.entries(previous), [key, jsonOrText(value)]]);
}

function splitPair(text: string, expected: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(expected);
  return [text.slice(0, at), text.slice(at + 1)];
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (thrown) {
    // A structure that is broken is a mistake, not a text that happens to begin with a bracket.
    if (/^[[{]/.test(text)) {
      throw new InvalidArgumentError(`The value looks like JSON but is none: ${String(thrown)}.`);
    }
    return text;
  }
}

/** Comma-separated texts, blanks around them dropped, empty ones refused. */
export function parseList(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => part === "")) {
    throw new InvalidArgumentError("Expected names separated by commas, such as a,b,c.");
  }
  return parts;
}

/** An option that takes HOST:PORT; `preset` is its default, shown as it is written. */
export function listenOption(flags: string, description: string, preset?: string): Option {
  const option = new Option(flags, description).argParser(parseListen);
  return preset === undefined ? option : option.default(parseListen(preset), preset);
}

/** An option that takes a duration; `preset` is its default, shown as it is written. */
export function durationOption(flags: string, description: string, preset?: string): Option {
  const option = new Option(flags, description).argParser(parseDuration);
  return preset === undefined ? option : option.default(parseDuration(preset), preset);
}

/** Collects the canaries of `--canary [REGION:]ID=URL`. */
export function collectCanary(text: string, previous: readonly NamedCanary[] = []): NamedCanary[] {
  return asUsage(() => {
    const canaries = [...previous, parseNamedCanary(text)];
    checkNamedCanaries(canaries);
    return canaries;
  });
}

/** The URL of `--advertise`. */
export function parseAdvertised(text: string): string {
  return asUsage(() => parseCanaryUrl(text));
}

/** The URL of `--public-url`. */
export function parsePublic(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url && isHttp && url.username === "" && url.search === "" && url.hash === "") return text;
  throw new InvalidArgumentError("Expected http://HOST or https://HOST, with a path at most.");
}

/** What a shared reader refuses is a usage error of the command line. */
function asUsage<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof QuorateError ? new InvalidArgumentError(thrown.message) : thrown;
  }
}

/** Collects a flag that may be given again, as it is written. */
export function collectTexts(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text];
}
