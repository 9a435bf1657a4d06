/** The client's one clock: time of day, timers, and a tick for everything that shows an age. */
import { signal } from "@preact/signals";
import { systemClock } from "../../../shared/clock.ts";

/** The clock of this page. */
export const clock = systemClock();

/** Milliseconds since the epoch, renewed every second while the page is shown. */
export const nowMs = signal(clock.wallMs());

/** Starts the tick. */
export function startClock(): void {
  clock.every(1_000, () => {
    if (document.visibilityState === "visible") nowMs.value = clock.wallMs();
  });
}

/** Calls at most once per `waitMs`, some time after the first of many wishes. */
export function calmly(waitMs: number, call: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    clock.after(waitMs, () => {
      isWaiting = false;
      call();
    });
  };
}
