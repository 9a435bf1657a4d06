/** An engine whose targets fall and rise on cue, and what alerting makes of it. */
import type { RunningEngine } from "../../aggregator/engine/engine.ts";
import type { Notification } from "../../shared/channel.ts";
import type { PublicEvent } from "../../shared/event.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Target } from "../../shared/target.ts";
import { openEngineRoom } from "./engine-room.ts";
import type { EngineRoom, EngineRoomOptions } from "./engine-room.ts";
import { makeBatch } from "./make-nouns.ts";
import { beat, testProbe, testTarget } from "./verdict-mesh.ts";

/** The room. */
export interface AlertRoom extends EngineRoom {
  targets: readonly Target[];
  /** The engine that lives now. */
  engine(): RunningEngine;
  /** As `kill -9`, and a start. */
  restart(): Promise<void>;
  /** Every probe sees these targets fail, or succeed, until the verdict is drawn. */
  look(handles: readonly number[], outcome: "fails" | "succeeds"): Promise<void>;
  /** Time goes by, with heartbeats, as long as nothing else happens. */
  pass(forMs: number): Promise<void>;
  /** Everything planned so far, the oldest first. */
  planned(): Promise<Notification[]>;
  /** `type subject` of what was sent, the oldest first. */
  sent(): Promise<string[]>;
}

const PROBES = ["a", "b", "c"];
const BATCH_ROWS = 1_000;
const STEP_MS = 2_000;
const EPOCH_MS = 1_767_225_600_000;

/** Opens a room with `count` targets that are up; `labels` of each by its handle. */
export async function openAlertRoom(
  count: number,
  labels: (handle: number) => Record<string, string> = () => ({}),
  options: EngineRoomOptions = {},
): Promise<AlertRoom> {
  const room = openEngineRoom(options);
  let engine = await room.start();
  let sequence = 0;
  const targets = Array.from({ length: count }, (_, index) =>
    testTarget(`t${index + 1}`, index + 1, { labels: labels(index + 1), fall: 1, rise: 1 }),
  );
  const beatAll = () => Promise.all(PROBES.map((name) => engine.submit(beat(name))));
  async function pass(forMs: number): Promise<void> {
    for (let leftMs = forMs; leftMs > 0; leftMs -= STEP_MS) {
      await room.clock.run(Math.min(STEP_MS, leftMs));
      await beatAll();
    }
    await engine.submit({ type: "tick" });
  }
  async function look(handles: readonly number[], outcome: "fails" | "succeeds"): Promise<void> {
    for (let first = 0; first < handles.length; first += BATCH_ROWS) {
      const part = handles.slice(first, first + BATCH_ROWS);
      sequence += 1;
      const batch = batchOf(part, outcome, engine.nowMs());
      await Promise.all(PROBES.map((probeId) => engine.submit({ ...batch, probeId, sequence })));
    }
    await pass(STEP_MS);
  }
  for (const [index, name] of PROBES.entries()) {
    await engine.submit({ type: "probe_set", probe: testProbe(name, `r${index}`, `z${name}`) });
  }
  for (let first = 0; first < count; first += BATCH_ROWS) {
    const part = targets.slice(first, first + BATCH_ROWS);
    await Promise.all(part.map((target) => engine.submit({ type: "target_set", target })));
  }
  for (let beats = 0; beats < 3; beats += 1) await beatAll();
  const planned = async (): Promise<Notification[]> => {
    const { rows } = await room.store.notifications.list({ limit: 1_000_000 });
    return rows.toReversed();
  };
  return {
    ...room,
    targets,
    engine: () => engine,
    restart: async () => void (engine = await room.start()),
    look,
    pass,
    planned,
    sent: async () => (await planned()).filter(({ state }) => state !== "withheld").map(lineOf),
  };
}

function lineOf({ body }: Notification): string {
  const event = eventOf(body);
  const { folded, target } = event.data;
  if (folded) return `${event.type} ${folded.to} ${folded.count} ${folded.cause}`;
  return `${event.type} ${target?.name ?? "mesh"}`;
}

/** The event of a message. Guarantee: the engine wrote it. */
export function eventOf(body: string): PublicEvent {
  const event: unknown = JSON.parse(body);
  return event as PublicEvent;
}

function batchOf(handles: readonly number[], outcome: "fails" | "succeeds", nowMs: number) {
  const column = (value: number): number[] => handles.map(() => value);
  const fails = outcome === "fails";
  // The probes' monotonic clocks began a second before the room.
  const monoMs = nowMs - EPOCH_MS + 1_000;
  const refused = { reason: "connection_refused", detail: "Refused.", resolver: "" };
  const batch = makeBatch(handles.length, {
    baseMonoMs: monoMs,
    anchorAtMs: nowMs,
    anchorMonoMs: monoMs,
    handle: [...handles],
    lateMs: column(0),
    outcome: column(fails ? 3 : 1),
    latencyUs: column(0),
    failures: fails ? handles.map((_, row) => ({ row, ...refused, certificate: 1 })) : [],
  });
  const bytes = ResultBatch.encode(batch).finish();
  return { type: "results", boot: 1, sentMonoMs: monoMs, replayed: false, batch, bytes } as const;
}
