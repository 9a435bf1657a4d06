/** Runs a round of work when woken and when its time comes; never two at once, never in a spin. */
import type { Clock, Timer } from "../../shared/clock.ts";

/** What the rounds are. */
export interface RoundsOptions {
  clock: Clock;
  /** One round; resolves with the wait until the next, null when only a wake brings one. */
  round: () => Promise<number | null>;
  /** Called when a round failed; the next one comes after a second. */
  onError: (error: unknown) => void;
}

/** Rounds of work. */
export interface Rounds {
  start(): void;
  /** Asks for a round: now, or once more after the one that runs. Does nothing when stopped. */
  wake(): void;
  /** Whether it is started and not stopped. */
  isStarted(): boolean;
  /** Ends the rounds; resolves once none runs. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Creates the rounds; none runs before the start. */
export function createRounds({ clock, round, onError }: RoundsOptions): Rounds {
  let started = false;
  let wanted = false;
  let running: Promise<void> | null = null;
  let timer: Timer | null = null;

  const wantsRound = (): boolean => wanted && started;

  async function runRounds(): Promise<void> {
    let waitMs: number | null = null;
    while (wantsRound()) {
      wanted = false;
      try {
        waitMs = await round();
      } catch (error) {
        onError(error);
        // What was wanted meanwhile waits too, or a broken store would be asked without a pause.
        wanted = false;
        waitMs = RETRY_MS;
      }
    }
    running = null;
    if (started && waitMs !== null) timer = clock.after(waitMs, wake);
  }

  function wake(): void {
    wanted = true;
    if (!started || running !== null) return;
    timer?.cancel();
    running = runRounds();
  }

  return {
    start() {
      started = true;
      wake();
    },
    wake,
    isStarted: () => started,
    async stop() {
      started = false;
      timer?.cancel();
      await running;
    },
  };
}
