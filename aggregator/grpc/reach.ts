/** What every probe's canaries said last, with times: the matrix of who reaches whom. */
import { LIMITS } from "../../shared/limits.ts";
import type { CanaryAnswer } from "../../shared/proto/gen/quorate/v1/mesh.ts";

/** The newest answer of one probe about one canary. */
export interface Sight {
  ok: boolean;
  latencyUs: number;
  reason: string;
  detail: string;
  /** Log time of the answer, and since when it says the same. */
  atMs: number;
  sinceMs: number;
}

/** How a canary fares in the whole mesh. */
export interface Tally {
  /** Probes with an answer that is fresh. */
  asked: number;
  reached: number;
}

/** The answers of the whole mesh. */
export interface Reach {
  /** Takes the answers of a heartbeat. */
  take(probeId: string, answers: readonly CanaryAnswer[], atMs: number): void;
  /** What a probe said, by canary id. */
  of(probeId: string): ReadonlyMap<string, Sight>;
  /** Answers about a canary that came at `sinceMs` or later. */
  tally(canaryId: string, sinceMs: number): Tally;
  /** Every canary that somebody answered about. */
  canaryIds(): Iterable<string>;
  /** A probe was removed. */
  forget(probeId: string): void;
}

/** Creates a matrix without any answer. */
export function createReach(): Reach {
  const byProbe = new Map<string, Map<string, Sight>>();
  /** The same sights by canary, as a mesh of thousands is asked about one canary at a time. */
  const byCanary = new Map<string, Map<string, Sight>>();

  function drop(probeId: string, canaryId: string): void {
    byProbe.get(probeId)?.delete(canaryId);
    const probes = byCanary.get(canaryId);
    probes?.delete(probeId);
    if (probes?.size === 0) byCanary.delete(canaryId);
  }

  function put(probeId: string, canaryId: string, sight: Sight): void {
    const sights = byProbe.get(probeId) ?? new Map<string, Sight>();
    byProbe.set(probeId, sights);
    // Taken out first, so that the oldest answer stands first.
    sights.delete(canaryId);
    sights.set(canaryId, sight);
    const probes = byCanary.get(canaryId) ?? new Map<string, Sight>();
    byCanary.set(canaryId, probes.set(probeId, sight));
    const [oldest] = sights.keys();
    if (sights.size > LIMITS.reachedCanariesMax && oldest !== undefined) drop(probeId, oldest);
  }

  return {
    take(probeId, answers, atMs) {
      for (const { id, ok, latencyUs, reason, detail } of answers) {
        const before = byProbe.get(probeId)?.get(id);
        const sinceMs = before?.ok === ok ? before.sinceMs : atMs;
        put(probeId, id, { ok, latencyUs, reason, detail, atMs, sinceMs });
      }
    },
    of: (probeId) => byProbe.get(probeId) ?? new Map<string, Sight>(),
    tally(canaryId, sinceMs) {
      const tally: Tally = { asked: 0, reached: 0 };
      for (const { ok, atMs } of byCanary.get(canaryId)?.values() ?? []) {
        if (atMs < sinceMs) continue;
        tally.asked += 1;
        if (ok) tally.reached += 1;
      }
      return tally;
    },
    canaryIds: () => byCanary.keys(),
    forget(probeId) {
      for (const canaryId of byProbe.get(probeId)?.keys() ?? []) drop(probeId, canaryId);
      byProbe.delete(probeId);
    },
  };
}
