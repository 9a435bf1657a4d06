/** One look at a target, for tests. */
import { systemClock } from "../../shared/clock.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import { prepareCheck } from "../../probe/checks/index.ts";
import { runCheck } from "../../probe/checks/run.ts";

/** How a test looks. */
export interface LookOptions {
  /** Default 5000. */
  timeoutMs?: number;
  sourceAddress?: string;
  /** Secrets of the probe that looks. Default none. */
  secrets?: Record<string, string>;
}

/** Prepares a check and looks once. */
export function lookAt(
  kind: string,
  options: Record<string, unknown>,
  { timeoutMs = 5_000, sourceAddress, secrets = {} }: LookOptions = {},
): Promise<CheckOutcome> {
  const clock = systemClock();
  const check = prepareCheck(kind, options, { secrets: (name) => secrets[name] });
  return runCheck(check, { clock, timeoutMs, sourceAddress });
}

/** "class reason", the part of an outcome that most tests assert. */
export function said(outcome: CheckOutcome): string {
  return `${outcome.class} ${outcome.reason}`;
}
