/**
 * Which canaries are on trial: probes dial them and tell of them, but they certify nothing and
 * accuse no probe. A peer is until somebody reached its address, or a firewall in front of every
 * health endpoint would make each probe doubt itself. A canary that half of the mesh fails to reach
 * is, until more than half of those who look reach it again: what is broken for everybody says
 * nothing about anybody, and it must not come and go with each heartbeat.
 */
import type { Clock } from "../../shared/clock.ts";
import type { CanaryAnswer } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Engine } from "../ports.ts";
import type { Reach } from "./reach.ts";

/** Shortest time on trial of a canary that failed for half of the mesh. Shorter lets it flap. */
export const TRIAL_MS_MIN = 30_000;
/** Time between two looks at a canary on trial. */
const LOOK_MS = 5_000;

/** What trials are decided from. */
export interface TrialsDeps {
  clock: Clock;
  engine: Pick<Engine, "excludedCanaries" | "nowMs">;
  reach: Pick<Reach, "tally">;
  /** Answers older than this say nothing. */
  freshMs: number;
}

/** The canaries on trial. */
export interface Trials {
  /** Looks anew; returns when to look again, null when nothing waits for that. */
  refresh(): number | null;
  /** Whether a canary is left out because half of the mesh or more failed to reach it. */
  isExcluded(canaryId: string): boolean;
  /** Whether somebody ever reached a peer at this address; true for canaries that are no peers. */
  isProven(canaryId: string, address: string): boolean;
  /** Remembers which address each peer has now; a new one must be proven anew. */
  setPeers(addresses: ReadonlyMap<string, string>): void;
  /** Hears the answers of a probe; true when they prove a peer, so that the lists change. */
  heard(answers: readonly Pick<CanaryAnswer, "id" | "ok">[]): boolean;
}

/** Creates trials: every peer is on trial, nothing else. */
export function createTrials({ clock, engine, reach, freshMs }: TrialsDeps): Trials {
  /** When each excluded canary was last found failing, on the monotonic clock. */
  const excludedAtMs = new Map<string, number>();
  let addresses: ReadonlyMap<string, string> = new Map();
  /** Addresses at which peers were reached, by canary id. */
  const proven = new Map<string, string>();

  function isWellAgain(id: string, sinceMs: number): boolean {
    const { asked, reached } = reach.tally(id, engine.nowMs() - freshMs);
    return clock.monoMs() - sinceMs >= TRIAL_MS_MIN && 2 * reached > asked;
  }

  return {
    refresh() {
      for (const id of engine.excludedCanaries()) excludedAtMs.set(id, clock.monoMs());
      for (const [id, sinceMs] of excludedAtMs)
        if (isWellAgain(id, sinceMs)) excludedAtMs.delete(id);
      return excludedAtMs.size === 0 ? null : LOOK_MS;
    },
    isExcluded: (id) => excludedAtMs.has(id),
    isProven: (id, address) => !addresses.has(id) || proven.get(id) === address,
    setPeers(next) {
      addresses = next;
      for (const [id, address] of proven) if (next.get(id) !== address) proven.delete(id);
    },
    heard(answers) {
      let anyProven = false;
      for (const { id, ok } of answers) {
        const address = addresses.get(id);
        if (!ok || address === undefined || proven.has(id)) continue;
        proven.set(id, address);
        anyProven = true;
      }
      return anyProven;
    },
  };
}
