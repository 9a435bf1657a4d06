/** What a test of the contract is given, and what it is. */
import type { Store } from "../../../aggregator/ports.ts";
import type { SimClock } from "../../helpers/sim-clock.ts";

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
