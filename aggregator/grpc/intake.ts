/** Takes batches of results from one session to the engine, each once, at the engine's pace. */
import type { Clock } from "../../shared/clock.ts";
import { sleep } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Refused, ResultBatch, Results } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Engine } from "../ports.ts";
import { checkBatch } from "./batch-check.ts";
import type { BootProgress, Boots } from "./boots.ts";
import { markCommitted, markFailed, reopen } from "./boots.ts";
import { isBootId } from "./message-check.ts";

/** Time between two looks at a full engine queue. */
const RETRY_MS = 20;

/** What an intake is made of. */
export interface IntakeOptions {
  probeId: string;
  clock: Clock;
  engine: Pick<Engine, "submit" | "queueLength">;
  boots: Boots;
  /** Everything of the boot up to `sequence` is on disk. */
  onCommitted(bootId: string, sequence: number): void;
  /** The session cannot go on; the sentence says why, `refused` which batch is malformed. */
  onFailed(sentence: string, refused?: Refused): void;
}

/** The intake of one session. */
export interface Intake {
  /**
   * Takes one message of results. Returns null when the next message may be read at once, else a
   * promise of that moment.
   */
  take(results: Results, bootId: string): Promise<void> | null;
  /** Null when there is room in the engine's queue, else a promise of it. */
  room(): Promise<void> | null;
  /** No more is submitted; what waits for room is dropped, as it was not acknowledged. */
  stop(): void;
  /** Resolves when everything submitted is committed or has failed. */
  settled(): Promise<void>;
}

/** A batch that was checked and awaits the engine. */
interface ReadyBatch {
  results: Results;
  replayed: boolean;
  batch: ResultBatch;
  bytes: Uint8Array;
}

/** Gives checked batches to the engine while there is room for them. */
function createSubmitter(options: IntakeOptions, isOver: () => boolean) {
  const { probeId, clock, engine } = options;
  const submissions = new Set<Promise<void>>();

  async function submit(progress: BootProgress, ready: ReadyBatch): Promise<void> {
    const { results, replayed, batch, bytes } = ready;
    const { bootId, sequence, sentMonoMs } = results;
    const { boot } = progress;
    progress.submitted = sequence;
    progress.inFlight += 1;
    const columns = { sentMonoMs, replayed, batch, bytes };
    try {
      await engine.submit({ type: "results", probeId, boot, sequence, ...columns });
      markCommitted(progress, sequence);
      options.onCommitted(bootId, progress.committed);
    } catch (error) {
      markFailed(progress, sequence);
      options.onFailed(
        `Batch ${sequence} could not be committed, send it again: ${messageOf(error)}`,
      );
    } finally {
      progress.inFlight -= 1;
    }
  }

  return {
    submissions,
    isFull: (): boolean =>
      engine.queueLength() >= LIMITS.engineQueueMax || submissions.size >= LIMITS.batchWindow,
    async untilRoom(): Promise<void> {
      while (!isOver() && this.isFull()) await sleep(clock, RETRY_MS);
    },
    start(progress: BootProgress, ready: ReadyBatch): void {
      // While this one waited for room, another session of the probe may have brought it.
      if (isOver() || ready.results.sequence <= progress.submitted) return;
      const submission = submit(progress, ready);
      submissions.add(submission);
      void submission.then(() => submissions.delete(submission));
    },
  };
}

/** What is wrong with the envelope of a batch; null when nothing is. */
function envelopeFlaw(results: Results, replayedBoots: ReadonlySet<string>): string | null {
  if (!isBootId(results.bootId) || results.sequence < 1) {
    return "Expected a boot_id and a sequence of 1 or more in results.";
  }
  if (replayedBoots.size > LIMITS.replayedBootsMax) {
    return `Expected results of at most ${LIMITS.replayedBootsMax} earlier boots in one session.`;
  }
  return null;
}

/** The options, with a first failure that stops the intake and any later one unheard. */
function stoppingOnFailure(given: IntakeOptions, life: { stopped: boolean }): IntakeOptions {
  return {
    ...given,
    onFailed(sentence, refused) {
      if (life.stopped) return;
      life.stopped = true;
      given.onFailed(sentence, refused);
    },
  };
}

/** Creates the intake of one session. */
export function createIntake(given: IntakeOptions): Intake {
  const replayedBoots = new Set<string>();
  const life = { stopped: false };
  const options = stoppingOnFailure(given, life);
  const { boots, engine, onFailed, onCommitted } = options;
  const submitter = createSubmitter(options, () => life.stopped);

  function takeKnown(progress: BootProgress, results: Results, replayed: boolean) {
    const { bootId, sequence } = results;
    if (!reopen(progress)) {
      onFailed("An earlier batch of this boot could not be committed; send it again.");
      return null;
    }
    if (sequence <= progress.submitted) {
      // One still in flight is acknowledged when it is on disk.
      if (sequence <= progress.committed) onCommitted(bootId, progress.committed);
      return null;
    }
    const checked = checkBatch(results, replayed);
    if (!checked.ok) {
      const sentence = `Batch ${sequence} of boot ${bootId} is malformed: ${checked.sentence}.`;
      onFailed(sentence, { bootId, sequence });
      return null;
    }
    const ready = { results, replayed, batch: checked.batch, bytes: checked.bytes };
    if (submitter.isFull()) {
      return submitter.untilRoom().then(() => submitter.start(progress, ready));
    }
    submitter.start(progress, ready);
    return null;
  }

  async function takeUnknown(results: Results, replayed: boolean): Promise<void> {
    try {
      const progress = await boots.progress(results.bootId);
      await takeKnown(progress, results, replayed);
    } catch (error) {
      onFailed(`The aggregator cannot read how far this boot is: ${messageOf(error)}`);
    }
  }

  return {
    take(results, helloBootId) {
      if (life.stopped) return null;
      const replayed = results.bootId !== helloBootId;
      if (replayed) replayedBoots.add(results.bootId);
      const flaw = envelopeFlaw(results, replayedBoots);
      if (flaw !== null) {
        onFailed(flaw);
        return null;
      }
      const progress = boots.known(results.bootId);
      if (progress === null) return takeUnknown(results, replayed);
      return takeKnown(progress, results, replayed);
    },
    room: () => (engine.queueLength() >= LIMITS.engineQueueMax ? submitter.untilRoom() : null),
    stop: () => void (life.stopped = true),
    settled: async () => void (await Promise.allSettled(submitter.submissions)),
  };
}
