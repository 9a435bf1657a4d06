/** When a maintenance is: the windows that run or come next. */
import { Cron } from "croner";
import { isoTime } from "../../shared/clock.ts";
import type { Maintenance, MaintenanceSpec } from "../../shared/maintenance.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Engine } from "../ports.ts";
import { invalidAt } from "./input.ts";

type EventBody = Parameters<Engine["submit"]>[0];

/** A window as the fold takes it. */
type PlannedWindow = Extract<EventBody, { type: "maintenance_set" }>["window"];

/** Windows of one maintenance that are planned ahead: the one that runs, and the next. */
const AHEAD = 2;

/** The windows of a maintenance that are not over at `nowMs`, at most two, the earliest first. */
export function windowsOf(maintenance: Maintenance, nowMs: number): PlannedWindow[] {
  const { id, spec, endedAtMs, createdAtMs } = maintenance;
  if (endedAtMs !== null) return [];
  return timesOf(spec, { createdAtMs, nowMs, count: AHEAD }).map((times) => ({
    id: `${id}/${times.fromMs}`,
    name: spec.name,
    targets: spec.targets,
    labels: spec.labels,
    ...times,
  }));
}

/** Which windows are looked for. */
export interface WindowQuery {
  /** When a single window without a begin begins. */
  createdAtMs: number;
  /** Windows that are over by then are left out. */
  nowMs: number;
  /** Windows at most. */
  count: number;
}

/** Times of the windows that come next, the one that runs too, the earliest first. */
export function timesOf(
  spec: MaintenanceSpec,
  { createdAtMs, nowMs, count }: WindowQuery,
): { fromMs: number; toMs: number }[] {
  const { cron, durationMs = 0, toAt = "" } = spec;
  if (cron === undefined) {
    const fromMs = spec.fromAt === undefined ? createdAtMs : Date.parse(spec.fromAt);
    const toMs = Date.parse(toAt);
    return toMs > nowMs ? [{ fromMs, toMs }] : [];
  }
  // A window that runs began less than its length ago.
  const starts = cronOf(spec).nextRuns(count, isoTime(nowMs - durationMs));
  return starts.map((start) => {
    const fromMs = start.getTime();
    return { fromMs, toMs: fromMs + durationMs };
  });
}

function cronOf({ cron = "", timezone }: MaintenanceSpec): Cron {
  return new Cron(cron, { timezone, mode: "5-part", paused: true });
}

/** Refuses a pattern or zone that gives no window, and a single window that is over already. */
export function checkTimes(spec: MaintenanceSpec, nowMs: number): void {
  if (spec.cron === undefined) {
    const fromMs = spec.fromAt === undefined ? nowMs : Date.parse(spec.fromAt);
    const toMs = Date.parse(spec.toAt ?? "");
    if (toMs <= fromMs) throw invalidAt("toAt", "expected a moment after fromAt", spec.toAt);
    if (toMs <= nowMs) throw invalidAt("toAt", "expected a moment that is not over", spec.toAt);
    return;
  }
  let next: Date | null;
  try {
    next = cronOf(spec).nextRun(isoTime(nowMs));
  } catch (error) {
    throw invalidAt("cron", `expected five fields and a known zone: ${messageOf(error)}`);
  }
  if (next === null) throw invalidAt("cron", "expected a pattern that comes again", spec.cron);
}
