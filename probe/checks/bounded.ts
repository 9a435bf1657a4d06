/** Expressions of operators run on answers of strangers, so their time is bounded. */
import { createContext, Script } from "node:vm";
import type { Context } from "node:vm";
import { messageOf, QuorateError, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";

/** What a bounded piece of work gave, or that its time was up. */
export type Bounded<Value> = { value: Value } | { tooLong: true };

const room: { context?: Context; script?: Script } = {};

/**
 * Runs synchronous work, and stops it after LIMITS.expressionMsMax. V8 looks for the stop while it
 * backtracks in a regular expression, so a catastrophic one cannot hold the process. Costs about
 * 90 µs (a watchdog thread), so only work that can run away goes through here.
 */
export function runBounded<Value>(work: () => Value): Bounded<Value> {
  room.context ??= createContext({ work: undefined });
  room.script ??= new Script("work()");
  let answer: Bounded<Value> = { tooLong: true };
  room.context["work"] = () => {
    answer = { value: work() };
  };
  try {
    room.script.runInContext(room.context, { timeout: LIMITS.expressionMsMax });
  } catch (thrown) {
    if (systemCodeOf(thrown) !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw thrown;
  } finally {
    room.context["work"] = undefined;
  }
  return answer;
}

/** A compiled pattern that finds its first match in at most LIMITS.expressionCharsMax of a text. */
export interface Pattern {
  /** The first match; null if there is none. */
  find(text: string): Bounded<Match | null>;
}

/** Where a pattern matched. */
export interface Match {
  start: number;
  end: number;
  /** What its first group matched; undefined if it has none. */
  group: string | undefined;
}

/** Compiles a pattern of an option; throws QuorateError "invalid" with the path given. */
export function compilePattern(source: string, path: string, flags = ""): Pattern {
  let expression: RegExp;
  try {
    expression = new RegExp(source, flags);
  } catch (thrown) {
    const message = `expected a regular expression: ${messageOf(thrown)}`;
    throw new QuorateError("invalid", `${path}: ${message}.`, [
      { path, message, value: JSON.stringify(source.slice(0, 80)) },
    ]);
  }
  // Without quantifiers and back references there is nothing to backtrack into.
  const simple = !/[*+?{]|\\[1-9k]/.test(source);
  const match = (text: string): Match | null => {
    const found = expression.exec(text.slice(0, LIMITS.expressionCharsMax));
    if (found === null) return null;
    return { start: found.index, end: found.index + found[0].length, group: found[1] };
  };
  return {
    find: (text) => (simple ? { value: match(text) } : runBounded(() => match(text))),
  };
}
