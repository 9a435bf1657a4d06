/** An engine on a store that fails on cue, on a clock that stands still until it is moved. */
import { createEventBus } from "../../aggregator/bus.ts";
import { createEngine } from "../../aggregator/engine/engine.ts";
import type { RunningEngine } from "../../aggregator/engine/engine.ts";
import type { EngineStore } from "../../aggregator/engine/parts.ts";
import type { RecheckRequest, Store, StoredEvent } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import type { EventBody } from "../../aggregator/verdict/event.ts";
import { settingsFor } from "../../aggregator/verdict/settings.ts";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Target } from "../../shared/target.ts";
import { makeBatch } from "./make-nouns.ts";
import { settle, simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";
import { beat, testProbe } from "./verdict-mesh.ts";

/** What of the store fails from now on. */
export interface Faults {
  append: boolean;
  commit: boolean;
  /** So many commits still succeed. Default all. */
  commitsLeft: number;
  channels: boolean;
  saveSnapshot: boolean;
}

/** A store in memory, the engines on it, and what they published. */
export interface EngineRoom {
  store: Store;
  clock: SimClock;
  faults: Faults;
  published: StoredEvent[];
  rechecks: RecheckRequest[];
  /** Starts an engine on what the store has; the one before is as good as killed. */
  start(): Promise<RunningEngine>;
  close(): Promise<void>;
}

/** How a room is made. */
export interface EngineRoomOptions {
  /** Where its wall clock begins. Default 2026. */
  wallMs?: number;
  /** Data file of its store. Default in memory. */
  path?: string;
  /** Whether what is published is kept by nobody. Default false. */
  forgets?: boolean;
}

/** Opens an empty room. */
export function openEngineRoom(options: EngineRoomOptions = {}): EngineRoom {
  const clock = simClock(options);
  const log = silentLog();
  const store = openSqliteStore({ path: options.path ?? ":memory:", clock, log });
  const faults: Faults = {
    append: false,
    commit: false,
    commitsLeft: Infinity,
    channels: false,
    saveSnapshot: false,
  };
  const published: StoredEvent[] = [];
  const rechecks: RecheckRequest[] = [];
  let life = { ended: false };
  return {
    store,
    clock,
    faults,
    published,
    rechecks,
    async start() {
      life.ended = true;
      life = { ended: false };
      const bus = createEventBus({ log });
      if (options.forgets !== true) bus.subscribe((events) => void published.push(...events));
      const engine = createEngine({
        store: failing(store, faults),
        clock: mortal(clock, life),
        log,
        bus,
        settings: settingsFor(5_000),
        onRecheck: (request) => void rechecks.push(request),
        onCanaries: () => undefined,
        onCommitted: () => undefined,
      });
      await engine.start();
      return engine;
    },
    close: () => store.close(),
  };
}

/** A clock whose timers a killed process no longer hears. */
function mortal(clock: SimClock, life: { ended: boolean }): Clock {
  const unlessEnded = (callback: () => void) => () => {
    if (!life.ended) callback();
  };
  return {
    ...clock,
    after: (delayMs, callback) => clock.after(delayMs, unlessEnded(callback)),
    every: (periodMs, callback) => clock.every(periodMs, unlessEnded(callback)),
  };
}

function failing(store: Store, faults: Faults): EngineStore {
  const unless = async <Result>(
    fault: Exclude<keyof Faults, "commitsLeft">,
    work: () => Promise<Result>,
  ) => {
    // Nothing durable answers in the same turn; what is submitted meanwhile must be seen to.
    await settle();
    if (faults[fault]) throw new Error(`${fault}: the disk is full`);
    return work();
  };
  const { log, events, channels } = store;
  return {
    ...store,
    log: {
      ...log,
      append: (entries) => unless("append", () => log.append(entries)),
      saveSnapshot: (...args) => unless("saveSnapshot", () => log.saveSnapshot(...args)),
    },
    events: {
      ...events,
      commit: (commit) => {
        faults.commit ||= faults.commitsLeft <= 0;
        faults.commitsLeft -= 1;
        return unless("commit", () => events.commit(commit));
      },
    },
    channels: { ...channels, all: () => unless("channels", () => channels.all()) },
  };
}

/** Lets time go by, until what it brings about is committed. */
export async function pass({ clock }: EngineRoom, engine: RunningEngine): Promise<void> {
  await clock.run(1_000);
  await engine.submit({ type: "tick" });
}

/** Three probes in three zones that are eligible, and this target. */
export async function populate(
  room: EngineRoom,
  engine: RunningEngine,
  target: Target,
): Promise<void> {
  const names = ["a", "b", "c"];
  for (const name of names) {
    await engine.submit({ type: "probe_set", probe: testProbe(name, "r", `zone-${name}`) });
  }
  await engine.submit({ type: "target_set", target });
  for (let count = 0; count < 3; count += 1) {
    await Promise.all(names.map((name) => engine.submit(beat(name))));
  }
  await pass(room, engine);
}

/** A batch of one failure of a probe, that ended at the moment it was sent. */
export function failureBatch(engine: RunningEngine, probeId: string, sequence: number): EventBody {
  return failuresBatch(engine, probeId, { sequence, targets: 1 });
}

/** The same of the targets with the handles up to `targets`. */
export function failuresBatch(
  engine: RunningEngine,
  probeId: string,
  { sequence, targets }: { sequence: number; targets: number },
): EventBody {
  const nowMs = engine.nowMs();
  const rows = Array.from({ length: targets }, (_, row) => row);
  const batch = makeBatch(targets, {
    baseMonoMs: 1_000,
    anchorAtMs: nowMs,
    anchorMonoMs: 1_000,
    handle: rows.map((row) => row + 1),
    attempt: rows.map(() => sequence - 1),
    outcome: rows.map(() => 3),
    latencyUs: rows.map(() => 0),
    failures: rows.map((row) => {
      const failure = { reason: "connection_refused", detail: "Refused.", resolver: "" };
      return { row, ...failure, certificate: 1 };
    }),
  });
  const bytes = ResultBatch.encode(batch).finish();
  const columns = { sentMonoMs: 1_000, replayed: false, batch, bytes };
  return { type: "results", probeId, boot: 1, sequence, ...columns };
}

/** What became of submissions, as texts: "done", or the message they were refused with. */
export async function outcomes(submissions: readonly Promise<void>[]): Promise<string[]> {
  const told = submissions.map((one) => one.then(() => "done", messageOf));
  return Promise.all(told);
}
