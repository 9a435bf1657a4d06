/** How far the log is compacted: what is read from blocks, and what still from the log. */
import type { Facts } from "./facts.ts";

/**
 * The frontier. Results of log rows up to `compactedSeq` are in blocks. Those after it, up to
 * `packingSeq`, are in blocks for targets whose handle is below `packingHandle`, and in the log
 * for the others. It is kept in the transaction that writes the blocks, so that a process killed
 * at any moment goes on where it was, and no result is read twice or missed.
 */
export interface Frontier {
  compactedSeq: number;
  packingSeq: number;
  packingHandle: number;
}

/** The frontier as it was left. */
export function loadFrontier(facts: Facts): Frontier {
  return {
    compactedSeq: facts.get("compacted_seq"),
    packingSeq: facts.get("packing_seq"),
    packingHandle: facts.get("packing_handle"),
  };
}

/** Keeps the frontier, inside the caller's transaction. */
export function keepFrontier(facts: Facts, frontier: Frontier): void {
  facts.set("compacted_seq", frontier.compactedSeq);
  facts.set("packing_seq", frontier.packingSeq);
  facts.set("packing_handle", frontier.packingHandle);
}

/** Log rows after this seq hold the results of a target that are not in blocks. */
export function tailStart(frontier: Frontier, handle: number): number {
  return handle < frontier.packingHandle ? frontier.packingSeq : frontier.compactedSeq;
}
