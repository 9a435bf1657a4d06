/** The parts of a living engine: what it is given, and what it holds until its close. */
import type { Clock, Timer } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { AlertBook } from "../alert/book.ts";
import type { EventBus, RecheckRequest, Store } from "../ports.ts";
import type { EventBody } from "../verdict/event.ts";
import type { VerdictSettings } from "../verdict/settings.ts";
import type { EngineState } from "../verdict/state.ts";
import type { LatencyTally } from "./latency-tally.ts";
import type { LogTime } from "./log-time.ts";

/** What the engine needs of the store. */
export type EngineStore = Pick<
  Store,
  "log" | "events" | "channels" | "incidents" | "silences" | "routes" | "alerts"
>;

/** What the engine works with. */
export interface EngineDeps {
  store: EngineStore;
  clock: Clock;
  log: Log;
  bus: EventBus;
  settings: VerdictSettings;
  /** Address of the API as people reach it, for links in messages. Default null: no links. */
  publicUrl?: string | null | undefined;
  /** Asks probes to look now; not called while the log is replayed. */
  onRecheck: (request: RecheckRequest) => void;
  /** The excluded canaries changed. */
  onCanaries: () => void;
  /** Something was committed; the delivery worker looks at the outbox. */
  onCommitted: (atMs: number) => void;
}

/** An event that was submitted and is not committed yet. */
export interface Waiting {
  atMs: number;
  body: EventBody;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** An engine from its start to its close. */
export interface Living {
  deps: EngineDeps;
  state: EngineState;
  /** What alerting remembers; it moves on with every planning. */
  book: AlertBook;
  /** Silences or routes changed: alerting is looked at at once. */
  alertsChanged: boolean;
  time: LogTime;
  queue: Waiting[];
  /** How long the oldest of the last group had waited when it was folded. */
  lagMs: number;
  latencies: LatencyTally;
  /** The log is replayed; events are taken. */
  ready: boolean;
  /** Nothing more is taken; what is queued is still committed. */
  closed: boolean;
  /**
   * The state is ahead of what is committed, and stays so: the store failed while the engine was
   * closing. No snapshot is taken of it, so that the next start replays the log and commits the
   * effects that are missing.
   */
  ahead: boolean;
  running: Promise<void> | null;
  timer: Timer | null;
  /** Work that must see no half-committed state; done between two groups. */
  tasks: (() => void)[];
  /** Log time of the last snapshot; 0 when there was none. */
  savedAtMs: number;
  /** Over when no snapshot is being written; never rejects. */
  saving: Promise<void>;
}
