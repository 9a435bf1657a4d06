/**
 * The engine of one aggregator: the log and the fold.
 *
 * What is submitted is appended to the log, committed, and only then folded; what the fold gives
 * is committed in one transaction with its notification intents, and only then published. A crash
 * between the two commits loses nothing: the log gives the same effects with the same ids again.
 */
import type { Clock, Timer } from "../../shared/clock.ts";
import { QuorateError, messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import type { Engine, EventBus, RecheckRequest, Store } from "../ports.ts";
import type { EventBody } from "../verdict/event.ts";
import type { VerdictSettings } from "../verdict/settings.ts";
import { createState } from "../verdict/state.ts";
import type { EngineState } from "../verdict/state.ts";
import { nextWorkMs, step } from "../verdict/step.ts";
import { restoreSnapshot, takeSnapshot } from "../verdict/snapshot.ts";
import { buildCommit, changeEvent, isDurable, nothingCollected } from "./effects.ts";
import type { Collected } from "./effects.ts";
import { createLogTime } from "./log-time.ts";
import { engineViews } from "./views.ts";
import type { LogTime } from "./log-time.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";

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

/** The engine with the parts that only main uses. */
export interface RunningEngine extends Engine {
  /** Replays the log and takes over; resolves when it is ready. */
  start(): Promise<void>;
  /** Saves a snapshot of the present state and gives its seq; the log before it may be packed. */
  saveSnapshot(): Promise<number>;
}

interface Waiting {
  atMs: number;
  body: EventBody;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Events appended in one transaction at most; the rest waits for the next. */
const GROUP_EVENTS_MAX = 500;
/** Events read from the log at a time when it is replayed. */
const REPLAY_EVENTS = 2_000;
/** Wait before a commit of effects that failed is tried again. */
const COMMIT_RETRY_MS = 1_000;

interface Living {
  deps: EngineDeps;
  state: EngineState;
  time: LogTime;
  queue: Waiting[];
  ready: boolean;
  closed: boolean;
  running: Promise<void> | null;
  timer: Timer | null;
  /** Work that must see no half-committed state; done between two groups. */
  tasks: (() => Promise<void>)[];
}

/** Creates an engine; `start` makes it live. */
export function createEngine(deps: EngineDeps): RunningEngine {
  const living: Living = {
    deps,
    state: createState(deps.settings),
    time: createLogTime(deps.clock, 0),
    queue: [],
    ready: false,
    closed: false,
    running: null,
    timer: null,
    tasks: [],
  };
  return {
    start: () => start(living),
    submit: (body) => submit(living, body),
    saveSnapshot: () => saveSnapshot(living),
    ...engineViews(living),
    close: () => close(living),
  };
}

async function start(living: Living): Promise<void> {
  const { store, log, clock } = living.deps;
  await restore(living);
  let replayed = 0;
  for (;;) {
    const events = await store.log.read(living.state.seq, REPLAY_EVENTS);
    if (events.length === 0) break;
    const collected = nothingCollected();
    for (const event of events) fold(living, event, collected);
    living.state.seq = Math.max(living.state.seq, events.at(-1)?.seq ?? 0);
    await commit(living, collected, null);
    replayed += events.length;
  }
  const position = await store.log.position();
  living.time = createLogTime(clock, Math.max(position.atMs, living.state.atMs));
  living.ready = true;
  if (replayed > 0) log.info({ replayed }, "The log is replayed; verdicts go on where they were.");
  await submit(living, { type: "takeover" });
}

/** The newest snapshot that can be read; the log is kept from the one before it on. */
async function restore(living: Living): Promise<void> {
  const { store, log, settings } = living.deps;
  let stored = await store.log.loadSnapshot();
  const newestSeq = stored?.seq;
  while (stored) {
    const data = decodeSnapshot(stored.body);
    if (data) {
      living.state = restoreSnapshot(data);
      living.state.settings = settings;
      living.state.seq = stored.seq;
      return;
    }
    log.error({ seq: stored.seq }, "A snapshot is damaged; trying the one before it.");
    stored = await store.log.loadSnapshot(stored.seq);
  }
  if (newestSeq === undefined) return;
  throw new QuorateError(
    "unavailable",
    "No snapshot in the data directory can be read, expected one that this version wrote: " +
      "restore a backup, or start with an empty data directory.",
  );
}

function submit(living: Living, body: EventBody): Promise<void> {
  if (!living.ready || living.closed) {
    const sentence = "The aggregator is starting or stopping; try again in a few seconds.";
    return Promise.reject(new QuorateError("unavailable", sentence));
  }
  if (living.queue.length >= LIMITS.engineQueueMax) {
    const sentence = `${LIMITS.engineQueueMax} events wait to be committed; try again later.`;
    return Promise.reject(new QuorateError("unavailable", sentence));
  }
  return new Promise((resolve, reject) => {
    living.queue.push({ atMs: living.time.nowMs(), body, resolve, reject });
    schedule(living);
  });
}

/** Runs once after this turn of the event loop, so that what arrives together commits together. */
function schedule(living: Living): void {
  if (living.running) return;
  living.running = new Promise((resolve) => setImmediate(resolve))
    .then(() => run(living))
    .finally(() => {
      living.running = null;
      if (living.queue.length + living.tasks.length > 0) schedule(living);
      else if (!living.closed) armTick(living);
    });
}

async function run(living: Living): Promise<void> {
  while (living.queue.length > 0) {
    await takeGroup(living, living.queue.splice(0, GROUP_EVENTS_MAX));
  }
  await tick(living);
  for (const task of living.tasks.splice(0)) await task();
}

async function takeGroup(living: Living, group: Waiting[]): Promise<void> {
  const { store, log } = living.deps;
  let seq: number;
  try {
    seq = await store.log.append(group);
  } catch (error) {
    log.error({ error: messageOf(error) }, "The log cannot be written; nothing was acknowledged.");
    const failure = error instanceof Error ? error : new Error(messageOf(error));
    for (const waiting of group) waiting.reject(failure);
    return;
  }
  const collected = nothingCollected();
  for (const { atMs, body } of group) {
    fold(living, { seq, atMs, body }, collected);
    seq += 1;
  }
  await commit(living, collected, null);
  for (const waiting of group) waiting.resolve();
}

/** Time alone: evaluates boundaries that are due, and logs the tick only when it had effects. */
async function tick(living: Living): Promise<void> {
  const atMs = living.time.nowMs();
  if (!living.ready || nextWorkMs(living.state) > atMs) return;
  const collected = nothingCollected();
  fold(living, { seq: 0, atMs, body: { type: "tick" } }, collected);
  await commit(living, collected, atMs);
}

function fold(
  living: Living,
  event: { seq: number; atMs: number; body: EventBody },
  into: Collected,
): void {
  const { state } = living;
  const { body, atMs, seq } = event;
  const change = changeEvent(state, body, atMs);
  if (change) into.changes.push(change);
  if (body.type === "target_deleted") {
    const gone = state.targets.get(body.targetId);
    if (gone) into.targets.set(body.targetId, gone.target);
  }
  try {
    into.effects.push(...step(state, event));
  } catch (error) {
    // The same event would fail at every replay, so it is left out by all in the same way.
    living.deps.log.error(
      { error: messageOf(error), seq, type: body.type },
      "An event could not be folded and is left out; this is a defect, please report it.",
    );
  }
}

async function commit(living: Living, collected: Collected, tickMs: number | null): Promise<void> {
  const { store, bus } = living.deps;
  if (isDurable(collected)) {
    const channels = await store.channels.all();
    const built = buildCommit(living.state, collected, { channels, nowMs: living.time.nowMs() });
    const entry = tickMs === null ? null : { atMs: tickMs, body: { type: "tick" } as const };
    const events = await untilDone(living, () => store.events.commit({ ...built, tick: entry }));
    if (!living.ready) return;
    bus.publish(events);
    living.deps.onCommitted(living.state.atMs);
  }
  if (living.ready) command(living, collected);
}

/** The state has moved on already, so its effects are committed sooner or later, never dropped. */
async function untilDone<Result>(living: Living, work: () => Promise<Result>): Promise<Result> {
  const { clock, log } = living.deps;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (living.closed) throw error;
      log.error({ error: messageOf(error) }, "Effects cannot be committed; trying again.");
      await new Promise<void>((resolve) => void clock.after(COMMIT_RETRY_MS, resolve));
    }
  }
}

function command(living: Living, { effects }: Collected): void {
  for (const effect of effects) {
    if (effect.type === "recheck") living.deps.onRecheck(effect);
    else if (effect.type === "canaries") living.deps.onCanaries();
  }
}

function armTick(living: Living): void {
  const { clock } = living.deps;
  living.timer?.cancel();
  const dueMs = nextWorkMs(living.state);
  if (dueMs === Infinity) return;
  // A timer of the machine holds at most 2^31 ms; a shorter wait only looks once more.
  const waitMs = Math.min(60_000, Math.max(1, dueMs - living.time.nowMs()));
  living.timer = clock.after(waitMs, () => schedule(living));
}

/**
 * Between two groups, because a snapshot of a state whose effects are not committed yet would lose
 * them in a crash.
 */
function saveSnapshot(living: Living): Promise<number> {
  return new Promise((resolve, reject) => {
    living.tasks.push(() => writeSnapshot(living).then(resolve, reject));
    schedule(living);
  });
}

async function writeSnapshot({ state, deps }: Living): Promise<number> {
  const { seq, atMs } = state;
  await deps.store.log.saveSnapshot(seq, atMs, encodeSnapshot(takeSnapshot(state)));
  return seq;
}

async function close(living: Living): Promise<void> {
  if (living.closed) return;
  if (living.ready) await saveSnapshot(living);
  while (living.queue.length > 0 || living.running) await living.running;
  living.closed = true;
  living.timer?.cancel();
}
