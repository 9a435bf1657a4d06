/** Rounds of many readers: what comes in a short time goes to each of them in one write. */
import type { Clock } from "../../shared/clock.ts";

/** What rounds are made of. */
export interface EventRoundsOptions {
  clock: Clock;
  /** How many readers there are now. */
  readers: () => number;
}

/** Rounds of the readers of one aggregator. */
export interface EventRounds {
  /** Resolves when it is the caller's turn to take what has come, and to write it. */
  turn(): Promise<void>;
}

/**
 * What is gathered before a round, for each reader: about what a write to one takes, so that a
 * thread with something to write all the time spends half of it on that. 2,000 readers hear of an
 * event 50 ms later, and forty at once.
 */
const GATHER_US_A_READER = 25;

/** Readers that are written to in one turn of the event loop, some two milliseconds. */
const READERS_A_TURN = 100;

/** Creates rounds; a reader that comes while one goes on waits for the next. */
export function createEventRounds({ clock, readers }: EventRoundsOptions): EventRounds {
  let waiting: (() => void)[] = [];
  let isUnderWay = false;

  function gather(): void {
    isUnderWay = waiting.length > 0;
    if (!isUnderWay) return;
    const waitMs = Math.floor((readers() * GATHER_US_A_READER) / 1_000);
    if (waitMs === 0) setImmediate(begin);
    else clock.after(waitMs, begin);
  }

  function begin(): void {
    const round = waiting;
    waiting = [];
    serve(round, 0);
  }

  function serve(round: readonly (() => void)[], first: number): void {
    for (const go of round.slice(first, first + READERS_A_TURN)) go();
    const next = first + READERS_A_TURN;
    if (next < round.length) setImmediate(() => serve(round, next));
    else gather();
  }

  return {
    turn: () =>
      new Promise((go) => {
        waiting.push(go);
        if (!isUnderWay) gather();
      }),
  };
}
