/** Counts failed sign-ins of each address, so that nobody can try tokens at full speed. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";

/** Failed sign-ins by address. */
export interface SignInLimit {
  /** Milliseconds until the address may fail again; 0 when it may. */
  blockedMs(address: string): number;
  /** The address showed a token that is not valid. */
  failed(address: string): void;
}

const WINDOW_MS = 60_000;

/** Creates the limit: LIMITS.signInFailuresMax failures in a minute, then none until it ends. */
export function createSignInLimit(clock: Clock): SignInLimit {
  const windows = new Map<string, { untilMs: number; failures: number }>();
  const windowOf = (address: string) => {
    const window = windows.get(address);
    return window !== undefined && window.untilMs > clock.monoMs() ? window : null;
  };
  return {
    blockedMs: (address) => {
      const window = windowOf(address);
      if (window === null || window.failures < LIMITS.signInFailuresMax) return 0;
      return Math.ceil(window.untilMs - clock.monoMs());
    },
    failed: (address) => {
      const window = windowOf(address) ?? { untilMs: clock.monoMs() + WINDOW_MS, failures: 0 };
      window.failures += 1;
      windows.delete(address);
      windows.set(address, window);
      if (windows.size <= LIMITS.signInAddressesMax) return;
      for (const oldest of windows.keys()) {
        windows.delete(oldest);
        return;
      }
    },
  };
}
