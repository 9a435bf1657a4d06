/** Numbers, times and shares as a person of the chosen language reads them. */
import { nowMs } from "../clock.ts";
import { language, words } from "./words.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A count with the separators of the language. */
export function countText(count: number): string {
  return count.toLocaleString(language.value);
}

/** How long something lasted, in one or two units: `12 s`, `4 min`, `3 h 20 min`, `5 d`. */
export function durationText(ms: number): string {
  const { units } = words.value;
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1_000))} ${units.s}`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} ${units.min}`;
  if (ms < DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    const hours = `${Math.floor(ms / HOUR_MS)} ${units.h}`;
    return minutes === 0 ? hours : `${hours} ${minutes} ${units.min}`;
  }
  return `${Math.floor(ms / DAY_MS)} ${units.d}`;
}

/** How long ago something was. */
export function ageText(atMs: number): string {
  return durationText(nowMs.value - atMs);
}

/** A day and a time of day, where the person is. */
export function timeText(at: string | number): string {
  return new Date(at).toLocaleString(language.value, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
}

/** A time of day, where the person is. */
export function timeOfDayText(at: string | number): string {
  return new Date(at).toLocaleTimeString(language.value, { hour12: false });
}

/** A share as percent, with more digits the closer it is to all: 99.982 %. */
export function shareText(share: number | null): string {
  if (share === null) return "–";
  const percent = share * 100;
  const digits = percent === 100 ? 0 : percent > 99.9 ? 3 : percent > 99 ? 2 : 1;
  // Rounded down: a target that was down for a second was not up all day.
  const floored = Math.floor(percent * 10 ** digits) / 10 ** digits;
  return `${floored.toLocaleString(language.value, { minimumFractionDigits: digits })} %`;
}

/** A latency, short: `0.4 ms`, `12 ms`, `1.2 s`. */
export function latencyText(us: number | null): string {
  if (us === null) return "–";
  const { units } = words.value;
  const ms = us / 1_000;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} ${units.s}`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ${units.ms}`;
}

/** Bytes, short. */
export function bytesText(bytes: number | null): string {
  return bytes === null ? "–" : `${Math.round(bytes / 1_048_576)} MB`;
}
