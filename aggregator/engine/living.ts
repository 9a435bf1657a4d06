/** The living engine: what its parts share, and how what was collected is committed. */
import type { Clock, Timer } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { EventBus, RecheckRequest, Store } from "../ports.ts";
import type { EventBody, LogEvent } from "../verdict/event.ts";
import type { VerdictSettings } from "../verdict/settings.ts";
import type { EngineState } from "../verdict/state.ts";
import { buildCommit, changeEvent, isDurable } from "./effects.ts";
import type { Collected } from "./effects.ts";
import { foldEvent } from "./fold.ts";
import type { LogTime } from "./log-time.ts";

/** What the engine works with. */
export interface EngineDeps {
  store: Pick<Store, "log" | "events" | "channels">;
  clock: Clock;
  log: Log;
  bus: EventBus;
  settings: VerdictSettings;
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
  time: LogTime;
  queue: Waiting[];
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
  tasks: (() => Promise<void>)[];
}

/** Wait before what the store refused is tried again. */
const STORE_RETRY_MS = 1_000;

/** Folds one event and collects its effects. */
export function fold(living: Living, event: LogEvent, into: Collected): void {
  const { state } = living;
  const { body, atMs } = event;
  const change = changeEvent(state, body, atMs);
  if (change) into.changes.push(change);
  if (body.type === "target_deleted") {
    const gone = state.targets.get(body.targetId);
    if (gone) into.targets.set(body.targetId, gone.target);
  }
  into.effects.push(...foldEvent(state, event, living.deps.log));
}

/** Commits what was collected, with a tick at `tickMs` unless null; then publishes it. */
export async function commit(
  living: Living,
  collected: Collected,
  tickMs: number | null,
): Promise<void> {
  const { store, bus } = living.deps;
  if (isDurable(collected)) {
    const channels = await untilDone(living, () => store.channels.all());
    if (channels === null) return;
    const built = buildCommit(living.state, collected, { channels, nowMs: living.time.nowMs() });
    const tick = tickMs === null ? null : { atMs: tickMs, body: { type: "tick" } as const };
    const events = await untilDone(living, () => store.events.commit({ ...built, tick }));
    if (events === null || !living.ready) return;
    bus.publish(events);
    living.deps.onCommitted(living.state.atMs);
  }
  if (living.ready) command(living, collected);
}

/**
 * The state has moved on already, so its effects are committed sooner or later, never dropped.
 * Only an engine that is closing does not wait for a store that fails: null, and it is `ahead`.
 */
async function untilDone<Result>(
  living: Living,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const { clock, log } = living.deps;
  while (!living.ahead) {
    try {
      return await work();
    } catch (error) {
      const message = { error: messageOf(error) };
      if (living.closed) {
        living.ahead = true;
        log.error(message, "Effects cannot be committed; the next start takes them from the log.");
        break;
      }
      log.error(message, "Effects cannot be committed; trying again.");
      await new Promise<void>((resolve) => void clock.after(STORE_RETRY_MS, resolve));
    }
  }
  return null;
}

function command(living: Living, { effects }: Collected): void {
  for (const effect of effects) {
    if (effect.type === "recheck") living.deps.onRecheck(effect);
    else if (effect.type === "canaries") living.deps.onCanaries();
  }
}
