/** Rules that can be switched off, to see what each is worth, and what that means. */
import type { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { HeartbeatEvent } from "../../aggregator/verdict/event.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import type { VerdictSettings } from "../../aggregator/verdict/settings.ts";
import type { FaultKind } from "./faults.ts";

/** A rule, and the faults that it is there for. */
interface RuleFacts {
  text: string;
  /** Faults under which it shows what it is worth, how often they come, and to how many probes. */
  stress: { kinds: readonly FaultKind[]; rate: number; vantages: number };
}

const SILENCE = ["crash", "control"] as const;

/** The rules that cost complexity. */
export const RULES = {
  certificate: {
    text: "a failure needs a canary that passed after it",
    stress: { kinds: ["uplink", "data_uplink", ...SILENCE], rate: 500, vantages: 3 },
  },
  challenge: {
    text: "successes older than a suspicion must be refreshed or lapse",
    stress: { kinds: ["transit", "power"], rate: 200, vantages: 5 },
  },
  resolver: {
    text: "probes that fail through one resolver are one witness",
    stress: { kinds: ["resolver", ...SILENCE], rate: 500, vantages: 5 },
  },
  coverage: {
    text: "half of the roster's domains must fail, not only two",
    stress: { kinds: ["egress", "liar_failing", "uplink", ...SILENCE], rate: 500, vantages: 5 },
  },
  quarantine: {
    text: "unwell, blind and intercepted probes are set aside",
    stress: {
      kinds: ["overload", "egress", "liar_failing", "liar_given_away", ...SILENCE],
      rate: 500,
      vantages: 5,
    },
  },
  recheck: {
    text: "the first failure makes everybody look again at once",
    stress: { kinds: ["refused", "hanging", "wrong"], rate: 20, vantages: 5 },
  },
} as const satisfies Record<string, RuleFacts>;

/** Name of a rule that can be switched off. */
export type Rule = keyof typeof RULES;

/** Whether a text names a rule. */
export function isRule(text: string): text is Rule {
  return Object.hasOwn(RULES, text);
}

/** The names of all rules, in the order of the table. */
export const RULE_NAMES: readonly Rule[] = Object.keys(RULES).filter(isRule);

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
