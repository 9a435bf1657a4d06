/** Replays as jobs: one runs at a time, a few are kept with what came of them. */
import type { ApiReplay } from "../../shared/api/replay.ts";
import { isoTime } from "../../shared/clock.ts";
import { QuorateError, messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { ReplayOrder, Replays } from "../ports.ts";
import { replayWhatIf } from "./what-if.ts";
import type { WhatIfDeps } from "./what-if.ts";

/** What replays work with. */
export interface ReplaysDeps extends WhatIfDeps {
  random: Random;
}

interface Job {
  shown: ApiReplay;
  cancel: AbortController;
  over: Promise<unknown>;
}

/** Creates the replays of an aggregator. */
export function createReplays(deps: ReplaysDeps): Replays {
  const { clock, random } = deps;
  const jobs = new Map<string, Job>();
  let running: Job | null = null;
  return {
    start(order) {
      if (running) {
        const { id: other } = running.shown;
        const sentence = `The replay ${other} runs, and one runs at a time.`;
        throw new QuorateError("conflict", `${sentence} Wait for it, or delete it.`);
      }
      const id = newId(random, "rpl");
      const shown = newReplay(id, order, clock.wallMs());
      const cancel = new AbortController();
      const job: Job = { shown, cancel, over: Promise.resolve() };
      running = job;
      jobs.set(id, job);
      const [oldest] = jobs.keys();
      if (jobs.size > LIMITS.replaysMax && oldest !== undefined) jobs.delete(oldest);
      job.over = run(deps, job, order).finally(() => (running = null));
      return shown;
    },
    get: (id) => jobs.get(id)?.shown ?? null,
    remove(id) {
      jobs.get(id)?.cancel.abort();
      return jobs.delete(id);
    },
    async close() {
      running?.cancel.abort();
      await running?.over;
    },
  };
}

function newReplay(id: string, order: ReplayOrder, wallMs: number): ApiReplay {
  return {
    id,
    state: "running",
    progress: 0,
    startedAt: isoTime(wallMs),
    finishedAt: null,
    askedSinceAt: isoTime(order.sinceMs),
    sinceAt: isoTime(order.sinceMs),
    reachesBackToAt: null,
    untilAt: order.untilMs === null ? null : isoTime(order.untilMs),
    target: order.target?.spec.name ?? null,
    changes: order.changes,
    error: null,
    report: null,
  };
}

async function run(deps: ReplaysDeps, job: Job, order: ReplayOrder): Promise<void> {
  const { shown, cancel } = job;
  try {
    shown.report = await replayWhatIf(deps, {
      sinceMs: order.sinceMs,
      untilMs: order.untilMs,
      targetId: order.target?.id ?? null,
      change: order.change,
      signal: cancel.signal,
      onBegin({ reachesBackToMs, sinceMs, untilMs }) {
        shown.reachesBackToAt = isoTime(reachesBackToMs);
        shown.sinceAt = isoTime(sinceMs);
        shown.untilAt = isoTime(untilMs);
      },
      onProgress: (share) => void (shown.progress = Math.min(1, share)),
    });
    shown.progress = 1;
    shown.state = "done";
  } catch (error) {
    shown.state = cancel.signal.aborted ? "cancelled" : "failed";
    shown.error = messageOf(error);
    if (!(error instanceof QuorateError)) {
      deps.log.error({ replay: shown.id, error: messageOf(error) }, "A replay failed.");
    }
  }
  shown.finishedAt = isoTime(deps.clock.wallMs());
}
