/**
 * A latency sketch: a histogram with logarithmic bins, so that every quantile is known within 2 %
 * of its value, in a few bytes, and two sketches merge without loss (DDSketch,
 * https://arxiv.org/abs/1908.10693, with sparse bins and no collapsing: a latency has 32 bits,
 * so there are at most 556 bins).
 */
import type { ByteReader, ByteWriter } from "../../shared/bytes.ts";

/** Counts of latencies by bin. */
export interface Sketch {
  count: number;
  /** Microseconds, exact, so that the mean is the same in whatever order sketches merged. */
  sumUs: number;
  minUs: number;
  maxUs: number;
  /** Bins with a count, ascending; bin i holds (GAMMA^(i-1), GAMMA^i], bin 0 what is up to 1. */
  bins: number[];
  /** The count of each of `bins`. */
  counts: number[];
}

/** Relative error of a quantile. */
export const SKETCH_ERROR = 0.02;
const GAMMA = (1 + SKETCH_ERROR) / (1 - SKETCH_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** A sketch of nothing. */
export function createSketch(): Sketch {
  return { count: 0, sumUs: 0, minUs: 0, maxUs: 0, bins: [], counts: [] };
}

/** Adds one latency, a non-negative integer. */
export function addLatency(sketch: Sketch, latencyUs: number): void {
  addToBin(sketch, latencyUs <= 1 ? 0 : Math.ceil(Math.log(latencyUs) / LOG_GAMMA));
  sketch.minUs = sketch.count === 0 ? latencyUs : Math.min(sketch.minUs, latencyUs);
  sketch.maxUs = Math.max(sketch.maxUs, latencyUs);
  sketch.sumUs += latencyUs;
  sketch.count += 1;
}

/** Counts one more in a bin. The search is from the end: most latencies are near each other. */
function addToBin({ bins, counts }: Sketch, bin: number): void {
  let at = bins.length;
  while (at > 0 && (bins[at - 1] ?? 0) >= bin) at -= 1;
  if (bins[at] === bin) {
    counts[at] = (counts[at] ?? 0) + 1;
    return;
  }
  bins.splice(at, 0, bin);
  counts.splice(at, 0, 1);
}

/** Adds everything of `other` to `into`. */
export function mergeSketch(into: Sketch, other: Sketch): void {
  if (other.count === 0) return;
  mergeBins(into, other);
  into.minUs = into.count === 0 ? other.minUs : Math.min(into.minUs, other.minUs);
  into.maxUs = Math.max(into.maxUs, other.maxUs);
  into.sumUs += other.sumUs;
  into.count += other.count;
}

/** Both are in order, so one walk along them gives them together in order. */
function mergeBins(into: Sketch, other: Sketch): void {
  const { bins, counts } = into;
  into.bins = [];
  into.counts = [];
  let left = 0;
  let right = 0;
  while (left < bins.length || right < other.bins.length) {
    const mine = bins[left] ?? Infinity;
    const theirs = other.bins[right] ?? Infinity;
    let count = 0;
    if (mine <= theirs) count += counts[left++] ?? 0;
    if (theirs <= mine) count += other.counts[right++] ?? 0;
    into.bins.push(Math.min(mine, theirs));
    into.counts.push(count);
  }
}

/** The latency below which `share` (0 to 1) of all lie, within 2 %; null for none. */
export function quantileUs(sketch: Sketch, share: number): number | null {
  return quantilesUs(sketch, [share])[0] ?? null;
}

/** Several quantiles, by ascending share, as `quantileUs` gives each; the bins are walked once. */
export function quantilesUs(sketch: Sketch, shares: readonly number[]): (number | null)[] {
  const { count, counts, bins, minUs, maxUs } = sketch;
  if (count === 0) return shares.map(() => null);
  let below = 0;
  let next = 0;
  return shares.map((share) => {
    const rank = Math.max(1, Math.ceil(share * count));
    while (below < rank && next < bins.length) below += counts[next++] ?? 0;
    const bin = bins[next - 1];
    if (below < rank || bin === undefined) return maxUs;
    return Math.min(Math.max(middleUs(bin), minUs), maxUs);
  });
}

/**
 * The standard deviation, rounded to an integer, each latency taken as the middle of its bin; null
 * for none. Around the mean of the middles, not the exact one: the bins err all in one direction
 * where latencies vary little, and that is no deviation.
 */
export function stddevUs(sketch: Sketch): number | null {
  if (sketch.count === 0) return null;
  let sum = 0;
  let squares = 0;
  for (const [at, bin] of sketch.bins.entries()) {
    const count = sketch.counts[at] ?? 0;
    const middle = middleUs(bin);
    sum += middle * count;
    squares += middle * middle * count;
  }
  const mean = sum / sketch.count;
  return Math.round(Math.sqrt(Math.max(0, squares / sketch.count - mean * mean)));
}

function middleUs(bin: number): number {
  return bin === 0 ? 1 : Math.round((2 * GAMMA ** bin) / (GAMMA + 1));
}

/** The mean latency, rounded to an integer; null for none. */
export function meanUs(sketch: Sketch): number | null {
  return sketch.count === 0 ? null : Math.round(sketch.sumUs / sketch.count);
}

/** Writes a sketch; bins as differences, so that neighbours cost two bytes. */
export function writeSketch(writer: ByteWriter, sketch: Sketch): void {
  const { bins, counts } = sketch;
  writer.varint(bins.length);
  if (bins.length === 0) return;
  writer.varint(sketch.sumUs);
  writer.varint(sketch.minUs);
  writer.varint(sketch.maxUs);
  let last = 0;
  for (const [at, bin] of bins.entries()) {
    writer.varint(bin - last);
    writer.varint(counts[at] ?? 0);
    last = bin;
  }
}

/** Reads a sketch that `writeSketch` wrote. */
export function readSketch(reader: ByteReader): Sketch {
  const sketch = createSketch();
  let left = reader.varint();
  if (left === 0) return sketch;
  sketch.sumUs = reader.varint();
  sketch.minUs = reader.varint();
  sketch.maxUs = reader.varint();
  for (let bin = 0; left > 0; left -= 1) {
    bin += reader.varint();
    const count = reader.varint();
    sketch.bins.push(bin);
    sketch.counts.push(count);
    sketch.count += count;
  }
  return sketch;
}
