/** Keeps what became of deliveries: those that end together are one write to the disk. */
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { Random } from "../../shared/random.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { DeliveryUpdate, NotificationStore } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import type { Waits } from "./waits.ts";

/** What a recorder works with. */
export interface RecorderDeps {
  store: { notifications: Pick<NotificationStore, "recordAll"> };
  random: Random;
  log: Log;
  waits: Waits;
  /** Deliveries in flight. */
  inFlight: () => number;
}

/** With so few in flight there is nobody to wait for. */
const FEW = 8;

/** Resolves once the update is kept, or once there is no time left for another try. */
export type KeepUpdate = (update: DeliveryUpdate) => Promise<void>;

interface Waiting {
  update: DeliveryUpdate;
  resolve: () => void;
}

/**
 * Creates a recorder. It tries as often as it takes, and a notification stays in flight meanwhile:
 * given free, it would be sent again each time that the disk is still full. What waits is bounded
 * by what is in flight.
 */
export function createRecorder({ store, random, log, waits, inFlight }: RecorderDeps): KeepUpdate {
  let waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Sends that end in this turn of the event loop are kept together: a write to the disk costs
      // as much for sixty of them as for one.
      if (inFlight() > FEW) await nextTurn();
      const batch = waiting;
      waiting = [];
      await keep(batch.map(({ update }) => update));
      for (const { resolve } of batch) resolve();
    }
    running = false;
  }

  async function keep(updates: readonly DeliveryUpdate[]): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await store.notifications.recordAll(updates);
        return;
      } catch (error) {
        const facts = { deliveries: updates.length, error: messageOf(error) };
        log.error(facts, "Deliveries cannot be recorded, trying again.");
        if (!(await waits.wait(backoffMs(failures, random)))) return;
      }
    }
  }

  return (update) =>
    new Promise((resolve) => {
      waiting.push({ update, resolve });
      if (running) return;
      running = true;
      void run();
    });
}
