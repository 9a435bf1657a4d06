/** What a probe and its workers say to each other, over the channel of child_process. */
import type { LogLevel } from "../../shared/log.ts";
import type { TimeAnchor } from "../../shared/result.ts";

/** What a worker must know before it can look at anything; never the token. */
export interface WorkerSetup {
  /** Number of the worker, from 1; its lines in the log carry it. */
  worker: number;
  /** Instant on the machine's monotonic clock from which the probe counts (monoOriginMs). */
  originMs: number;
  /** Names of the kinds of checks this probe can run. */
  kinds: readonly string[];
  sourceAddress: string | undefined;
  mustFailAddress: string | null;
  knownGoodName: string | null;
  /** File of secrets that checks name. */
  secrets: string | undefined;
  /** Commands that exec checks may run, by name: program and arguments. */
  allowExec: ReadonlyMap<string, readonly string[]> | undefined;
  logLevel: LogLevel;
}

/** What a probe says to a worker. */
export type ToWorker =
  | { say: "begin"; setup: WorkerSetup }
  /** An encoded Assignments message with the worker's share of the targets. */
  | { say: "assignments"; bytes: Uint8Array }
  | { say: "recheck"; handles: readonly number[]; attempts: number; stopAfterOks: number }
  | { say: "anchor"; anchor: TimeAnchor }
  | { say: "draining"; draining: boolean }
  /** End what runs within the time, give the last batch out, say stopped, and end. */
  | { say: "stop"; patienceMs: number };

/** How a worker is, about once a second. */
export interface WorkerFacts {
  /** Longest delay of a tick since the last facts. */
  lagMs: number;
  /** Checks that could not start in time since the last facts. */
  skipped: number;
  running: number;
  /** CPU since the last facts, in thousandths of one core. */
  cpuMilli: number;
  rssBytes: number;
}

/** What a worker says to its probe. */
export type FromWorker =
  /** It listens; nothing it was told before was heard. */
  | { say: "ready" }
  /** An encoded ResultBatch. */
  | { say: "batch"; bytes: Uint8Array }
  | { say: "facts"; facts: WorkerFacts }
  | { say: "stopped" };
