/** What a look saw while its own process stalled says nothing about the target. */
import type { CheckOutcome } from "../shared/outcome.ts";
import { voidOutcome } from "./assigned.ts";
import { isFailure } from "./seat.ts";
import type { Look } from "./seat.ts";

/** Share of its time that this process may stall while a check runs, and the check still say so. */
const STALL_SHARE_MAX = 0.2;

/** Reasons that say how long something took: this probe's own stalls may be what they saw. */
const TIMED: ReadonlySet<string> = new Set([
  "latency_limit",
  "http_expression",
  "reply_expression",
]);

/** The outcome, unless what it saw may be this process's own doing; `stalledMs` is as of now. */
export function witnessed(look: Look, seen: CheckOutcome, stalledMs: number): CheckOutcome {
  if (look.suspended) {
    return voidOutcome("suspended", "The probe was suspended while this check ran.");
  }
  if (!isFailure(seen) || !(look.timedOut || TIMED.has(seen.reason))) return seen;
  const ownMs = Math.round(stalledMs - look.stalledMs);
  if (ownMs <= look.target.timeoutMs * STALL_SHARE_MAX) return seen;
  const detail = `This probe stalled for ${ownMs} ms while the check ran: it says nothing.`;
  return voidOutcome("suspended", detail);
}
