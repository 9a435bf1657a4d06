/** Heartbeats: every so often, what the canaries say and how the process is. */
import type { Clock, Timer } from "../shared/clock.ts";
import type { HeartbeatFacts } from "./link.ts";
import type { CanaryRound, SelfCheck } from "./self-check.ts";

/** Time the first heartbeat waits for the first assignments, which name the canaries. */
const FIRST_WAIT_MS = 200;

/** What heartbeats need. */
export interface HeartbeatsDeps {
  clock: Clock;
  selfCheck: SelfCheck;
  /** Everything but the canaries and the last outage. */
  facts: () => Omit<HeartbeatFacts, "canaries" | "mustFailHeld" | "lastOutage">;
  /** The last time without a session. Default: there was none. */
  lastOutage?: () => HeartbeatFacts["lastOutage"];
  /** Sends a heartbeat; false when there is no session. */
  send: (facts: HeartbeatFacts) => boolean;
}

/** The heartbeats of a session after the other. */
export interface Heartbeats {
  /** A session is open. */
  begin(heartbeatMs: number): void;
  /** The canaries are known: the first heartbeat of the session need not wait longer. */
  canariesKnown(): void;
  /** No session is open. */
  end(): void;
}

/** Creates heartbeats that are still. */
export function createHeartbeats(deps: HeartbeatsDeps): Heartbeats {
  const { clock, selfCheck } = deps;
  let timers: Timer[] = [];
  let first: Timer | null = null;
  let session = 0;
  let waiting = false;

  function beat(): void {
    // A round takes about a second at most; a heartbeat that still waits for one is enough.
    if (waiting) return;
    waiting = true;
    const begunIn = session;
    selfCheck.round((round: CanaryRound) => {
      if (begunIn !== session) return;
      waiting = false;
      const { answers, mustFailHeld } = round;
      const lastOutage = deps.lastOutage?.();
      deps.send({ ...deps.facts(), canaries: answers, mustFailHeld, lastOutage });
    });
  }

  function beatFirst(): void {
    if (!first) return;
    first.cancel();
    first = null;
    beat();
  }

  function end(): void {
    session += 1;
    waiting = false;
    first?.cancel();
    first = null;
    for (const timer of timers) timer.cancel();
    timers = [];
  }

  return {
    end,
    canariesKnown: beatFirst,
    begin(heartbeatMs) {
      end();
      first = clock.after(FIRST_WAIT_MS, beatFirst);
      timers = [clock.every(heartbeatMs, beat)];
    },
  };
}
