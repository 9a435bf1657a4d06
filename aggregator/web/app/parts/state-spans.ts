/** Times that a target spent in one state. */
import type { ApiTransition } from "../../../../shared/api/verdict.ts";
import type { VerdictState } from "../../../../shared/verdict.ts";

/** A part of time. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** A time in one verdict state. */
export interface StateSpan extends Span {
  state: VerdictState;
}

/** Times in one state, from transitions newest first. */
export function stateSpans(
  transitions: readonly ApiTransition[],
  range: Span,
  present: VerdictState,
): StateSpan[] {
  const spans: StateSpan[] = [];
  let { toMs } = range;
  for (const { at, to } of transitions) {
    const fromMs = Date.parse(at);
    if (fromMs < toMs) spans.unshift({ fromMs: Math.max(range.fromMs, fromMs), toMs, state: to });
    toMs = Math.min(toMs, fromMs);
    if (toMs <= range.fromMs) return spans;
  }
  const first = transitions.at(-1);
  if (first === undefined) return [{ ...range, state: present }];
  if (toMs > range.fromMs && first.number > 1) {
    spans.unshift({ fromMs: range.fromMs, toMs, state: first.from });
  }
  return spans;
}
