/**
 * Business calls that callers report: they can exonerate a target and feed its availability, and
 * can never bring it down. Reports of one reporter must come in order: a window that does not begin
 * after its last one was counted already.
 */
import { LIMITS } from "../../shared/limits.ts";
import { countCalls } from "./availability.ts";
import type { CallsEvent } from "./event.ts";
import { beforeChange, markTarget } from "./marks.ts";
import type { CallReporter, EngineState, TargetRecord } from "./state.ts";

/** Time for which successful calls exonerate. */
const CALLS_FRESH_MS = 60_000;
const REPORTER_FORGOTTEN_MS = 86_400_000;

/** Takes one report; one that was counted, or comes from too many reporters, is left out. */
export function takeCalls(state: EngineState, event: CallsEvent): void {
  const target = state.targets.get(event.targetId);
  if (!target) return;
  beforeChange(state, target);
  const { reporters, recent } = (target.calls ??= { reporters: [], recent: [] });
  const known = reporters.find(({ reporter }) => reporter === event.reporter);
  if (known && event.fromMs < known.toMs) return;
  if (!known && !makeRoom(reporters, state.atMs)) return;
  const record = known ?? { reporter: event.reporter, toMs: 0, counted: 0 };
  if (!known) reporters.push(record);
  record.toMs = event.toMs;
  countCalls(state, target, { record, successes: event.successes, failures: event.failures });
  // A caller's clock that is ahead is held to now; one that is behind leans against exoneration.
  const toMs = Math.min(event.toMs, state.atMs);
  const share = Math.min(1, CALLS_FRESH_MS / (event.toMs - event.fromMs));
  const successes = Math.floor(event.successes * share);
  if (successes === 0 || toMs + CALLS_FRESH_MS <= state.atMs) return;
  if (recent.length >= LIMITS.callReportsMax) recent.shift();
  recent.push({ toMs, successes });
  if (!target.quiet) markTarget(state, target);
}

/** Room for one more reporter: one that was not heard for a day is forgotten for it. */
function makeRoom(reporters: CallReporter[], atMs: number): boolean {
  if (reporters.length < LIMITS.callReportersMax) return true;
  const silent = reporters.findIndex(({ toMs }) => toMs < atMs - REPORTER_FORGOTTEN_MS);
  if (silent < 0) return false;
  reporters.splice(silent, 1);
  return true;
}

/** Successful calls of the last minute; forgets those before it. */
export function freshCalls(target: TargetRecord, atMs: number): number {
  const { calls } = target;
  if (calls === null || calls.recent.length === 0) return 0;
  calls.recent = calls.recent.filter(({ toMs }) => toMs + CALLS_FRESH_MS > atMs);
  return calls.recent.reduce((sum, { successes }) => sum + successes, 0);
}

/** When the next of the calls that count now is forgotten; Infinity when none counts. */
export function callsExpireMs({ calls }: TargetRecord): number {
  if (calls === null) return Infinity;
  return Math.min(Infinity, ...calls.recent.map(({ toMs }) => toMs + CALLS_FRESH_MS));
}
