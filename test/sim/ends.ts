/** The two ends of a session: what the aggregator and a probe know of each other. */
import type { Canary } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { ResultsEvent } from "../../aggregator/verdict/event.ts";
import type { HeartbeatFacts } from "../../probe/link.ts";

/** What the aggregator asks of a probe. */
export interface Orders {
  /** A session is open. */
  onWelcome(heartbeatMs: number): void;
  onDown(): void;
  onAnchor(atMs: number): void;
  onCanaries(canaries: readonly Canary[], trialIds: readonly string[]): void;
  onRecheck(handle: number, attempts: number, stopAfterOks: number): void;
}

/** One session, as both ends hold it. */
export interface SimSession {
  readonly probe: number;
  open: boolean;
  /** What the aggregator tells; it arrives after the delay of the path, or not at all. */
  tell(what: (orders: Orders) => void): void;
  /** The aggregator ends the session: the connection is reset. */
  reset(): void;
  /** The path is whole again: what hung in the connection comes through. */
  resume(): void;
}

/** A batch on its way into the log. */
export type ArrivedBatch = Pick<ResultsEvent, "bytes" | "boot" | "sentMonoMs" | "replayed">;

/** The aggregator. */
export interface Judge {
  /** Opens a session and gives the log time of its welcome; null when nobody is there. */
  welcome(session: SimSession): number | null;
  /** A probe ended its session; whether that was `heard`, or only its silence tells. */
  left(session: SimSession, heard: boolean): void;
  /** Takes a heartbeat and gives the log time of its acknowledgement. */
  heartbeat(session: SimSession, facts: HeartbeatFacts): number | null;
  /** Takes a batch; true when it is committed and may be acknowledged. */
  results(session: SimSession, batch: ArrivedBatch): boolean;
  /** Submits targets and probes. */
  begin(): void;
  stop(): void;
  /** Comes back from its snapshot and its log; its clock may be ahead of what it was. */
  restart(jumpMs: number): void;
  /** The path of a probe is whole again. */
  resume(probe: number): void;
}
