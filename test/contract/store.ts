/** What every store must do, whatever stands behind it. */
import { test } from "node:test";
import { ARCHIVE_TESTS } from "./store/archive.ts";
import { EFFECT_TESTS } from "./store/effects.ts";
import type { StoreHarness } from "./store/harness.ts";
import { HISTORY_TESTS } from "./store/history.ts";
import { LOG_TESTS } from "./store/log.ts";
import { NOTIFICATION_TESTS } from "./store/notifications.ts";
import { NOUN_TESTS } from "./store/nouns.ts";
import { UPTIME_TESTS } from "./store/uptime.ts";

/** Registers the contract's tests for the stores that `open` makes. */
export function storeContract(kind: string, open: () => Promise<StoreHarness>): void {
  const tests = [
    LOG_TESTS,
    ARCHIVE_TESTS,
    EFFECT_TESTS,
    NOTIFICATION_TESTS,
    NOUN_TESTS,
    HISTORY_TESTS,
    UPTIME_TESTS,
  ].flat();
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
