/** What the probes of a benchmark said: outcomes, and how late their checks started. */
import type { Heartbeat, ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { OutcomeClass } from "../../shared/proto/gen/quorate/v1/mesh.ts";

/** Lateness beyond this counts as this. */
const LATE_MS_MAX = 10_000;

/** Counts since the last reset. */
export interface Tally {
  ok: number;
  /** Outcomes that say nothing about the target. */
  void: number;
  /** Outcomes that accuse the target. */
  failed: number;
  /** Checks that started more than a second after they were due. */
  late: number;
  /** The lateness that this share of the scheduled checks did not exceed, milliseconds. */
  lateMs(share: number): number;
  /** Longest time in which one target had no passed check, milliseconds. */
  gapMs: number;
  /** Targets that were looked at. */
  targets: number;
  /** Sentences of failures, each once, at most ten. */
  details: Set<string>;
  /** The last heartbeat. */
  heartbeat: Heartbeat | null;
}

/** A tally that can be fed. */
export interface TallyBook {
  take(batch: ResultBatch): void;
  beat(heartbeat: Heartbeat): void;
  read(): Tally;
  reset(): void;
}

/** Creates an empty tally. */
export function createTally(): TallyBook {
  const lateness = new Uint32Array(LATE_MS_MAX + 1);
  const sums = { ok: 0, void: 0, failed: 0, late: 0 };
  const details = new Set<string>();
  const passedMs = new Map<number, number>();
  let gapMs = 0;
  let heartbeat: Heartbeat | null = null;

  function take(batch: ResultBatch): void {
    const { outcome, lateMs, attempt, failures } = batch;
    for (let row = 0; row < outcome.length; row += 1) {
      const seen = outcome[row];
      if (seen === OutcomeClass.OUTCOME_CLASS_OK) passed(batch, row);
      else if (seen === OutcomeClass.OUTCOME_CLASS_VOID) sums.void += 1;
      else sums.failed += 1;
      const late = Math.min(LATE_MS_MAX, lateMs[row] ?? 0);
      if (attempt[row] !== 0 || seen === OutcomeClass.OUTCOME_CLASS_VOID) continue;
      lateness[late] = (lateness[late] ?? 0) + 1;
      if (late > 1_000) sums.late += 1;
    }
    for (const { reason, detail } of failures) {
      if (details.size < 10 && reason !== "too_late") details.add(`${reason}: ${detail}`);
    }
  }

  function passed({ handle, startMs, baseMonoMs }: ResultBatch, row: number): void {
    const atMs = baseMonoMs + (startMs[row] ?? 0);
    const target = handle[row] ?? 0;
    gapMs = Math.max(gapMs, atMs - (passedMs.get(target) ?? atMs));
    passedMs.set(target, atMs);
    sums.ok += 1;
  }

  function lateMs(share: number): number {
    let left = lateness.reduce((sum, count) => sum + count, 0) * share;
    return Math.max(
      0,
      lateness.findIndex((count) => (left -= count) <= 0),
    );
  }

  return {
    take,
    beat: (given) => void (heartbeat = given),
    read: () => ({ ...sums, details, heartbeat, lateMs, gapMs, targets: passedMs.size }),
    reset() {
      lateness.fill(0);
      details.clear();
      gapMs = 0;
      Object.assign(sums, { ok: 0, void: 0, failed: 0, late: 0 });
    },
  };
}
