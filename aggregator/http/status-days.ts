/** Days of targets for status pages: what is over is read once, and kept. */
import { isoTime } from "../../shared/clock.ts";
import type { StatusDay, StatusLevel } from "../../shared/status-view.ts";
import type { Engine, Store, UptimeSpan } from "../ports.ts";

const DAY_MS = 86_400_000;
const DAYS = 90;

/** Targets whose days are kept; with one more all are read anew. */
const KEPT_MAX = 20_000;

/** Outages of a day that last longer together make it one of outage, shorter ones of trouble. */
const OUTAGE_MS = 600_000;

/** How long a target was what on one day. */
interface Sums {
  upMs: number;
  downMs: number;
  /** Up, but not everywhere or not fast enough. */
  troubledMs: number;
  maintenanceMs: number;
}

type Span = Omit<UptimeSpan, "targetId">;

/** Days of targets. */
export interface StatusDays {
  /** The last 90 UTC days, the oldest first, and the uptime of all of them. */
  of(targetId: string): Promise<{ days: StatusDay[]; uptime: number | null }>;
}

/** Creates it. */
export function createStatusDays({
  engine,
  store,
}: {
  engine: Pick<Engine, "presentSpan" | "nowMs">;
  store: Pick<Store, "uptime">;
}): StatusDays {
  /** Sums of days that are over, by target and number of the day. */
  const kept = new Map<string, Map<number, Sums>>();
  return {
    of: async (targetId) => {
      const nowMs = engine.nowMs();
      const today = Math.floor(nowMs / DAY_MS);
      const first = today - DAYS + 1;
      const known = kept.get(targetId) ?? new Map<number, Sums>();
      const fromDay = known.has(today - 1) ? today : first;
      const range = { fromMs: fromDay * DAY_MS, toMs: nowMs };
      const spans: Span[] = await store.uptime.spans(targetId, range);
      const present = engine.presentSpan(targetId);
      const open = present ? [{ ...present, toMs: nowMs }] : [];
      const found = sumsOf([...spans, ...open], range);
      for (let day = fromDay; day < today; day += 1) known.set(day, found.get(day) ?? NOTHING);
      for (const day of known.keys()) if (day < first) known.delete(day);
      if (kept.size >= KEPT_MAX) kept.clear();
      kept.set(targetId, known);
      const sums = Array.from({ length: DAYS }, (_, at) => {
        return known.get(first + at) ?? found.get(first + at) ?? NOTHING;
      });
      return { days: sums.map((sum, at) => dayOf(first + at, sum)), uptime: uptimeOf(sums) };
    },
  };
}

const NOTHING: Sums = { upMs: 0, downMs: 0, troubledMs: 0, maintenanceMs: 0 };

function sumsOf(spans: readonly Span[], range: { fromMs: number; toMs: number }) {
  const sums = new Map<number, Sums>();
  for (const { fromMs, toMs, state, maintenance } of spans) {
    const endMs = Math.min(toMs, range.toMs);
    let atMs = Math.max(fromMs, range.fromMs);
    while (atMs < endMs) {
      const day = Math.floor(atMs / DAY_MS);
      const untilMs = Math.min(endMs, (day + 1) * DAY_MS);
      const sum = sums.get(day) ?? { ...NOTHING };
      add(sum, untilMs - atMs, maintenance ? "maintenance" : state);
      sums.set(day, sum);
      atMs = untilMs;
    }
  }
  return sums;
}

function add(sum: Sums, ms: number, state: Span["state"] | "maintenance"): void {
  if (state === "maintenance") sum.maintenanceMs += ms;
  else if (state === "down" || state === "sub_healthy") sum.downMs += ms;
  else if (state !== "unknown") {
    sum.upMs += ms;
    if (state === "partial" || state === "degraded") sum.troubledMs += ms;
  }
}

function dayOf(number: number, sum: Sums): StatusDay {
  const day = isoTime(number * DAY_MS).slice(0, 10);
  return { day, level: levelOf(sum), uptime: uptimeOf([sum]), downMs: sum.downMs };
}

function levelOf({ upMs, downMs, troubledMs, maintenanceMs }: Sums): StatusLevel {
  if (downMs >= OUTAGE_MS) return "outage";
  if (downMs > 0 || troubledMs > 0) return "degraded";
  if (maintenanceMs > 0) return "maintenance";
  return upMs > 0 ? "operational" : "unknown";
}

/** Time under maintenance and in unknown is on neither side. */
function uptimeOf(sums: readonly Sums[]): number | null {
  const up = sums.reduce((total, sum) => total + sum.upMs, 0);
  const down = sums.reduce((total, sum) => total + sum.downMs, 0);
  return up + down === 0 ? null : up / (up + down);
}
