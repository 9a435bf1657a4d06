/** What every store must do, whatever stands behind it. */
import { test } from "node:test";
import type { Store } from "../../aggregator/ports.ts";
import type { SimClock } from "../helpers/sim-clock.ts";
import { EFFECT_TESTS } from "./store/effects.ts";
import { HISTORY_TESTS } from "./store/history.ts";
import { LOG_TESTS } from "./store/log.ts";
import { NOTIFICATION_TESTS } from "./store/notifications.ts";
import { NOUN_TESTS } from "./store/nouns.ts";

/** A store under test. */
export interface StoreHarness {
  store: Store;
  /** The clock that the store was given. */
  clock: SimClock;
  /** Closes the store and opens what it left; null when nothing outlives it. */
  reopen: (() => Promise<Store>) | null;
  /** Closes the store that is open and removes what it left. */
  dispose(): Promise<void>;
}

/** One thing every store must do: a statement, and how it is shown. */
export type StoreTest = readonly [
  statement: string,
  show: (harness: StoreHarness) => Promise<void>,
];

/** Registers the contract's tests for the stores that `open` makes. */
export function storeContract(kind: string, open: () => Promise<StoreHarness>): void {
  const tests = [LOG_TESTS, EFFECT_TESTS, NOTIFICATION_TESTS, NOUN_TESTS, HISTORY_TESTS].flat();
  for (const [statement, show] of tests) {
    test(`${kind}: ${statement}`, async () => {
      const harness = await open();
      try {
        await show(harness);
      } finally {
        await harness.dispose();
      }
    });
  }
}
