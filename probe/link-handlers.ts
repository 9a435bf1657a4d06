/** What the link tells the probe. */
import type { Assignments, Recheck, Welcome } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { TimeAnchor } from "../shared/result.ts";

/** Called by the link, in the order of what the aggregator says. */
export interface LinkHandlers {
  onAnchor(anchor: TimeAnchor): void;
  /** Whether the probe of this welcome is the one that this data folder is of; else why not. */
  onIdentity(welcome: Welcome): string | null;
  /** A session is open; heartbeats are due every `heartbeatMs`, the first at once. */
  onWelcome(welcome: Welcome, heartbeatMs: number): void;
  /** Takes assignments; nothing more is read from the session until what it returns is resolved. */
  onAssignments(assignments: Assignments): Promise<void> | undefined;
  onRecheck(recheck: Recheck): void;
  onDrain(reason: string): void;
  /** The session that was open is over; `why` is a sentence. */
  onDown(why: string): void;
  /** The aggregator said not to come back; the link will not try again. */
  onRefused(why: string): void;
}
