/**
 * What HAProxy is told of a verdict, in the words of its agent check.
 * Source: https://docs.haproxy.org/2.6/configuration.html#5.2-agent-check
 *
 * | verdict | reply | what HAProxy does |
 * |---|---|---|
 * | any, in maintenance | `drain` | no new connections but those of persistence |
 * | down, sub_healthy | `down # why` | takes the server out |
 * | up, recovering | `up 100%` | puts it back in |
 * | degraded, partial | `up N%` | fewer connections |
 * | unknown, suspect | `100%` | a weight alone changes no state |
 *
 * `ready` goes before `up` where a drain has to be taken back. It is not said for ever, because it
 * also takes back a drain that an operator gave to HAProxy itself.
 */
import { standingOf } from "../../shared/standing.ts";
import type { VerdictState } from "../../shared/verdict.ts";

/** What a reply is made of. */
export interface AgentFacts {
  state: VerdictState;
  maintenance: boolean;
  /** Whether a drain may have been told before, that has to be taken back. */
  ready: boolean;
  /** Part of the witnesses or checks that succeed, 0 to 1; null: not known, the weight stays. */
  share: number | null;
  /** Why it is bad, as a sentence. */
  reason: string;
}

/** A reply that changes no state; the comment is shown on HAProxy's page of statistics. */
export function neutralReply(comment: string): string {
  return `100% # ${oneLine(comment)}\n`;
}

/** The reply, one line. */
export function agentReply({ state, maintenance, ready, share, reason }: AgentFacts): string {
  if (maintenance) return "drain\n";
  if (standingOf(state) === "not_serving") return `down # ${oneLine(reason)}\n`;
  if (state === "unknown" || state === "suspect") return neutralReply(state);
  const words = ready ? "up ready" : "up";
  const weight = state === "degraded" || state === "partial" ? share : 1;
  return weight === null ? `${words}\n` : `${words} ${percent(weight)}%\n`;
}

/** At least 1: nothing would be sent to a server of weight 0, and it is not down. */
const percent = (share: number): number => Math.max(1, Math.min(100, Math.round(100 * share)));

/** HAProxy's page of statistics has room for about this much. */
const REASON_CHARS_MAX = 120;

function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, " ");
  return line.length <= REASON_CHARS_MAX ? line : `${line.slice(0, REASON_CHARS_MAX - 1)}…`;
}
