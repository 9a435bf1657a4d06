import assert from "node:assert/strict";
import { test } from "node:test";
import { createCrew, LOOK_AFTER_MS } from "../../../probe/workers/crew.ts";
import type { WorkerHandlers } from "../../../probe/workers/fork.ts";
import type { ToWorker } from "../../../probe/workers/messages.ts";
import { Assignments } from "../../../shared/proto/gen/quorate/v1/mesh.ts";
import { assignment } from "../../helpers/probe-parts.ts";
import { recordingLog } from "../../helpers/recording-log.ts";
import { simClock } from "../../helpers/sim-clock.ts";

interface Started {
  handlers: WorkerHandlers;
  told: ToWorker[];
  killed: boolean;
}

/** A crew whose workers do what the test says. */
function openCrew(workers = 2) {
  const clock = simClock();
  const { log, lines } = recordingLog();
  const started: Started[] = [];
  const batches: Uint8Array[] = [];
  const crew = createCrew({
    clock,
    log,
    workers,
    start: (handlers) => {
      const one: Started = { handlers, told: [], killed: false };
      started.push(one);
      return {
        send: (message) => void one.told.push(message),
        kill: () => void (one.killed = true),
      };
    },
    setup: {
      originMs: 0,
      kinds: ["tcp"],
      sourceAddress: undefined,
      mustFailAddress: null,
      knownGoodName: null,
      secrets: undefined,
      allowExec: undefined,
      logLevel: "silent",
    },
    onBatch: (batch) => batches.push(batch),
  });
  crew.start();
  return { clock, crew, started, batches, lines };
}

const toldTo = (one: Started | undefined): readonly ToWorker[] => one?.told ?? [];

const says = (told: readonly ToWorker[]): string[] => told.map(({ say }) => say);

const snapshot = (...handles: number[]): Assignments => ({
  ...Assignments.decode(new Uint8Array(0)),
  snapshot: true,
  upserts: handles.map((handle) => assignment({ handle })),
});

test("a worker is told nothing before it listens, and everything then", () => {
  const { crew, started } = openCrew();
  crew.setAnchor({ atMs: 5, monoMs: 1 });
  crew.assign(snapshot(1, 2));
  crew.setDraining(true);
  assert.deepEqual(toldTo(started[0]), []);
  started[0]?.handlers.onMessage({ say: "ready" });
  assert.deepEqual(says(toldTo(started[0])), [
    "begin",
    "anchor",
    "draining",
    "assignments",
    "assignments",
  ]);
  crew.recheck({ handles: [1, 2, 3], attempts: 3, stopAfterOks: 1 });
  const last = toldTo(started[0]).at(-1);
  assert.deepEqual(last?.say === "recheck" ? last.handles : [], [2]);
});

test("a worker that ends is started again, later each time, and has its targets again", () => {
  const { clock, crew, started, lines } = openCrew(1);
  crew.assign(snapshot(1));
  for (const waitMs of [200, 400, 800]) {
    started.at(-1)?.handlers.onMessage({ say: "ready" });
    const before = started.length;
    started.at(-1)?.handlers.onExit("It was ended by SIGKILL.");
    clock.advance(waitMs - 1);
    assert.equal(started.length, before);
    clock.advance(1);
    assert.equal(started.length, before + 1);
  }
  started.at(-1)?.handlers.onMessage({ say: "ready" });
  const handles = toldTo(started.at(-1)).flatMap((message) =>
    message.say === "assignments" ? Assignments.decode(message.bytes).upserts : [],
  );
  assert.deepEqual(
    handles.map(({ handle }) => handle),
    [1],
  );
  assert.equal(lines.filter(({ level }) => level === "error").length, 3);
});

test("a worker that says nothing any more is ended; one that speaks is not", () => {
  const { clock, started } = openCrew(2);
  const facts = { lagMs: 0, skipped: 0, running: 0, cpuMilli: 0, rssBytes: 0 };
  for (let look = 0; look < 6; look += 1) {
    started[1]?.handlers.onMessage({ say: "facts", facts });
    clock.advance(LOOK_AFTER_MS);
  }
  assert.deepEqual(
    started.map(({ killed }) => killed),
    [true, false],
  );
});

test("the facts of a crew are the longest lag and the sum of the rest, since the last time", () => {
  const { crew, started } = openCrew(2);
  const tell = (worker: number, lagMs: number): void => {
    const facts = { lagMs, skipped: 2, running: 3, cpuMilli: 500, rssBytes: 1_000 };
    started[worker]?.handlers.onMessage({ say: "facts", facts });
  };
  tell(0, 30);
  tell(0, 10);
  tell(1, 20);
  const both = { running: 6, cpuMilli: 1_000, rssBytes: 2_000 };
  assert.deepEqual(crew.takeFacts(), { ...both, lagMs: 30, skipped: 6 });
  assert.deepEqual(crew.takeFacts(), { ...both, lagMs: 0, skipped: 0 });
});

test("a crew that stops takes the last batches, and has patience for no more", async () => {
  const { clock, crew, started, batches } = openCrew(2);
  for (const { handlers } of started) handlers.onMessage({ say: "ready" });
  const stopped = crew.stop(100);
  started[0]?.handlers.onMessage({ say: "batch", bytes: new Uint8Array(3) });
  started[0]?.handlers.onMessage({ say: "stopped" });
  await clock.run(700);
  await stopped;
  assert.equal(batches.length, 1);
  assert.deepEqual(
    started.map(({ killed }) => killed),
    [true, true],
  );
  started[0]?.handlers.onExit("It ended with code 0.");
  clock.advance(60_000);
  assert.equal(started.length, 2);
  assert.equal(clock.pending(), 0);
});
