/** Plans windows of maintenance from time to time, ahead of their begin. */
import type { Clock, Timer } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { MaintenanceService } from "./maintenance.ts";

/** Shorter than the shortest window, so that the next one is always planned before it begins. */
const EVERY_MS = 20_000;

/** The rounds of one aggregator. */
export interface MaintenanceRounds {
  start(): void;
  /** Lets a running round finish, and stops. */
  stop(): Promise<void>;
}

/** Creates the rounds. */
export function createMaintenanceRounds(deps: {
  maintenance: Pick<MaintenanceService, "plan">;
  clock: Clock;
  log: Log;
}): MaintenanceRounds {
  const { maintenance, clock, log } = deps;
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;

  function round(): void {
    running ??= maintenance
      .plan()
      .catch((error: unknown) => {
        const sentence = "Windows of maintenance could not be planned; trying again soon.";
        log.error({ error: messageOf(error) }, sentence);
      })
      .finally(() => {
        running = null;
      });
  }

  return {
    start: () => {
      round();
      timer = clock.every(EVERY_MS, round);
    },
    stop: async () => {
      timer?.cancel();
      await running;
    },
  };
}
