/** What the chart of latency shows: looks or buckets by vantage, verdicts, incidents. */
import { useMemo } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiIncident } from "../../../../../shared/api/incident.ts";
import type { ApiLatencyBucket, ApiResult } from "../../../../../shared/api/result.ts";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import type { ApiTransition } from "../../../../../shared/api/verdict.ts";
import { pathOf } from "../../api.ts";
import { nowMs } from "../../clock.ts";
import { rowOf } from "../../live/rows.ts";
import { targetOfEvent } from "../../live/live.ts";
import { useAsk } from "../../live/use-ask.ts";
import { stateSpans } from "../../parts/state-spans.ts";
import type { Span, StateSpan } from "../../parts/state-spans.ts";
import { useLooks } from "./looks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Lengths of the ranges one can choose. */
export const RANGES = {
  h1: HOUR_MS,
  h6: 6 * HOUR_MS,
  d1: DAY_MS,
  d7: 7 * DAY_MS,
  d30: 30 * DAY_MS,
  y1: 365 * DAY_MS,
} as const;

/** Figures of a bucket. */
export const FIGURES = ["p50Us", "p95Us", "p99Us", "meanUs", "maxUs"] as const;

/** A figure of a bucket. */
export type Figure = (typeof FIGURES)[number];

/** What the chart draws. */
export interface LatencyData {
  range: Span;
  /** Whether every look is a point; else buckets are. */
  isRaw: boolean;
  /** Whether the answers have come. */
  isLoaded: boolean;
  /** Seconds since the epoch, ascending. */
  times: number[];
  /** Milliseconds at each time by vantage; null: none. */
  series: { name: string; values: (number | null)[] }[];
  states: StateSpan[];
  incidents: (Span & { id: string })[];
  trouble: string;
}

/** Transitions asked for; older ones are not drawn. */
const TRANSITIONS_MAX = 1_000;
/** Longest range of which every look is asked for. */
const RAW_MS_MAX = HOUR_MS;
/** The range moves on by this. */
const STEP_MS = 15_000;
/** The shortest range shown of a target that was just made. */
const LEAST_MS = 300_000;

/** Buckets fine enough for a screen, and no finer. */
function spanFor(lengthMs: number): number {
  if (lengthMs <= 2 * DAY_MS) return 300_000;
  return lengthMs <= 60 * DAY_MS ? HOUR_MS : DAY_MS;
}

interface Point {
  name: string;
  atMs: number;
  us: number | null;
}

/** Points of many vantages on one line of times. */
function aligned(points: readonly Point[]): Pick<LatencyData, "times" | "series"> {
  const times = [...new Set(points.map(({ atMs }) => atMs / 1_000))].sort((a, b) => a - b);
  const places = new Map(times.map((time, index) => [time, index]));
  const byName = new Map<string, (number | null)[]>();
  for (const { name, atMs, us } of points) {
    let values = byName.get(name);
    if (values === undefined) {
      values = Array.from({ length: times.length }, () => null);
      byName.set(name, values);
    }
    values[places.get(atMs / 1_000) ?? 0] = us === null ? null : us / 1_000;
  }
  const series = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return { times, series: series.map(([name, values]) => ({ name, values })) };
}

interface Asked {
  lengthMs: number;
  zoom: Span | null;
  figure: Figure;
}

/** The range shown: it ends a little ahead of now, and begins no sooner than the target did. */
function rangeOf(target: ApiTarget, { lengthMs, zoom }: Asked): Span {
  if (zoom !== null) return zoom;
  const toMs = Math.floor(nowMs.value / STEP_MS) * STEP_MS + STEP_MS;
  const madeMs = Date.parse(target.createdAt) - STEP_MS;
  return { fromMs: Math.max(toMs - lengthMs, Math.min(madeMs, toMs - LEAST_MS)), toMs };
}

/** Looks of a short time, buckets of a long one, or where looks are too many. */
function usePoints(target: ApiTarget, { lengthMs, zoom, figure }: Asked) {
  const path = `/targets${pathOf(target.id)}`;
  const shown = zoom === null ? lengthMs : zoom.toMs - zoom.fromMs;
  const start = useMemo(() => Math.round(nowMs.peek() - lengthMs), [lengthMs, target.id]);
  const fromMs = zoom === null ? start : Math.round(zoom.fromMs);
  const toMs = zoom === null ? null : Math.round(zoom.toMs);
  const mayBeRaw = shown <= RAW_MS_MAX;
  const looks = useLooks(mayBeRaw ? { path: `${path}/results`, fromMs, toMs } : null);
  const isRaw = mayBeRaw && !looks.isTooMany;
  const query = { from: fromMs, to: toMs ?? undefined, spanMs: spanFor(shown) };
  const buckets = useAsk<ApiPage<ApiLatencyBucket>>(isRaw ? null : `${path}/latency`, {
    query,
    everyMs: STEP_MS,
  });
  const points = useMemo(
    () => aligned(isRaw ? pointsOfLooks(looks.items) : pointsOfBuckets(buckets.data, figure)),
    [isRaw, looks.items, buckets.data, figure],
  );
  const isLoaded = isRaw ? looks.isLoaded : buckets.data !== null;
  return { ...points, isRaw, isLoaded, trouble: looks.trouble || buckets.trouble };
}

/** Asks for what the chart shows, and again while it is shown. */
export function useLatency(target: ApiTarget, asked: Asked): LatencyData {
  const points = usePoints(target, asked);
  const range = rangeOf(target, asked);
  const after = (event: Parameters<typeof targetOfEvent>[0]) => targetOfEvent(event) === target.id;
  const transitions = useAsk<ApiPage<ApiTransition>>(`/verdicts${pathOf(target.id)}/transitions`, {
    query: { limit: TRANSITIONS_MAX },
    after,
  });
  const incidents = useAsk<ApiPage<ApiIncident>>("/incidents", {
    query: { target: target.id, limit: 200 },
    after: (event) => event.type.startsWith("incident.") && after(event),
  });
  const present = rowOf(target.id)?.state ?? target.verdict.state;
  return {
    range,
    ...points,
    states: stateSpans(transitions.data?.items ?? [], { ...range, toMs: edge(range) }, present),
    incidents: (incidents.data?.items ?? []).map(({ id, openedAt, resolvedAt }) => {
      const toMs = resolvedAt === null ? edge(range) : Date.parse(resolvedAt);
      return { id, fromMs: Date.parse(openedAt), toMs };
    }),
  };
}

/** Nothing is known of what lies ahead. */
const edge = ({ toMs }: Span): number => Math.min(toMs, nowMs.value);

function pointsOfLooks(looks: readonly ApiResult[]): Point[] {
  return looks.map(({ probe, probeId, at, latencyUs, class: kind }) => {
    return { name: probe ?? probeId, atMs: Date.parse(at), us: kind === "ok" ? latencyUs : null };
  });
}

function pointsOfBuckets(page: ApiPage<ApiLatencyBucket> | null, figure: Figure): Point[] {
  return (page?.items ?? []).map((bucket) => {
    const { probe, probeId, from, spanMs } = bucket;
    // The bucket that is not over ends now.
    const atMs = Math.min(Date.parse(from) + spanMs / 2, nowMs.peek());
    return { name: probe ?? probeId, atMs, us: bucket[figure] };
  });
}
