/** Uptime: each time that a target spent in one state is told when it is over. */
import type { Window } from "./probes.ts";
import type { TargetRecord } from "./state.ts";

/** Ends the present span when the state, or being under maintenance, has changed. */
export function updateSpan(target: TargetRecord, window: Window): void {
  const { span, state } = target;
  const maintenance = target.maintenance !== null;
  if (span.state === state && span.maintenance === maintenance) return;
  endSpan(target, window);
  target.span = { fromMs: window.atMs, state, maintenance };
}

/** Tells the present span of a target as over. */
export function endSpan({ id: targetId, span }: TargetRecord, window: Window): void {
  const { atMs: toMs, effects } = window;
  if (toMs > span.fromMs) effects.push({ type: "uptime", targetId, toMs, ...span });
}
