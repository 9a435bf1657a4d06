/** Notes on a vantage: of half a million vantages nearly none has any. */

/** What is told of a vantage beside its evidence, since the last edit. */
export interface PairNotes {
  /** Sentence of the newest failure; empty after a success. */
  detail: string;
  /** Results that say nothing, failures without a certificate, and results that came late. */
  voids: number;
  uncertified: number;
  late: number;
}

/** Shared by all vantages of which nothing is noted. */
export const NO_NOTES: PairNotes = Object.freeze({ detail: "", voids: 0, uncertified: 0, late: 0 });

/** The notes of a vantage, its own from now on: they are about to change. */
export function ownNotes(pair: { notes: PairNotes }): PairNotes {
  if (pair.notes === NO_NOTES) pair.notes = { ...NO_NOTES };
  return pair.notes;
}
