/**
 * The engine of one aggregator: the log and the fold.
 *
 * What is submitted is appended to the log, committed, and only then folded; what the fold gives
 * is committed in one transaction with its notification intents, and only then published. A crash
 * between the two commits loses nothing: the log gives the same effects with the same ids again.
 * What thousands of targets bring at once is folded with rests and committed in parts, so that
 * others have their turn; their notification intents are the last part (see commit-parts.ts).
 */
import { QuorateError, messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Engine } from "../ports.ts";
import type { EventBody } from "../verdict/event.ts";
import { createState } from "../verdict/state.ts";
import { nextWorkMs } from "../verdict/step.ts";
import { emptyBook, readBook } from "../alert/book.ts";
import { alertsDueMs } from "./alerting.ts";
import { nothingCollected } from "./effects.ts";
import { commit, fold, isAlertingDue, untilDone } from "./living.ts";
import type { EngineDeps, Living, Waiting } from "./parts.ts";
import { createLatencyTally } from "./latency-tally.ts";
import { createLogTime } from "./log-time.ts";
import { replay } from "./replay.ts";
import { saveState } from "./saving.ts";
import { nextTurn } from "../../shared/turn.ts";
import { engineViews } from "./views.ts";

/** The engine with the parts that only main uses. */
export interface RunningEngine extends Engine {
  /** Replays the log and takes over; resolves when it is ready. */
  start(): Promise<void>;
  /** Saves a snapshot of the present state and gives its seq; the log before it may be packed. */
  saveSnapshot(): Promise<number>;
}

/** Beyond so many targets a snapshot takes about a second, and whoever stops a program waits. */
const MANY_TARGETS = 20_000;
const SAVED_LATELY_MS = 120_000;

/** Events appended in one transaction at most; the rest waits for the next. */
const GROUP_EVENTS_MAX = 500;

/** Creates an engine; `start` makes it live. */
export function createEngine(deps: EngineDeps): RunningEngine {
  const living: Living = {
    deps,
    state: createState(deps.settings),
    book: emptyBook(),
    alertsChanged: false,
    time: createLogTime(deps.clock, 0),
    queue: [],
    lagMs: 0,
    latencies: createLatencyTally(),
    ready: false,
    closed: false,
    ahead: false,
    running: null,
    timer: null,
    tasks: [],
    savedAtMs: 0,
    saving: Promise.resolve(),
  };
  let closing: Promise<void> | null = null;
  return {
    start: () => start(living),
    submit: (body) => submit(living, body),
    saveSnapshot: () => saveSnapshot(living),
    ...engineViews(living),
    alertsChanged: () => {
      living.alertsChanged = true;
      if (living.ready && !living.closed) schedule(living);
    },
    close: () => (closing ??= close(living)),
  };
}

async function start(living: Living): Promise<void> {
  const { store, clock } = living.deps;
  living.book = readBook(await store.alerts.load());
  await replay(living);
  const position = await store.log.position();
  living.time = createLogTime(clock, Math.max(position.atMs, living.state.atMs));
  living.ready = true;
  await submit(living, { type: "takeover" });
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
  living.running = nextTurn()
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
  // Reminders, storms that were waited for, silences that ended.
  if (isAlertingDue(living)) await commit(living, nothingCollected(), null);
  for (const task of living.tasks.splice(0)) task();
}

async function takeGroup(living: Living, group: Waiting[]): Promise<void> {
  const { store, log } = living.deps;
  let seq: number;
  try {
    seq = await store.log.append(group);
  } catch (error) {
    log.error({ error: messageOf(error) }, "The log cannot be written; nothing was acknowledged.");
    refuse(living, group, error instanceof Error ? error : new Error(messageOf(error)));
    return;
  }
  const collected = nothingCollected();
  for (const { atMs, body } of group) {
    const folding = fold(living, { seq, atMs, body }, collected);
    while (folding.next().done !== true) await nextTurn();
    if (body.type === "results") living.latencies.add(body);
    seq += 1;
  }
  await commit(living, collected, null);
  const nowMs = living.time.nowMs();
  living.lagMs = nowMs - (group[0]?.atMs ?? nowMs);
  for (const waiting of group) waiting.resolve();
}

/**
 * Refuses a group that is not in the log, and all that was submitted after it: were a later batch
 * of a boot logged without the one before it, the boot's position in the log would acknowledge
 * both, and the probe would drop what nobody has.
 */
function refuse(living: Living, group: readonly Waiting[], error: Error): void {
  for (const { reject } of [...group, ...living.queue.splice(0)]) reject(error);
}

/**
 * Time alone: evaluates boundaries that are due, and logs the tick only when it had effects. One
 * that takes a rest is logged before, because what others then see must come out of the log.
 */
async function tick(living: Living): Promise<void> {
  const atMs = living.time.nowMs();
  if (!living.ready || living.ahead || nextWorkMs(living.state) > atMs) return;
  const collected = nothingCollected();
  const body = { type: "tick" } as const;
  let tickMs: number | null = atMs;
  const folding = fold(living, { seq: 0, atMs, body }, collected);
  while (folding.next().done !== true) {
    if (tickMs !== null)
      await untilDone(living, () => living.deps.store.log.append([{ atMs, body }]));
    tickMs = null;
    await nextTurn();
  }
  await commit(living, collected, tickMs);
}

function armTick(living: Living): void {
  const { clock } = living.deps;
  living.timer?.cancel();
  const dueMs = Math.min(nextWorkMs(living.state), alertsDueMs(living));
  if (dueMs === Infinity) return;
  // A timer of the machine holds at most 2^31 ms; a shorter wait only looks once more.
  const waitMs = Math.min(60_000, Math.max(1, dueMs - living.time.nowMs()));
  living.timer = clock.after(waitMs, () => schedule(living));
}

/** One after the other, so that the parts of two snapshots are never mixed. */
function saveSnapshot(living: Living): Promise<number> {
  const begun = living.saving.then(() => saveState(living, (task) => between(living, task)));
  living.saving = begun.then(
    () => void (living.savedAtMs = living.time.nowMs()),
    () => undefined,
  );
  return begun;
}

/**
 * Between two groups, because a snapshot of a state whose effects are not committed yet would lose
 * them in a crash.
 */
function between<Value>(living: Living, task: () => Value): Promise<Value> {
  return new Promise((resolve, reject) => {
    living.tasks.push(() => {
      try {
        resolve(task());
      } catch (error) {
        reject(error instanceof Error ? error : new Error(messageOf(error)));
      }
    });
    schedule(living);
  });
}

/** Whether it is better to replay the little since the last snapshot than to write a large one. */
function isSavedLately({ state, time, savedAtMs }: Living): boolean {
  return state.targets.size > MANY_TARGETS && time.nowMs() - savedAtMs < SAVED_LATELY_MS;
}

/** Without a snapshot the next start replays a longer log; that is all that a failure costs. */
async function close(living: Living): Promise<void> {
  const { log } = living.deps;
  living.closed = true;
  if (living.ready && !isSavedLately(living)) {
    await saveSnapshot(living).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, "The state cannot be saved; the log has all of it.");
    });
  }
  while (living.queue.length > 0 || living.running) await living.running;
  living.timer?.cancel();
}
