/** Things to put into a store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewNotification, Store } from "../../aggregator/ports.ts";
import type { ResultsEvent } from "../../aggregator/verdict/event.ts";
import { isoTime } from "../../shared/clock.ts";
import type { PublicEvent } from "../../shared/event.ts";
import type { Probe } from "../../shared/probe.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { Failure } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { targetSpecSchema } from "../../shared/target.ts";
import type { Target } from "../../shared/target.ts";

/** Where time begins in tests of the store. */
export const START_MS = 1_767_225_600_000;

/** A directory for one test; `remove` deletes it. */
export function tempDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "quorate-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A target whose id follows from its name. */
export function targetNamed(name: string, handle: number, over: Partial<Target> = {}): Target {
  const spec = targetSpecSchema.parse({ name, kind: "tcp", options: { address: "127.0.0.1:1" } });
  const times = { createdAtMs: START_MS, updatedAtMs: START_MS };
  return { id: `tgt_${name}`, handle, revision: 1, ...times, spec, ...over };
}

/** A probe whose id follows from its name. */
export function probeNamed(name: string): Probe {
  return {
    id: `prb_${name}`,
    revision: 1,
    createdAtMs: START_MS,
    updatedAtMs: START_MS,
    draining: false,
    spec: { name, region: "north", zone: name, labels: {} },
  };
}

/** One row of a batch. */
export interface BatchRow {
  handle: number;
  /** End of the check before the sending of the batch. */
  agoMs: number;
  latencyUs: number;
  revision?: number;
  attempt?: number;
  outcome?: number;
  failure?: Partial<Failure>;
  /** Of dns, connect, tls and first byte; a batch has those of all rows, or of none. */
  phaseUs?: readonly [number, number, number, number];
}

/** What a batch says beside its rows. */
export interface BatchFacts {
  probeId: string;
  boot?: number;
  sequence?: number;
  replayed?: boolean;
  /** Time on the probe's clock at the sending; the clock was 0 at START_MS. */
  sentMonoMs: number;
  /** True: no time anchor had reached the probe. */
  unanchored?: boolean;
}

/** A results event as a healthy probe would send it, its last anchor 1 s before the sending. */
export function resultsEvent(facts: BatchFacts, rows: readonly BatchRow[]): ResultsEvent {
  const { probeId, boot = 1, sequence = 1, replayed = false, sentMonoMs } = facts;
  const anchorMonoMs = Math.floor(Math.max(0, sentMonoMs - 1_000));
  const failures: Failure[] = rows.flatMap(({ failure }, row) =>
    failure
      ? [{ reason: "read_timeout", detail: "", resolver: "", certificate: 1, ...failure, row }]
      : [],
  );
  const end = (row: BatchRow) => Math.max(0, sentMonoMs - row.agoMs - 60_000);
  const batch: ResultBatch = {
    baseMonoMs: 0,
    anchorAtMs: facts.unanchored ? 0 : START_MS + anchorMonoMs,
    anchorMonoMs,
    handle: rows.map((row) => row.handle),
    revision: rows.map((row) => row.revision ?? 1),
    startMs: rows.map((row) =>
      Math.max(0, Math.round(sentMonoMs - row.agoMs - row.latencyUs / 1_000)),
    ),
    lateMs: rows.map((row) => end(row) % 3),
    attempt: rows.map((row) => row.attempt ?? 0),
    outcome: rows.map((row) => row.outcome ?? (row.failure ? 2 : 1)),
    latencyUs: rows.map((row) => row.latencyUs),
    phaseUs: rows.flatMap(({ phaseUs }) => phaseUs ?? []),
    failures,
  };
  const bytes = ResultBatch.encode(batch).finish();
  return { type: "results", probeId, boot, sequence, sentMonoMs, replayed, batch, bytes };
}

/** A public event with this id. */
export function eventWithId(id: string): PublicEvent {
  return { id, type: "mesh.blind", timestamp: isoTime(START_MS), data: { sentence: "Blind." } };
}

/** An intent with this id, for channel chn_a unless told otherwise. */
export function intent(id: string, over: Partial<NewNotification> = {}): NewNotification {
  return {
    id,
    channelId: "chn_a",
    orderKey: "tgt_a",
    state: "pending",
    reason: "The target is down.",
    body: `{"id":"${id}"}`,
    createdAtMs: START_MS,
    ...over,
  };
}

/** Calls compaction until it says that there is no more to do; resolves with the calls made. */
export async function compactAll(store: Store, upToSeq: number, beforeMs: number): Promise<number> {
  let calls = 1;
  while (await store.history.compact(upToSeq, beforeMs)) calls += 1;
  return calls;
}

/** Every page of a list, in turn. */
export async function allPages<Row>(
  read: (cursor: string | undefined) => Promise<{ rows: Row[]; next: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    rows.push(...page.rows);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
