/** Counts of a test run, read from the TAP text that node:test writes. */

/** How many tests passed, failed and were skipped, and why those were skipped. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  skipReasons: string[];
}

/** A tally of nothing. */
export const EMPTY_TALLY: Tally = { passed: 0, failed: 0, skipped: 0, skipReasons: [] };

/** The last `# <name> <count>` line of the summary; null when the run did not come to its end. */
function countOf(tap: string, name: string): number | null {
  const lines = [...tap.matchAll(new RegExp(`^# ${name} (\\d+)$`, "gm"))];
  const last = lines.at(-1)?.[1];
  return last === undefined ? null : Number(last);
}

/**
 * Reads a run's counts. A text without the summary is a run that was cut off: one failure. A
 * cancelled test is a failure; a test marked as to be done is counted as skipped.
 */
export function parseTap(tap: string): Tally {
  const counts = ["pass", "fail", "cancelled", "skipped", "todo"].map((name) => countOf(tap, name));
  const [passed, failed, cancelled, skipped, todo] = counts.map((count) => count ?? 0);
  const isWhole = counts.every((count) => count !== null);
  const skipReasons = [
    ...tap.matchAll(/^\s*(?:not )?ok \d+ - (.*) # (?:SKIP|TO[D]O) ?(.*)$/gm),
  ].map(([, name = "", reason = ""]) => (reason === "" ? `${name} (no reason given)` : reason));
  return {
    passed: passed ?? 0,
    failed: (failed ?? 0) + (cancelled ?? 0) + (isWhole ? 0 : 1),
    skipped: (skipped ?? 0) + (todo ?? 0),
    skipReasons,
  };
}

/** The sum of several tallies; each reason for a skip is kept once. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  const sum = (pick: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + pick(tally), 0);
  return {
    passed: sum((tally) => tally.passed),
    failed: sum((tally) => tally.failed),
    skipped: sum((tally) => tally.skipped),
    skipReasons: [...new Set(tallies.flatMap((tally) => tally.skipReasons))],
  };
}

/** The plain last line of the test command: `12 passed, 0 failed, 1 skipped`. */
export function tallyLine(tally: Tally): string {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}
