/** A large commit in parts, so that a storm of thousands of targets is not one long transaction. */
import type { EffectsCommit } from "../ports.ts";

/** Rows of one part: some 20 ms to write. */
const PART_ROWS = 1_000;

/**
 * The parts, in their order: the tick, without which a replay would not give the rest again; what
 * the effects did; the events that tell of it; and at last, in one transaction, everything that
 * alerting planned. `factEvents`: so many events, the first, are of effects and not of the plan.
 */
export function* partsOf(commit: EffectsCommit, factEvents: number): Generator<EffectsCommit> {
  const { incidents, transitions, spans } = commit;
  const rows = incidents.length + transitions.length + spans.length + factEvents;
  if (rows <= PART_ROWS) {
    yield commit;
    return;
  }
  const facts = commit.events.slice(0, factEvents);
  const part = { ...nothing(commit.atMs), partial: true };
  if (commit.tick !== null) yield { ...part, tick: commit.tick };
  for (const some of slicesOf(incidents)) yield { ...part, incidents: some };
  for (const some of slicesOf(transitions)) yield { ...part, transitions: some };
  for (const some of slicesOf(spans)) yield { ...part, spans: some };
  for (const some of slicesOf(facts)) yield { ...part, events: some };
  const { atMs, notifications, released, alerts } = commit;
  const events = commit.events.slice(factEvents);
  yield { ...nothing(atMs), events, notifications, released, alerts };
}

function nothing(atMs: number): EffectsCommit {
  const rows = { events: [], transitions: [], incidents: [], notifications: [], spans: [] };
  return { atMs, tick: null, ...rows };
}

function* slicesOf<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += PART_ROWS) {
    yield rows.slice(from, from + PART_ROWS);
  }
}
