/** What an aggregator does for itself from time to time: snapshots, packing and expiry. */
import type { Clock, Timer } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Engine, Store } from "./ports.ts";

/** What upkeep works with. */
export interface UpkeepDeps {
  engine: Pick<Engine, "nowMs"> & { saveSnapshot(): Promise<number> };
  store: Pick<Store, "history" | "log">;
  clock: Clock;
  log: Log;
  /** Time between two rounds. Default 60,000. */
  everyMs?: number;
  /**
   * How long the log can be replayed. Default 30 days; 0: not at all. A day of it takes about twice
   * the space of a day of history, which is kept much longer.
   */
  keepLogMs?: number | undefined;
}

/** Upkeep of one aggregator. */
export interface Upkeep {
  start(): void;
  /** Lets a running round finish its present slice, and stops. */
  stop(): Promise<void>;
}

/** A round takes a snapshot, so this is the longest stretch of the log that a restart replays. */
const EVERY_MS = 60_000;
/**
 * Rounds between two packings: the store was measured with one in 5 to 10 minutes. More often,
 * each block is written anew for a result or two; less often, what was not packed is longer to
 * search.
 */
const PACK_EVERY_ROUNDS = 5;
/** Results younger than this stay in the log: others of their time may still be on their way. */
const PACK_AFTER_MS = 60_000;
/** History is kept for 400 days, so that a year can be compared with the one before. */
const KEEP_MS = 400 * 86_400_000;
/** Default of `keepLogMs`. */
const KEEP_LOG_MS = 30 * 86_400_000;
/** A replay begins at a chapter: more often costs snapshots, less often a longer way to `since`. */
const CHAPTER_MS = 86_400_000;
/** Expiry is looked at every so many rounds. */
const EXPIRE_EVERY_ROUNDS = 60;

/**
 * After a snapshot nothing is done for so many times as long as it took: where it takes seconds,
 * at 100,000 targets, it would else be one of the larger costs.
 */
const REST_FACTOR = 40;

/** Creates the upkeep of an aggregator. */
export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { clock, log, keepLogMs = KEEP_LOG_MS } = deps;
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;
  let rounds = 0;
  let snapshotSeq = 0;
  let restUntilMs = 0;

  async function round(): Promise<void> {
    // The log is packed only up to the snapshot before the newest: should the newest be damaged,
    // the one before it and the rest of the log still give the state.
    const packUpTo = snapshotSeq;
    const beganMs = clock.monoMs();
    snapshotSeq = await deps.engine.saveSnapshot();
    restUntilMs = clock.monoMs() + REST_FACTOR * (clock.monoMs() - beganMs);
    const nowMs = deps.engine.nowMs();
    // The first packing comes soon, so that a process that is often restarted packs as well.
    if (rounds % PACK_EVERY_ROUNDS === 1) await pack(packUpTo, nowMs - PACK_AFTER_MS);
    if (keepLogMs > 0) await deps.store.log.keepChapter(CHAPTER_MS);
    if (rounds % EXPIRE_EVERY_ROUNDS === 0) {
      await deps.store.history.expire(nowMs - KEEP_MS);
      await deps.store.log.forget(keepLogMs > 0 ? nowMs - keepLogMs : Infinity);
    }
    rounds += 1;
  }

  async function pack(upToSeq: number, beforeMs: number): Promise<void> {
    let more = upToSeq > 0;
    while (more && !stopped) more = await deps.store.history.compact(upToSeq, beforeMs);
  }

  return {
    start: () => {
      timer = clock.every(deps.everyMs ?? EVERY_MS, () => {
        if (clock.monoMs() < restUntilMs) return;
        running ??= round()
          .catch((error: unknown) => {
            log.error({ error: messageOf(error) }, "Upkeep failed; it is tried again in a minute.");
          })
          .finally(() => {
            running = null;
          });
      });
    },
    stop: async () => {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
