/** Whether a fold of the log gives what was recorded when it was folded first. */
import { LIMITS } from "../../shared/limits.ts";
import type { ReplayReport } from "../../shared/api/replay.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Store } from "../ports.ts";
import type { Side } from "./what-if-side.ts";

/** A fold that is compared. */
export interface Folded {
  side: Side;
  /** Ids of the targets at its end. */
  targets: readonly string[];
  /** The last boundary it evaluated: what was recorded later is none of its business. */
  evaluatedMs: number;
}

/** Targets that are looked up before others have their turn. */
const TARGETS_PER_TURN = 50;

/** Compares the transitions of a fold with the recorded ones, those of deleted targets too. */
export async function compareWithRecord(
  events: Pick<Store["events"], "transitions">,
  { side, targets, evaluatedMs }: Folded,
): Promise<ReplayReport["record"]> {
  const folded = new Map<string, Set<string>>();
  for (const { targetId, number, atMs, from, to } of side.transitions) {
    const known = folded.get(targetId) ?? new Set();
    folded.set(targetId, known.add(`${number} ${atMs} ${from} ${to}`));
  }
  let transitions = 0;
  let differing = 0;
  let looked = 0;
  for (const targetId of new Set([...targets, ...folded.keys()])) {
    const mine = folded.get(targetId) ?? new Set();
    for await (const text of recordedOf(events, { side, targetId, evaluatedMs })) {
      transitions += 1;
      if (!mine.delete(text)) differing += 1;
    }
    differing += mine.size;
    looked += 1;
    if (looked % TARGETS_PER_TURN === 0) await nextTurn();
  }
  // Beyond the bound the fold was only counted, so what was recorded there cannot be found.
  const left = side.transitionCount - side.transitions.length;
  return { transitions, differing: Math.max(0, differing - left) };
}

/** The recorded transitions of a target in the period, as texts. */
async function* recordedOf(
  events: Pick<Store["events"], "transitions">,
  { side, targetId, evaluatedMs }: Pick<Folded, "side" | "evaluatedMs"> & { targetId: string },
): AsyncGenerator<string> {
  const { sinceMs, untilMs } = side.period;
  let cursor: string | undefined;
  do {
    const page = await events.transitions(targetId, { cursor, limit: LIMITS.pageRowsMax });
    for (const { number, atMs, from, to } of page.rows) {
      // The newest come first.
      if (atMs < sinceMs) return;
      if (atMs <= Math.min(untilMs, evaluatedMs)) yield `${number} ${atMs} ${from} ${to}`;
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
