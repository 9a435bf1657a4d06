/** What a load run has seen: how long verdicts took, and which of them were wrong. */
import type { ApiEvent } from "../../../shared/api/event.ts";

/** Waits of flips that are remembered for percentiles; the oldest make room. */
const WAITS_MAX = 10_000;

/** What was seen so far. */
export interface LoadTally {
  flips: number;
  events: number;
  /** Verdicts that said down of a target that was up since the verdict before. */
  wrong: number;
  /** Time from a flip to the verdict that says so, milliseconds, ascending. */
  waitsMs: readonly number[];
  /** Flips that no verdict has told of yet. */
  open: number;
}

/** Counts flips and the verdicts that follow them. */
export interface Tally {
  flipped(index: number, isUp: boolean, atMs: number): void;
  /** Takes an event of the run's targets; `index` is the target's. */
  event(index: number, event: ApiEvent, atMs: number): void;
  seen(): LoadTally;
}

/** Creates an empty tally. */
export function createTally(): Tally {
  const waiting = new Map<number, { isUp: boolean; atMs: number }>();
  const downNow = new Set<number>();
  /** Down at some moment since the last verdict that said up: a verdict may rightly say down. */
  const downSince = new Set<number>();
  const waits: number[] = [];
  let [flips, events, wrong] = [0, 0, 0];
  return {
    flipped: (index, isUp, atMs) => {
      flips += 1;
      if (isUp) downNow.delete(index);
      else {
        downNow.add(index);
        downSince.add(index);
      }
      // Flipped back before a verdict told of it: there is nothing to wait for.
      if (waiting.has(index)) waiting.delete(index);
      else waiting.set(index, { isUp, atMs });
    },
    event: (index, { type }, atMs) => {
      events += 1;
      const says = saysOf(type);
      if (says === null) return;
      if (says === "down" && !downSince.has(index)) wrong += 1;
      if (says === "up" && !downNow.has(index)) downSince.delete(index);
      const flip = waiting.get(index);
      if (flip === undefined || flip.isUp !== (says === "up")) return;
      waiting.delete(index);
      waits.push(atMs - flip.atMs);
      if (waits.length > WAITS_MAX) waits.shift();
    },
    seen: () => {
      const waitsMs = waits.toSorted((a, b) => a - b);
      return { flips, events, wrong, waitsMs, open: waiting.size };
    },
  };
}

function saysOf(type: string): "up" | "down" | null {
  if (type === "target.up") return "up";
  return type === "target.down" || type === "target.sub_healthy" ? "down" : null;
}

/** The value below which a share of the sorted values lies; null without values. */
export function quantileOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}
