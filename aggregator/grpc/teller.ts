/** Gathers what changed, and tells the sessions of it a moment later. */
import type { Timer } from "../../shared/clock.ts";
import type { CanaryLists } from "./canary-lists.ts";
import { createCanaryLists } from "./canary-lists.ts";
import type { Shared } from "./records.ts";

/** Changes are gathered this long, so that a burst of them is one message to a probe. */
const GATHER_MS = 50;

/** How long a canary's answer says something: three heartbeats, as for the probe itself. */
export function freshAnswerMs(heartbeatMs: number): number {
  return 3 * heartbeatMs;
}

/** Tells sessions of changes, many at once. */
export interface Teller {
  readonly lists: CanaryLists;
  /** Peers or exclusions changed: every session's canaries are looked at anew. */
  tellCanaries(): void;
  /** An assignment changed for these probes. */
  tellAssignment(handle: number, probeIds: readonly string[]): void;
  /** Tells nothing more. */
  stop(): void;
}

/** Creates the teller of all sessions. */
export function createTeller(shared: Shared): Teller {
  const { deps, directory } = shared;
  const { clock, engine } = deps;
  const lists = createCanaryLists({
    ...deps,
    directory,
    reach: shared.reach,
    freshMs: freshAnswerMs(deps.heartbeatMs),
    named: deps.canaries,
    sessions: shared.openSessions,
  });
  let gathering: Timer | null = null;
  /** Sessions that end after the stop must arm no timer again. */
  let stopped = false;
  let canariesWait = false;
  let canaryRetry: Timer | null = null;

  function refreshCanaries(): void {
    canariesWait = false;
    canaryRetry?.cancel();
    const retryMs = engine.ready() ? lists.refresh() : GATHER_MS;
    canaryRetry = retryMs === null ? null : clock.after(retryMs, tellCanaries);
    for (const session of shared.openSessions()) session.outbox.canariesChanged();
  }

  function tell(): void {
    gathering = null;
    if (canariesWait) refreshCanaries();
    for (const session of shared.openSessions()) session.outbox.flush();
  }

  function gather(): void {
    if (!stopped) gathering ??= clock.after(GATHER_MS, tell);
  }

  function tellCanaries(): void {
    canariesWait = true;
    gather();
  }

  return {
    lists,
    tellCanaries,
    tellAssignment(handle: number, probeIds: readonly string[]): void {
      for (const probeId of probeIds) {
        shared.records.get(probeId)?.session?.outbox.changed(handle);
      }
      gather();
    },
    stop(): void {
      stopped = true;
      gathering?.cancel();
      canaryRetry?.cancel();
    },
  };
}
