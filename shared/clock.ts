/** Time comes in through this door: the only file that reads a clock or sets a timer. */

/** A timer that can be cancelled; cancelling twice, or after it fired, does nothing. */
export interface Timer {
  /** Stops the timer; its callback will not run any more. */
  cancel(): void;
}

/** The clock that every part of Quorate is given, so that a test can own time. */
export interface Clock {
  /** Wall clock, integer milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Monotonic clock, fractional milliseconds since the process started; never jumps back. */
  monoMs(): number;
  /** Runs `callback` once after `delayMs` (at least 0, rounded up by the system). */
  after(delayMs: number, callback: () => void): Timer;
  /** Runs `callback` every `periodMs` until cancelled; a late run is not made up for. */
  every(periodMs: number, callback: () => void): Timer;
}

/** Options of the system clock. */
export interface SystemClockOptions {
  /** Whether a pending timer keeps the process alive. Default true. */
  keepAlive?: boolean;
  /** Instant from which `monoMs` counts, as `monoOriginMs` told another process of this machine. */
  originMs?: number;
}

/**
 * The instant at which `monoMs` of this process is 0, on the monotonic clock of the machine: what
 * another process needs to count from the same instant.
 */
export function monoOriginMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

/** The clock of the machine. Timers keep the process alive unless told otherwise. */
export function systemClock(options: SystemClockOptions = {}): Clock {
  const keepAlive = options.keepAlive ?? true;
  const aheadMs = options.originMs === undefined ? 0 : monoOriginMs() - options.originMs;
  return {
    wallMs: () => Date.now(),
    monoMs: () => performance.now() + aheadMs,
    after: (delayMs, callback) => {
      const handle = setTimeout(callback, Math.max(0, delayMs));
      if (!keepAlive) handle.unref();
      return { cancel: () => clearTimeout(handle) };
    },
    every: (periodMs, callback) => {
      const handle = setInterval(callback, periodMs);
      if (!keepAlive) handle.unref();
      return { cancel: () => clearInterval(handle) };
    },
  };
}

/** A promise that resolves after `delayMs` of the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

/** RFC 3339 text in UTC with milliseconds, for instance 2026-11-21T12:04:31.000Z. */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Time of day in UTC for a sentence, for instance "12:04:31 UTC". */
export function clockText(atMs: number): string {
  return `${isoTime(atMs).slice(11, 19)} UTC`;
}
