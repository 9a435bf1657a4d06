/** The working half of a probe: from assignments to encoded batches; it knows nothing of a link. */
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { TimeAnchor } from "../shared/result.ts";
import { createAssigned } from "./assigned.ts";
import type { Assigned, AssignedTarget, PrepareCheck } from "./assigned.ts";
import { createBatcher } from "./batch.ts";
import { createDialer } from "./canary.ts";
import { createKeptChecks } from "./kept.ts";
import type { KeptChecks } from "./kept.ts";
import { createOverloadWatch } from "./overload.ts";
import { createRunner } from "./runner.ts";
import type { Runner } from "./runner.ts";
import { createScheduler } from "./scheduler.ts";
import type { Scheduler } from "./scheduler.ts";
import { createSelfCheck } from "./self-check.ts";
import type { SelfCheck } from "./self-check.ts";
import { idleReader } from "./vitals.ts";
import { waitUntil } from "./wait.ts";
import type { Views } from "./view.ts";
import { createWheel } from "./wheel.ts";
import type { Wheel } from "./wheel.ts";

/** What the working half needs. */
export interface WorkDeps {
  clock: Clock;
  log: Log;
  /** Names of the kinds of checks this probe can run. */
  kinds: readonly string[];
  prepareCheck: PrepareCheck;
  /** Local address that checks and canaries connect from; absent: the system's choice. */
  sourceAddress?: string | undefined;
  mustFailAddress: string | null;
  knownGoodName: string | null;
  /** The newest point where log time and our time met; null before the first welcome. */
  anchor: () => TimeAnchor | null;
  /** Is told of every assignment and every result. Default: nobody is. */
  views?: Pick<Views, "set" | "remove" | "take"> | undefined;
  /** Takes an encoded ResultBatch. */
  onBatch: (batch: Uint8Array) => void;
}

/** The working half of a probe. */
export interface Work {
  wheel: Wheel;
  assigned: Assigned;
  runner: Runner;
  selfCheck: SelfCheck;
  /** Whether it is asked for more than it can. */
  isOverloaded(): boolean;
  /** While draining nothing new is looked at; what runs is finished. */
  setDraining(draining: boolean): void;
  /** Aborts what runs, waits for it at most `patienceMs`, and gives the last batch out. */
  stop(patienceMs: number): Promise<void>;
}

/** Wires the working half; it stands still until its wheel is started. */
export function createWork(deps: WorkDeps): Work {
  const { clock, log, sourceAddress, anchor } = deps;
  const takeIdleMs = idleReader();
  const overload = createOverloadWatch({ clock, log });
  const wheel = createWheel({
    clock,
    onTick: (lagMs) => runner.tick(lagMs, takeIdleMs()),
    onSuspended(gapMs) {
      log.warn({ gapMs: Math.round(gapMs) }, "The process was suspended: what ran says nothing.");
      runner.suspended();
    },
  });
  const selfCheck = createSelfCheck({ ...deps, dialer: createDialer({ clock, sourceAddress }) });
  const batcher = createBatcher({ clock, onBatch: deps.onBatch });
  const runner = createRunner({
    clock,
    wheel,
    sourceAddress,
    anchor,
    certify: (resolver, done) => selfCheck.certify(resolver, done),
    record(result) {
      batcher.add(result);
      deps.views?.take(result);
    },
    onSkipped: (count) => overload.skipped(count),
  });
  const { due: onDue, addSkipped: onMissed } = runner;
  const scheduler = createScheduler({ clock, wheel, anchor, onDue, onMissed });
  const lookAgain = (target: AssignedTarget) => runner.recheck([target.handle], target.fall, 1);
  const kept = createKeptChecks({ lookAgain });
  const assigned = createAssigned({
    ...deps,
    ...bookHandlers({ runner, scheduler, kept, views: deps.views }),
  });
  return {
    wheel,
    assigned,
    runner,
    selfCheck,
    isOverloaded: overload.isOverloaded,
    setDraining(draining) {
      scheduler.setPaused(draining);
      runner.setBurstsAllowed(!draining);
    },
    async stop(patienceMs) {
      scheduler.setPaused(true);
      for (const part of [assigned, runner, kept, overload]) part.stop();
      const untilMs = clock.monoMs() + patienceMs;
      await waitUntil({ clock, untilMs, holds: () => runner.running() === 0 });
      // Failures that wait for a certificate are given out without one.
      selfCheck.stop();
      batcher.flush();
      wheel.stop();
    },
  };
}

/** Those who are told of assignments. */
interface Book {
  runner: Runner;
  scheduler: Scheduler;
  kept: KeptChecks;
  views: WorkDeps["views"];
}

function bookHandlers({ runner, scheduler, kept, views }: Book) {
  return {
    onSet: (target: AssignedTarget) => {
      kept.set(target);
      runner.set(target);
      scheduler.set(target);
      views?.set(target);
    },
    onRemoved: (handle: number) => {
      scheduler.remove(handle);
      runner.remove(handle);
      views?.remove(handle);
      kept.remove(handle);
    },
  };
}
