/** An engine on a store of its own, and batches of results that come as they come over the wire. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEventBus } from "../../aggregator/bus.ts";
import { createEngine } from "../../aggregator/engine/engine.ts";
import type { RunningEngine } from "../../aggregator/engine/engine.ts";
import { checkBatch } from "../../aggregator/grpc/batch-check.ts";
import type { Store } from "../../aggregator/ports.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { settingsFor } from "../../aggregator/verdict/settings.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Results } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { makeBatch } from "../helpers/make-nouns.ts";
import { beat, testProbe, testTarget } from "../helpers/verdict-mesh.ts";

/** How many targets and vantages, and how results are batched. */
export interface LoadSize {
  targets: number;
  probes: number;
  /** Results of one batch. */
  rows: number;
}

/** Batches on their way at a time: several probes, each with some of its window. */
const WINDOW = 32;

const clock = systemClock();

/** The names of the probes of a load; each stands in a zone of its own. */
export function probeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `rack-${index + 1}`);
}

/** An engine with its store in a folder of its own. */
export interface EngineRoom {
  engine: RunningEngine;
  store: Store;
  folder: string;
  /** Closes both; the folder goes, unless it is kept. */
  close(keep?: boolean): Promise<void>;
}

/** Starts an engine on the store of a folder; a new folder unless one is given. */
export async function openEngineRoom(given?: string): Promise<EngineRoom> {
  const folder = given ?? mkdtempSync(join(tmpdir(), "quorate-bench-"));
  const log = silentLog();
  const store = openSqliteStore({ path: join(folder, "quorate.db"), clock, log });
  const engine = createEngine({
    store,
    clock,
    log,
    bus: createEventBus({ log }),
    settings: settingsFor(5_000),
    onRecheck: () => undefined,
    onCanaries: () => undefined,
    onCommitted: () => undefined,
  });
  await engine.start();
  const close = async (keep = false): Promise<void> => {
    await engine.close();
    await store.close();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  return { engine, store, folder, close };
}

/** Makes the probes and the targets of a load, and lets the probes become eligible. */
export async function populate(engine: RunningEngine, size: LoadSize): Promise<void> {
  const names = probeNames(size.probes);
  for (const name of names) {
    await engine.submit({ type: "probe_set", probe: testProbe(name, "r1", name) });
  }
  for (let first = 0; first < size.targets; first += 500) {
    const count = Math.min(500, size.targets - first);
    const handles = Array.from({ length: count }, (_, index) => first + index + 1);
    await Promise.all(
      handles.map((handle) =>
        engine.submit({ type: "target_set", target: testTarget(`t${handle}`, handle) }),
      ),
    );
  }
  for (let count = 0; count < 3; count += 1) {
    await Promise.all(names.map((name) => engine.submit(beat(name))));
  }
}

/** Batches that were encoded before anything is measured: the n-th is one of probe n mod probes. */
export interface Load {
  size: LoadSize;
  /** The next batch, encoded anew with the present time, as of its probe. */
  next(): { probeId: string; results: Results };
}

/** Every probe looks at every target in turn, a batch at a time. */
export function createLoad(engine: Pick<RunningEngine, "nowMs">, size: LoadSize): Load {
  const names = probeNames(size.probes);
  let number = 0;
  return {
    size,
    next() {
      const probe = number % names.length;
      const round = Math.floor(number / names.length);
      number += 1;
      const batch = encodedBatch((round * size.rows) % size.targets, size, engine.nowMs());
      const results = { bootId: "", sequence: round + 1, sentMonoMs: clock.monoMs() + 1, batch };
      return { probeId: names[probe] ?? "", results };
    },
  };
}

function encodedBatch(first: number, { rows: count, targets }: LoadSize, nowMs: number): Buffer {
  const monoMs = Math.round(clock.monoMs());
  const rows = Array.from({ length: count }, (_, index) => index);
  const batch = ResultBatch.encode({
    baseMonoMs: Math.max(0, monoMs - (count >> 2) - 10),
    anchorAtMs: nowMs,
    anchorMonoMs: monoMs,
    handle: rows.map((index) => ((first + index) % targets) + 1),
    revision: rows.map(() => 1),
    startMs: rows.map((index) => index >> 2),
    lateMs: rows.map((index) => index % 7),
    attempt: rows.map(() => 0),
    outcome: rows.map(() => 1),
    latencyUs: rows.map((index) => 1_000 + index),
    phaseUs: rows.flatMap((index) => [0, 200 + index, 0, 700]),
    failures: [],
  });
  return Buffer.from(batch.finish());
}

/** Batches that are encoded ahead, so that the encoding is measured with nothing else. */
export function encodeAhead(load: Load, batches: number): ReturnType<Load["next"]>[] {
  return Array.from({ length: batches }, () => load.next());
}

/** Takes a batch as the door does: decoded, checked, logged, folded; resolves when that is done. */
export async function take(
  engine: RunningEngine,
  { probeId, results }: ReturnType<Load["next"]>,
): Promise<void> {
  const checked = checkBatch(results, false);
  if (!checked.ok) throw new Error(checked.sentence);
  const { batch, bytes } = checked;
  const { sequence, sentMonoMs } = results;
  const columns = { sentMonoMs, replayed: false, batch, bytes };
  await engine.submit({ type: "results", probeId, boot: 1, sequence, ...columns });
}

/** Gives all batches to the engine, some at a time. */
export async function pump(
  engine: RunningEngine,
  batches: readonly ReturnType<Load["next"]>[],
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let batch = batches[next]; batch !== undefined; batch = batches[next]) {
      next += 1;
      await take(engine, batch);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
}

/**
 * Lets every vantage see every target so many times, at the least cost: the log gets no bytes of
 * it, so a snapshot must be taken before it could be replayed.
 */
export async function fillEvidence(
  engine: RunningEngine,
  size: LoadSize,
  looks: number,
): Promise<void> {
  const names = probeNames(size.probes);
  const column = (value: number): number[] => Array.from({ length: size.rows }, () => value);
  const handles: number[][] = [];
  for (let first = 1; first <= size.targets; first += size.rows) {
    const count = Math.min(size.rows, size.targets - first + 1);
    handles.push(Array.from({ length: count }, (_, index) => first + index));
  }
  const columns = { ...makeBatch(0), revision: column(1), startMs: column(0), lateMs: column(0) };
  const rest = { attempt: column(0), outcome: column(1), latencyUs: column(900), failures: [] };
  const bytes = new Uint8Array();
  for (let look = 0; look < looks; look += 1) {
    const nowMs = engine.nowMs();
    const monoMs = Math.round(clock.monoMs()) + look;
    for (const handle of handles) {
      const anchor = { baseMonoMs: monoMs, anchorAtMs: nowMs, anchorMonoMs: monoMs };
      const batch = { ...columns, ...rest, ...anchor, handle };
      const envelope = { boot: 1, sequence: 0, sentMonoMs: monoMs + 2, replayed: false, bytes };
      const each = names.map((probeId) => {
        return engine.submit({ type: "results", probeId, batch, ...envelope });
      });
      await Promise.all(each);
    }
  }
}

/** What a stretch of work took. */
export interface Took {
  wallMs: number;
  cpuMs: number;
}

/** Measures the clock and the CPU of this process over some work. */
export async function timed(work: () => Promise<unknown>): Promise<Took> {
  const cpu = process.cpuUsage();
  const startMs = clock.monoMs();
  await work();
  const used = process.cpuUsage(cpu);
  return { wallMs: clock.monoMs() - startMs, cpuMs: (used.user + used.system) / 1_000 };
}
