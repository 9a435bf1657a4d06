/** Statistics over a time: the coarsest rollups that fit into it, and what they lack. */
import type { HistoryStore, LatencyStats, TargetStats } from "../ports.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import type { PackedVisitors } from "./packed.ts";
import { FINEST_SPAN_MS, ROLLUP_SPANS_MS, addResult, createRollup, mergeRollup } from "./rollup.ts";
import { spanStartMs, unpackRollup } from "./rollup.ts";
import type { Rollup } from "./rollup.ts";
import { meanUs, quantileUs, stddevUs } from "./sketch.ts";
import type { StoredResult } from "./stored-result.ts";

interface RollupRow {
  vantage: number;
  body: Buffer;
}

/** What statistics are read from. */
export interface StatsParts {
  connection: Connection;
  dictionary: Dictionary;
  packed: PackedVisitors;
}

/** Reads statistics of an open data file. */
export function createStatsReader({ connection, dictionary, packed }: StatsParts) {
  const rollups = connection.db.prepare<[number, number, number, number], RollupRow>(
    `SELECT vantage, body FROM rollups
     WHERE handle = ? AND span_ms = ? AND from_ms >= ? AND from_ms < ?`,
  );

  return (query: Parameters<HistoryStore["stats"]>[0]): TargetStats => {
    const { targetId, probeId } = query;
    const fromMs = spanStartMs(query.fromMs, FINEST_SPAN_MS);
    const toMs = spanStartMs(query.toMs - 1, FINEST_SPAN_MS) + FINEST_SPAN_MS;
    const handle = dictionary.handleOf(targetId);
    const byProbe = new Map<string, Rollup>();
    const at = (probe: string): Rollup => {
      const rollup = byProbe.get(probe) ?? createRollup();
      byProbe.set(probe, rollup);
      return rollup;
    };
    if (handle !== null && toMs > fromMs) {
      const add = (probe: string, result: StoredResult): void => {
        if (result.attempt === 0) addResult(at(probe), result);
      };
      for (const run of runsOf(fromMs, toMs)) {
        // What is shorter than what is rolled up is read from blocks.
        if (run.spanMs === FINEST_SPAN_MS) packed.closed({ handle, probeId, ...run }, add);
        for (const row of rollups.iterate(handle, run.spanMs, run.fromMs, run.toMs)) {
          const probe = dictionary.probeId(row.vantage);
          if (probeId === undefined || probe === probeId) {
            mergeRollup(at(probe), unpackRollup(row.body));
          }
        }
      }
      packed.recent({ handle, probeId, fromMs, toMs }, add);
    }
    return { fromMs, toMs, ...statsOf(byProbe) };
  };
}

interface Run {
  spanMs: number;
  fromMs: number;
  toMs: number;
}

/** Cuts a range of whole finest spans into as few spans as possible; like ones are joined. */
function runsOf(fromMs: number, toMs: number): Run[] {
  const spans = ROLLUP_SPANS_MS.toSorted((left, right) => right - left);
  const runs: Run[] = [];
  for (let atMs = fromMs; atMs < toMs;) {
    const fits = (span: number): boolean => atMs % span === 0 && atMs + span <= toMs;
    const spanMs = spans.find(fits) ?? FINEST_SPAN_MS;
    const last = runs.at(-1);
    if (last?.spanMs === spanMs) last.toMs += spanMs;
    else runs.push({ spanMs, fromMs: atMs, toMs: atMs + spanMs });
    atMs += spanMs;
  }
  return runs;
}

function statsOf(byProbe: ReadonlyMap<string, Rollup>): Pick<TargetStats, "total" | "vantages"> {
  const total = createRollup();
  const vantages = [...byProbe]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([probeId, rollup]) => {
      mergeRollup(total, rollup);
      return { probeId, ...figuresOf(rollup) };
    });
  return { total: figuresOf(total), vantages };
}

function figuresOf({ sketch, failed, void: nothing }: Rollup): LatencyStats {
  const any = sketch.count > 0;
  return {
    scheduled: sketch.count + failed + nothing,
    ok: sketch.count,
    failed,
    void: nothing,
    minUs: any ? sketch.minUs : null,
    maxUs: any ? sketch.maxUs : null,
    meanUs: meanUs(sketch),
    stddevUs: stddevUs(sketch),
    p50Us: quantileUs(sketch, 0.5),
    p75Us: quantileUs(sketch, 0.75),
    p95Us: quantileUs(sketch, 0.95),
    p99Us: quantileUs(sketch, 0.99),
  };
}
