/** A worker: the working half of a probe, in a process of its own. It knows no aggregator. */
import type { Clock, Timer } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { Assignments } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { TimeAnchor } from "../../shared/result.ts";
import type { PrepareCheck } from "../assigned.ts";
import { createIntake } from "../intake.ts";
import type { LoadKinds } from "../intake.ts";
import { processVitals } from "../vitals.ts";
import type { Vitals } from "../vitals.ts";
import { createWork } from "../work.ts";
import type { Work } from "../work.ts";
import type { FromWorker, ToWorker, WorkerFacts, WorkerSetup } from "./messages.ts";

/** Time between two facts; a probe that hears none for long takes the worker for hung. */
const FACTS_EVERY_MS = 1_000;

/** What a worker needs. */
export interface WorkerDeps {
  clock: Clock;
  log: Log;
  setup: WorkerSetup;
  prepareCheck: PrepareCheck;
  loadKinds: LoadKinds;
  /** Is told how the process is, every second. Default: nobody is. */
  onVitals?: ((vitals: Vitals) => void) | undefined;
  send: (message: FromWorker) => void;
}

/** A worker that works. */
export interface Worker {
  /** Does what the probe says; resolves once it is done. */
  take(message: ToWorker): Promise<void>;
}

/** Creates a worker that has no targets yet. */
export function createWorker(deps: WorkerDeps): Worker {
  const { clock, setup, send } = deps;
  let anchor: TimeAnchor | null = null;
  const { kinds, sourceAddress, mustFailAddress, knownGoodName } = setup;
  const work = createWork({
    ...deps,
    kinds,
    sourceAddress,
    mustFailAddress,
    knownGoodName,
    anchor: () => anchor,
    onBatch: (bytes) => send({ say: "batch", bytes }),
  });
  const intake = createIntake({ ...work, loadKinds: deps.loadKinds });
  const facts = factsOf(work, deps);
  const timer: Timer = clock.every(FACTS_EVERY_MS, () => send({ say: "facts", facts: facts() }));
  work.wheel.start();
  return {
    async take(message) {
      switch (message.say) {
        case "begin":
          return;
        case "assignments":
          return intake.take(Assignments.decode(message.bytes));
        case "recheck":
          return work.runner.recheck(message.handles, message.attempts, message.stopAfterOks);
        case "anchor":
          anchor = message.anchor;
          return;
        case "draining":
          return work.setDraining(message.draining);
        case "stop":
          timer.cancel();
          await work.stop(message.patienceMs);
          return send({ say: "stopped" });
      }
    },
  };
}

function factsOf({ wheel, runner }: Work, deps: WorkerDeps): () => WorkerFacts {
  const vitals = processVitals(deps);
  return () => {
    const { cpuMilli, rssBytes } = vitals();
    const lagMs = Math.max(0, Math.round(wheel.takeLagMs()));
    const skipped = runner.takeSkipped();
    return { lagMs, skipped, running: runner.running(), cpuMilli, rssBytes };
  };
}
