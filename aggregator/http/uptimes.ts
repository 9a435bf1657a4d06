/** How long a target was in which state, and what is left of its error budget. */
import type { ApiErrorBudget, ApiUptime } from "../../shared/api/uptime.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Target } from "../../shared/target.ts";
import type { Engine, Store, UptimeTotal } from "../ports.ts";

/** A range of log time, its end not included. */
export interface Range {
  fromMs: number;
  toMs: number;
}

/** What uptime is read from. */
export interface UptimeParts {
  store: Pick<Store, "uptime">;
  engine: Pick<Engine, "presentSpan">;
}

/** How long a target was in which state within a range. */
export async function uptimeOf(
  { store, engine }: UptimeParts,
  target: Target,
  range: Range,
): Promise<ApiUptime> {
  const totals = await store.uptime.totals(target.id, range);
  const present = engine.presentSpan(target.id);
  if (present) {
    const fromMs = Math.max(range.fromMs, present.fromMs);
    if (fromMs < range.toMs) totals.push({ ...present, ms: range.toMs - fromMs });
  }
  return { from: isoTime(range.fromMs), to: isoTime(range.toMs), ...sumOf(totals, range) };
}

const DOWN: readonly string[] = ["down", "sub_healthy"];

function sumOf(totals: readonly UptimeTotal[], range: Range): Omit<ApiUptime, "from" | "to"> {
  const sum = { upMs: 0, downMs: 0, unknownMs: 0, maintenanceMs: 0 };
  const states: ApiUptime["states"] = {};
  for (const { state, maintenance, ms } of totals) {
    if (maintenance) {
      sum.maintenanceMs += ms;
      continue;
    }
    states[state] = (states[state] ?? 0) + ms;
    if (state === "unknown") sum.unknownMs += ms;
    else if (DOWN.includes(state)) sum.downMs += ms;
    else sum.upMs += ms;
  }
  const known = sum.upMs + sum.downMs;
  const recorded = known + sum.unknownMs + sum.maintenanceMs;
  return {
    availability: known === 0 ? null : sum.upMs / known,
    ...sum,
    unrecordedMs: Math.max(0, range.toMs - range.fromMs - recorded),
    states,
  };
}

/**
 * What an objective allowed and what was used of it. Only time that is known to be up or down
 * counts: of unknown time nobody can say whose it was, and maintenance was planned.
 */
export function budgetOf(
  { upMs, downMs }: Pick<ApiUptime, "upMs" | "downMs">,
  objectivePercent: number,
): ApiErrorBudget {
  const knownMs = upMs + downMs;
  const share = 1 - objectivePercent / 100;
  const totalMs = Math.round(knownMs * share);
  return {
    objectivePercent,
    met: knownMs === 0 ? null : downMs <= totalMs,
    totalMs,
    spentMs: downMs,
    leftMs: totalMs - downMs,
    burnRate: knownMs === 0 ? null : Math.round((1e4 * downMs) / knownMs / share) / 1e4,
  };
}
