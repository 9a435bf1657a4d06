/** A verdict as machines ask for it: one mapping for gRPC health, HTTP and load balancers. */
import type { VerdictState } from "./verdict.ts";

/** Whether a target may be relied on: `unknown` is neither yes nor no, and never reads as no. */
export type Standing = "serving" | "not_serving" | "unknown";

/**
 * What a verdict is to a machine. Only a verdict that witnesses agree on says `not_serving`: a
 * suspicion holds on to `serving`, and too little evidence is `unknown`.
 */
const STANDING_OF: Record<VerdictState, Standing> = {
  up: "serving",
  degraded: "serving",
  partial: "serving",
  suspect: "serving",
  recovering: "serving",
  down: "not_serving",
  sub_healthy: "not_serving",
  unknown: "unknown",
};

/** The standing of a state. */
export function standingOf(state: VerdictState): Standing {
  return STANDING_OF[state];
}
