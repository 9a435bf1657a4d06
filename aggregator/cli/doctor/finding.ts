/** What `quorate doctor` finds: one line each, with what to do about it. */

/** How bad a finding is. */
export type FindingLevel = "ok" | "warn" | "fail";

/** Where it was looked. */
export type FindingSide = "here" | "aggregator" | "mesh" | "probe";

/** One finding. */
export interface Finding {
  side: FindingSide;
  /** What was looked at, such as `clock`. */
  check: string;
  level: FindingLevel;
  /** What was found, as a sentence. */
  text: string;
  /** What to do; empty when nothing has to be done. */
  advice: string;
}

/** Makes the findings of one side. */
export function findingsOf(side: FindingSide) {
  const make =
    (level: FindingLevel) =>
    (check: string, text: string, advice = ""): Finding => ({ side, check, level, text, advice });
  return { ok: make("ok"), warn: make("warn"), fail: make("fail") };
}
