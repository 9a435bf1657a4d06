/** How times, states and votes are written for people, in tables, sentences and the live view. */
import type { ProbeState, VerdictState, Vote } from "../../shared/verdict.ts";
import type { Paint } from "./printer.ts";
import type { Cell } from "./table.ts";

/** A duration in its two largest units: 850ms, 4.2s, 31s, 4m 12s, 2h 5m, 3d 4h. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.max(0, Math.round(durationMs))}ms`;
  const seconds = durationMs / 1_000;
  if (seconds < 10) return `${Math.floor(seconds * 10) / 10}s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return twoUnits(whole, 60, ["m", "s"]);
  if (whole < 86_400) return twoUnits(Math.floor(whole / 60), 60, ["h", "m"]);
  return twoUnits(Math.floor(whole / 3_600), 24, ["d", "h"]);
}

function twoUnits(value: number, size: number, units: readonly [string, string]): string {
  const rest = value % size;
  const large = `${Math.floor(value / size)}${units[0]}`;
  return rest === 0 ? large : `${large} ${rest}${units[1]}`;
}

/** Time since an RFC 3339 text, as a duration; a dash when there is none. */
export function ago(time: string | null | undefined, nowMs: number): string {
  if (!time) return "-";
  const atMs = Date.parse(time);
  return Number.isNaN(atMs) ? "-" : formatDuration(Math.max(0, nowMs - atMs));
}

/** Time of day of an RFC 3339 text in UTC, such as 12:04:31; the text itself if it is none. */
export function timeOfDay(time: string): string {
  return /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)/.exec(time)?.[1] ?? time;
}

/** Date and time of an RFC 3339 text in UTC to the second; a dash when there is none. */
export function dateTime(time: string | null | undefined): string {
  return time ? time.slice(0, 19).replace("T", " ") : "-";
}

/** Labels as `team=pay tier=1`. */
export function formatLabels(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** The paint of a verdict's state. */
export function paintOfVerdict(state: VerdictState, paint: Paint): (text: string) => string {
  switch (state) {
    case "up":
      return paint.green;
    case "down":
    case "sub_healthy":
      return (text) => paint.bold(paint.red(text));
    case "partial":
      return paint.magenta;
    case "suspect":
    case "degraded":
      return paint.yellow;
    case "recovering":
      return paint.cyan;
    case "unknown":
      return paint.gray;
  }
}

/** A verdict's state as a cell. */
export function verdictCell(state: VerdictState, paint: Paint): Cell {
  return { text: state, paint: paintOfVerdict(state, paint) };
}

const VERDICT_MARKS: Record<VerdictState, string> = {
  up: "●",
  down: "✖",
  sub_healthy: "✖",
  partial: "◑",
  suspect: "◐",
  degraded: "▼",
  recovering: "◔",
  unknown: "○",
};

/** A verdict as one character, told by its shape as well as by its colour. */
export function verdictMark(state: VerdictState, paint: Paint): Cell {
  return { text: VERDICT_MARKS[state], paint: paintOfVerdict(state, paint) };
}

/** A probe's state as a cell. */
export function probeCell(state: ProbeState, paint: Paint): Cell {
  switch (state) {
    case "eligible":
      return { text: state, paint: paint.green };
    case "joining":
    case "draining":
      return { text: state, paint: paint.yellow };
    case "quarantined":
    case "intercepted":
      return { text: state, paint: paint.red };
    case "offline":
    case "disabled":
      return { text: state, paint: paint.gray };
  }
}

/** A vote as one character: ● reaches it, ✖ fails, ◐ fails, not yet confirmed, ○ is silent. */
export function voteMark(vote: Vote, paint: Paint): Cell {
  switch (vote) {
    case "ok":
      return { text: "●", paint: paint.green };
    case "dead":
    case "sub":
      return { text: "✖", paint: paint.red };
    case "suspect":
      return { text: "◐", paint: paint.yellow };
    case "none":
      return { text: "○", paint: paint.gray };
  }
}
