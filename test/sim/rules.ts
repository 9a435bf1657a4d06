/** Rules that can be switched off, to see what each is worth, and what that means. */
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { HeartbeatEvent } from "../../aggregator/verdict/event.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import type { VerdictSettings } from "../../aggregator/verdict/settings.ts";

/** The rules that cost complexity. */
export const RULES = {
  certificate: "a failure needs a canary that passed after it",
  challenge: "successes older than a suspicion must be refreshed or lapse",
  resolver: "probes that fail through one resolver are one witness",
  coverage: "half of the roster's domains must fail, not only two",
  quarantine: "unwell, blind and intercepted probes are set aside",
  recheck: "the first failure makes everybody look again at once",
} as const;

/** Name of a rule that can be switched off. */
export type Rule = keyof typeof RULES;

/** Whether a text names a rule. */
export function isRule(text: string): text is Rule {
  return Object.hasOwn(RULES, text);
}

/** A count that is never reached. */
const NEVER = 1_000_000_000;

/** Settings of the fold without some rules. */
export function settingsWithout(without: readonly Rule[]): VerdictSettings {
  const settings = { ...DEFAULT_SETTINGS, challenge: !without.includes("challenge") };
  if (!without.includes("quarantine")) return settings;
  return { ...settings, scoreQuarantine: NEVER, seesAllTargetsMin: NEVER };
}

/** Changes a batch to what it would say without some rules. */
export function stripBatch(batch: ResultBatch, without: readonly Rule[]): void {
  if (without.length === 0) return;
  for (const failure of batch.failures) {
    if (without.includes("certificate")) failure.certificate = 1;
    if (without.includes("resolver")) failure.resolver = "";
  }
}

/** A heartbeat as it would be heard without some rules: nobody is set aside for what it says. */
export function heardHeartbeat(heartbeat: HeartbeatEvent, without: readonly Rule[]) {
  if (!without.includes("quarantine")) return heartbeat;
  const canaries = heartbeat.canaries.map(({ id }) => ({ id, ok: true }));
  return { ...heartbeat, canaries, mustFailHeld: true, lagMs: 0, overloaded: false };
}
