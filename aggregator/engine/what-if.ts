/**
 * A replay: the recorded log is folded once as it was, and from a moment on once more with changed
 * targets. Both folds are the engine's own; nothing they give is committed, and nobody is asked to
 * look. What the probes looked at was chosen by the policy of the time, and stays so.
 */
import type { Clock } from "../../shared/clock.ts";
import type { ReplayReport } from "../../shared/api/replay.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { Target } from "../../shared/target.ts";
import type { LogChapter, Store } from "../ports.ts";
import type { LogEvent } from "../verdict/event.ts";
import type { VerdictSettings } from "../verdict/settings.ts";
import { restoreSnapshot } from "../verdict/restore.ts";
import { takeSnapshot } from "../verdict/snapshot.ts";
import { createState } from "../verdict/state.ts";
import type { EngineState } from "../verdict/state.ts";
import { eventsAfter, foldEvent } from "./fold.ts";
import { compareWithRecord } from "./record.ts";
import { loadState } from "./loading.ts";
import { account, closeAccount, createSide } from "./what-if-side.ts";
import type { Period, Side } from "./what-if-side.ts";
import { reportOf } from "./what-if-report.ts";

/** What a replay works with. */
export interface WhatIfDeps {
  store: Pick<Store, "log" | "events">;
  clock: Clock;
  log: Log;
  /** Settings of a fold that begins with the first event; a chapter has its own. */
  settings: VerdictSettings;
}

/** What is replayed. */
export interface WhatIf {
  sinceMs: number;
  /** Null: to the end of the log. */
  untilMs: number | null;
  /** Id of the only target that is changed and looked at; null: all. */
  targetId: string | null;
  /** The target as the replay has it; null: as it was. */
  change: ((target: Target) => Target) | null;
  signal: AbortSignal;
  /** Told where the replay begins and ends, before it folds. */
  onBegin: (found: { reachesBackToMs: number; sinceMs: number; untilMs: number }) => void;
  /** Told the share that is folded. */
  onProgress: (share: number) => void;
}

/** Folding in one go, before the live engine has its turn. */
const SLICE_MS = 8;
/** Rest after a slice: a replay takes at most half of the processor. */
const REST_MS = 8;

/** One of the folds. */
interface Fold {
  state: EngineState;
  side: Side;
}

interface Folding {
  deps: WhatIfDeps;
  whatIf: WhatIf;
  period: Period;
  happened: Fold;
  /** The fold with the changes; null before they hold, and when there are none. */
  replayed: Fold | null;
  begun: boolean;
  sliceEndsMs: number;
}

/** Replays; rejects with QuorateError when it cannot, and with "conflict" when it was cancelled. */
export async function replayWhatIf(deps: WhatIfDeps, whatIf: WhatIf): Promise<ReplayReport> {
  const { store, clock } = deps;
  const end = await store.log.position();
  const begin = await beginning(deps, whatIf.sinceMs);
  const sinceMs = Math.max(whatIf.sinceMs, begin.state.atMs, begin.reachesBackToMs);
  const untilMs = Math.max(sinceMs, Math.min(whatIf.untilMs ?? Infinity, end.atMs));
  const period = { sinceMs, untilMs, targetId: whatIf.targetId };
  whatIf.onBegin({ reachesBackToMs: begin.reachesBackToMs, sinceMs, untilMs });
  const folding: Folding = {
    deps,
    whatIf,
    period,
    happened: { state: begin.state, side: createSide(period) },
    replayed: null,
    begun: false,
    sliceEndsMs: clock.monoMs() + SLICE_MS,
  };
  const firstSeq = begin.state.seq;
  let events = 0;
  for await (const group of eventsAfter(store.log, firstSeq)) {
    for (const event of group) {
      if (event.seq > end.seq || event.atMs > untilMs) return finish(folding, events);
      if (!folding.begun && event.atMs >= sinceMs) beginPeriod(folding);
      foldBoth(folding, event);
      events += 1;
      if (clock.monoMs() >= folding.sliceEndsMs) await rest(folding);
    }
    whatIf.onProgress(((group.at(-1)?.seq ?? 0) - firstSeq) / Math.max(1, end.seq - firstSeq));
  }
  return finish(folding, events);
}

/** The state to begin with: of the newest chapter before that can be read, else of the oldest. */
async function beginning(
  { store, settings }: WhatIfDeps,
  sinceMs: number,
): Promise<{ state: EngineState; reachesBackToMs: number }> {
  const readable: { chapter: LogChapter; state: EngineState }[] = [];
  for (const chapter of await store.log.chapters()) {
    if (readable.length > 0 && chapter.atMs > sinceMs) break;
    if (chapter.seq === 0) {
      readable.push({ chapter, state: createState(settings) });
      continue;
    }
    const head = await store.log.chapter(chapter.seq);
    const state = head && (await loadState(store.log, chapter.seq, head));
    if (state) readable.push({ chapter, state });
  }
  const oldest = readable[0];
  const chosen = readable.at(-1);
  if (oldest && chosen) {
    return { state: chosen.state, reachesBackToMs: oldest.chapter.atMs };
  }
  throw new QuorateError(
    "unavailable",
    "The log cannot be replayed: expected a first event, or a chapter that this version reads. " +
      "A chapter is kept each day; is the log kept at all (--keep-log)?",
  );
}

/** From here on things are compared, and the changes hold. */
function beginPeriod(folding: Folding): void {
  folding.begun = true;
  const { happened, whatIf, period, deps } = folding;
  foldBoth(folding, { seq: 0, atMs: period.sinceMs, body: { type: "tick" } });
  const { change } = whatIf;
  if (change === null) return;
  const state = restoreSnapshot(takeSnapshot(happened.state));
  folding.replayed = { state, side: createSide(period) };
  const { atMs } = state;
  for (const { target } of state.targets.values()) {
    const body = { type: "target_set", target: changed(folding, target) } as const;
    foldEvent(state, { seq: 0, atMs, body }, deps.log);
  }
}

function changed({ whatIf }: Folding, target: Target): Target {
  const { change, targetId } = whatIf;
  if (change === null || (targetId !== null && target.id !== targetId)) return target;
  return change(target);
}

function foldBoth(folding: Folding, event: LogEvent): void {
  const { happened, replayed, deps } = folding;
  account(happened.side, happened.state, foldEvent(happened.state, event, deps.log));
  if (!replayed) return;
  const { body } = event;
  const other =
    body.type === "target_set"
      ? { ...event, body: { ...body, target: changed(folding, body.target) } }
      : event;
  account(replayed.side, replayed.state, foldEvent(replayed.state, other, deps.log));
}

async function rest(folding: Folding): Promise<void> {
  const { clock } = folding.deps;
  await new Promise<void>((resolve) => void clock.after(REST_MS, resolve));
  if (folding.whatIf.signal.aborted) throw new QuorateError("conflict", "It was cancelled.");
  folding.sliceEndsMs = clock.monoMs() + SLICE_MS;
}

async function finish(folding: Folding, events: number): Promise<ReplayReport> {
  if (!folding.begun) beginPeriod(folding);
  const { happened, replayed, deps, period } = folding;
  closeAccount(happened.side, happened.state);
  if (replayed) closeAccount(replayed.side, replayed.state);
  const { targetId } = period;
  const targets = [...happened.state.targets.keys()];
  const record = await compareWithRecord(deps.store.events, {
    side: happened.side,
    targets: targetId === null ? targets : [targetId],
    evaluatedMs: happened.state.evaluatedMs,
  });
  return reportOf({
    happened: happened.side,
    replayed: replayed?.side ?? happened.side,
    targets: targetId === null ? targets.length : 1,
    events,
    record,
  });
}
