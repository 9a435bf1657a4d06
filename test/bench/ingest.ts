/** Results from encoded batch to folded verdict and committed log, on one core. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEventBus } from "../../aggregator/bus.ts";
import { createEngine } from "../../aggregator/engine/engine.ts";
import type { RunningEngine } from "../../aggregator/engine/engine.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { settingsFor } from "../../aggregator/verdict/settings.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { beat, testProbe, testTarget } from "../helpers/verdict-mesh.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";

const TARGETS = 10_000;
const PROBES = ["rack-a", "rack-b", "rack-c"];
const ROWS = 1_000;
const BATCHES = 600;
const ROUNDS = 5;
const WINDOW = 32;
const AIM = 500_000;

const clock = systemClock();

/** A batch of successes on ROWS targets from `first` on, as it comes over the wire. */
function encodedBatch(first: number, nowMs: number): Uint8Array {
  const monoMs = Math.round(clock.monoMs());
  const rows = Array.from({ length: ROWS }, (_, index) => index);
  return ResultBatch.encode({
    baseMonoMs: monoMs,
    anchorAtMs: nowMs,
    anchorMonoMs: monoMs,
    handle: rows.map((index) => ((first + index) % TARGETS) + 1),
    revision: rows.map(() => 1),
    startMs: rows.map((index) => index >> 2),
    lateMs: rows.map((index) => index % 7),
    attempt: rows.map(() => 0),
    outcome: rows.map(() => 1),
    latencyUs: rows.map((index) => 1_000 + index),
    phaseUs: rows.flatMap((index) => [0, 200 + index, 0, 700]),
    failures: [],
  }).finish();
}

async function setUp(engine: RunningEngine): Promise<void> {
  const zones = ["east", "east", "west"];
  for (const [index, name] of PROBES.entries()) {
    await engine.submit({ type: "probe_set", probe: testProbe(name, zones[index] ?? "x", name) });
  }
  for (let first = 0; first < TARGETS; first += 500) {
    const group = Array.from({ length: 500 }, (_, index) => first + index + 1);
    await Promise.all(
      group.map((handle) =>
        engine.submit({ type: "target_set", target: testTarget(`t${handle}`, handle) }),
      ),
    );
  }
  for (let count = 0; count < 3; count += 1) {
    await Promise.all(PROBES.map((name) => engine.submit(beat(name))));
  }
}

async function pump(engine: RunningEngine, from: number): Promise<void> {
  const batches = Array.from({ length: BATCHES }, (_, index) =>
    encodedBatch(((from + index) * ROWS) % TARGETS, engine.nowMs()),
  );
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < BATCHES) {
      const index = next;
      next += 1;
      const bytes = batches[index] ?? new Uint8Array();
      await engine.submit({
        type: "results",
        probeId: PROBES[(from + index) % PROBES.length] ?? "rack-a",
        boot: 1,
        sequence: from + index + 1,
        sentMonoMs: clock.monoMs(),
        replayed: false,
        batch: ResultBatch.decode(bytes),
        bytes,
      });
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
}

/** Runs the benchmark in this process; about half a minute. */
export async function benchIngest(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
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
  await setUp(engine);
  await pump(engine, 0);
  const wall: number[] = [];
  const core: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const cpu = process.cpuUsage();
    const startMs = clock.monoMs();
    await pump(engine, round * BATCHES);
    const used = process.cpuUsage(cpu);
    wall.push((BATCHES * ROWS * 1_000) / (clock.monoMs() - startMs));
    core.push((BATCHES * ROWS * 1_000_000) / (used.user + used.system));
  }
  await engine.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  const what = "ingest to durable verdict, batches of 1,000, 10,000 targets × 3 vantages";
  return [
    {
      what: `${what}: results/s by the clock`,
      figure: spread(wall, 0),
      aim: verdictOn(median(wall) >= AIM, `at least ${AIM}`),
    },
    { what: `${what}: results a second of CPU`, figure: spread(core, 0), aim: "" },
  ];
}
