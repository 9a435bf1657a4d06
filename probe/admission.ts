/** Which looks start now: as many as there are places and time for; the others wait their turn. */
import type { Clock } from "../shared/clock.ts";
import { createPace } from "./pace.ts";
import { lateLimitMs } from "./scheduler.ts";
import type { Look } from "./seat.ts";
import { createWaiting } from "./waiting.ts";

/** What admission needs. */
export interface AdmissionDeps {
  clock: Clock;
  /** Looks at the same time. */
  runningMax: number;
  /** Looks that run now. */
  running: () => number;
  start: (look: Look) => void;
  /** A look cannot start in time any more. */
  tooLate: (look: Look) => void;
  /** Looks wait for what the next tick allows: it must not be passed over. */
  tickSoon: () => void;
}

/** Admits looks. */
export interface Admission {
  /** Starts a look, or lets it wait behind those that wait already. */
  submit(look: Look): void;
  /** A place may have become free. */
  startWaiting(): void;
  /** A tick came this late, after so much rest: more looks may start, or fewer. */
  tick(lagMs: number, idleMs: number): void;
  /** Forgets those that wait. */
  stop(): void;
}

/** Creates an admission where nobody waits. */
export function createAdmission(deps: AdmissionDeps): Admission {
  const { clock, runningMax } = deps;
  const waiting = createWaiting();
  const pace = createPace();

  const hasPlace = (): boolean => deps.running() < runningMax && pace.mayStart();
  const isLate = (look: Look): boolean => isTooLate(look, clock.monoMs());

  function start(look: Look): void {
    pace.started();
    deps.start(look);
  }

  function startWaiting(): void {
    while (waiting.size() > 0 && hasPlace()) {
      const look = waiting.next();
      if (look && isWanted(look)) start(look);
    }
    if (waiting.size() > 0) deps.tickSoon();
  }

  return {
    startWaiting,
    submit(look) {
      if (waiting.size() === 0 && hasPlace()) return start(look);
      if (look.attempt === 0) look.seat.waiting = look;
      waiting.push(look);
      startWaiting();
    },
    tick(lagMs, idleMs) {
      pace.tick(lagMs, idleMs);
      waiting.shed(isLate, deps.tooLate);
      startWaiting();
    },
    stop() {
      for (let look = waiting.next(); look; look = waiting.next()) look.state = "over";
    },
  };
}

/** Whether a scheduled look is later than its interval allows. */
export function isTooLate(look: Look, nowMonoMs: number): boolean {
  const lateMs = nowMonoMs - look.slotMonoMs;
  return look.attempt === 0 && lateMs > lateLimitMs(look.target.intervalMs);
}

/** An attempt whose burst was ended while it waited is not made. */
function isWanted(look: Look): boolean {
  return look.state === "waiting" && (look.burst === null || look.seat.burst === look.burst);
}
