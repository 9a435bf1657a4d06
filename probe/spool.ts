/**
 * The spool: every batch stays here until the aggregator has committed it.
 *
 * While acknowledgements come quickly, batches live in memory only. A batch that is not
 * acknowledged after about a second, or is made while the link is down, is appended to a segment
 * file, and all of them at a stop. So a kill -9 loses at most the results of about the last
 * second; a power cut may also lose what the kernel had not yet written. At the next start the
 * batches of earlier boots are sent again under their own boot; they are history and never vote.
 *
 * Both bounds (LIMITS.spoolBatchesMax, LIMITS.spoolBytesMax) drop the oldest batch and count it.
 */
import type { Clock, Timer } from "../shared/clock.ts";
import { LIMITS } from "../shared/limits.ts";
import type { Log } from "../shared/log.ts";
import { inFlightOf, lengthOf, newBootQueue, oldestOf, takeOldest } from "./boot-queue.ts";
import type { BootQueue, SpoolEntry } from "./boot-queue.ts";
import { createSpoolDisk } from "./spool-disk.ts";
import type { SpoolDisk } from "./spool-disk.ts";

/** Age at which a batch that is not acknowledged goes to disk. Shorter loses less, writes more. */
export const WRITE_AFTER_MS = 1_000;
/** How often ages are looked at. */
const LOOK_EVERY_MS = 250;

/** What a spool needs. */
export interface SpoolDeps {
  clock: Clock;
  log: Log;
  /** Segments lie in its folder `spool`. */
  dataDir: string;
  /** Identity of this start of the probe, 16 to 64 characters of [0-9a-z]. */
  bootId: string;
  /** Batches kept. Default LIMITS.spoolBatchesMax; tests lower it. */
  batchesMax?: number;
  /** Bytes kept. Default LIMITS.spoolBytesMax; tests lower it. */
  bytesMax?: number;
  /** Bytes kept in memory. Default LIMITS.spoolMemoryBytesMax; tests lower it. */
  memoryBytesMax?: number;
}

/** A batch ready to be sent. */
export interface SpooledBatch {
  bootId: string;
  sequence: number;
  batch: Uint8Array;
}

/** Keeps batches until they are committed. */
export interface Spool {
  /** Keeps a new batch of this boot; sequences count up by 1 from 1. */
  add(batch: Uint8Array): void;
  /** The next batch to send in this session, this boot's first; null when all were sent. */
  take(): SpooledBatch | null;
  /** Everything of a boot up to `sequence` is committed. */
  acknowledge(bootId: string, sequence: number): void;
  /** Gives a batch up, and counts it as dropped; false when it is not here. */
  drop(bootId: string, sequence: number): boolean;
  /** A session begins: this boot is committed up to `sequence`, everything else is sent again. */
  beginSession(sequence: number): void;
  /** While the link is down, batches go to disk at once. */
  setLinkUp(up: boolean): void;
  /** Batches sent in this session and not acknowledged. */
  inFlight(): number;
  /** Batches kept, batches of this boot among them, and batches dropped since the start. */
  counts(): { batches: number; own: number; dropped: number };
  /** Writes what is only in memory to disk and closes the files. */
  close(): void;
}

interface SpoolState {
  deps: SpoolDeps;
  disk: SpoolDisk;
  own: BootQueue;
  /** Queues of earlier boots, oldest first; none of them is empty. */
  earlier: BootQueue[];
  lastSequence: number;
  batches: number;
  bytes: number;
  memoryBytes: number;
  dropped: number;
  linkUp: boolean;
  timer: Timer | null;
}

/** Opens the spool of a data folder and finds what earlier boots left there. */
export function openSpool(deps: SpoolDeps): Spool {
  const spool: SpoolState = {
    deps,
    disk: createSpoolDisk(deps),
    own: newBootQueue(deps.bootId),
    earlier: [],
    lastSequence: 0,
    batches: 0,
    bytes: 0,
    memoryBytes: 0,
    dropped: 0,
    linkUp: false,
    timer: null,
  };
  keepLeft(spool);
  enforceBounds(spool);
  spool.timer = deps.clock.every(LOOK_EVERY_MS, () => writeOld(spool));
  return {
    add: (batch) => add(spool, batch),
    take: () => take(spool),
    acknowledge: (bootId, sequence) => acknowledge(spool, bootId, sequence),
    drop: (bootId, sequence) => giveUp(spool, bootId, sequence),
    beginSession(sequence) {
      acknowledge(spool, deps.bootId, sequence);
      for (const queue of queuesOf(spool)) queue.next = queue.head;
    },
    setLinkUp: (up) => void (spool.linkUp = up),
    inFlight: () => queuesOf(spool).reduce((sum, queue) => sum + inFlightOf(queue), 0),
    counts: () => ({ batches: spool.batches, own: lengthOf(spool.own), dropped: spool.dropped }),
    close() {
      spool.timer?.cancel();
      spool.disk.retryNow();
      writeMadeBefore(spool, Infinity);
      spool.disk.close();
    },
  };
}

/** All queues, the oldest boot first. */
function queuesOf(spool: SpoolState): BootQueue[] {
  return [...spool.earlier, spool.own];
}

function keepLeft(spool: SpoolState): void {
  const byBoot = new Map<string, BootQueue>();
  for (const { bootId, sequence, place } of spool.disk.findLeft()) {
    const queue = byBoot.get(bootId) ?? newBootQueue(bootId);
    byBoot.set(bootId, queue);
    keep(spool, queue, { sequence, size: place.length, madeMonoMs: 0, bytes: null, place });
  }
  spool.earlier = [...byBoot.values()];
}

function add(spool: SpoolState, batch: Uint8Array): void {
  spool.lastSequence += 1;
  const madeMonoMs = spool.deps.clock.monoMs();
  const sequence = spool.lastSequence;
  keep(spool, spool.own, { sequence, size: batch.length, madeMonoMs, bytes: batch, place: null });
  if (!spool.linkUp) writeMadeBefore(spool, Infinity);
  enforceBounds(spool);
}

function keep(spool: SpoolState, queue: BootQueue, entry: SpoolEntry): void {
  queue.entries.push(entry);
  spool.batches += 1;
  spool.bytes += entry.size;
  if (entry.bytes) spool.memoryBytes += entry.size;
}

/** This boot's batches go first: they may still vote, while an earlier boot's are history. */
function take(spool: SpoolState): SpooledBatch | null {
  for (const queue of [spool.own, ...spool.earlier]) {
    for (;;) {
      const entry = queue.entries[queue.next];
      if (!entry) break;
      queue.next += 1;
      const batch = entry.bytes ?? (entry.place && spool.disk.read(entry.place));
      if (batch) return { bootId: queue.bootId, sequence: entry.sequence, batch };
      drop(spool, entry);
      shedGone(spool, queue);
    }
  }
  return null;
}

function acknowledge(spool: SpoolState, bootId: string, sequence: number): void {
  const queue = queuesOf(spool).find((one) => one.bootId === bootId);
  if (!queue) return;
  for (let entry = oldestOf(queue); entry && entry.sequence <= sequence;) {
    release(spool, queue);
    entry = oldestOf(queue);
  }
  shedGone(spool, queue);
}

/** Takes the oldest entry of a queue out, and forgets a queue of an earlier boot that is empty. */
function release(spool: SpoolState, queue: BootQueue): void {
  const entry = takeOldest(queue);
  if (entry) {
    spool.batches -= 1;
    forget(spool, entry);
  }
  if (lengthOf(queue) === 0 && queue !== spool.own) {
    spool.earlier = spool.earlier.filter((one) => one !== queue);
  }
}

/** A dropped batch keeps its place in the queue until it is the oldest: indexes must not shift. */
function shedGone(spool: SpoolState, queue: BootQueue): void {
  for (let entry = oldestOf(queue); entry && isGone(entry); entry = oldestOf(queue)) {
    release(spool, queue);
  }
}

function isGone(entry: SpoolEntry): boolean {
  return entry.bytes === null && entry.place === null;
}

function drop(spool: SpoolState, entry: SpoolEntry): void {
  if (isGone(entry)) return;
  spool.dropped += 1;
  forget(spool, entry);
}

/** Drops one batch wherever it stands in its queue. */
function giveUp(spool: SpoolState, bootId: string, sequence: number): boolean {
  const queue = queuesOf(spool).find((one) => one.bootId === bootId);
  const entry = queue?.entries.slice(queue.head).find((one) => one.sequence === sequence);
  if (queue === undefined || entry === undefined || isGone(entry)) return false;
  drop(spool, entry);
  shedGone(spool, queue);
  return true;
}

function forget(spool: SpoolState, entry: SpoolEntry): void {
  spool.bytes -= entry.size;
  if (entry.bytes) spool.memoryBytes -= entry.size;
  if (entry.place) spool.disk.release(entry.place);
  entry.size = 0;
  entry.bytes = null;
  entry.place = null;
}

function enforceBounds(spool: SpoolState): void {
  const batchesMax = spool.deps.batchesMax ?? LIMITS.spoolBatchesMax;
  const bytesMax = spool.deps.bytesMax ?? LIMITS.spoolBytesMax;
  const memoryBytesMax = spool.deps.memoryBytesMax ?? LIMITS.spoolMemoryBytesMax;
  while (spool.batches > batchesMax || spool.bytes > bytesMax) {
    const queue = queuesOf(spool).find((one) => lengthOf(one) > 0);
    const oldest = queue && oldestOf(queue);
    if (!queue || !oldest) break;
    drop(spool, oldest);
    release(spool, queue);
  }
  // Memory is full only while the disk refuses: what is on disk already helps nothing here.
  const { own } = spool;
  while (spool.memoryBytes > memoryBytesMax) {
    const entry = own.entries[own.unwritten];
    if (!entry) break;
    own.unwritten += 1;
    drop(spool, entry);
  }
  shedGone(spool, own);
}

function writeOld(spool: SpoolState): void {
  const nowMs = spool.deps.clock.monoMs();
  writeMadeBefore(spool, spool.linkUp ? nowMs - WRITE_AFTER_MS : Infinity);
}

function writeMadeBefore(spool: SpoolState, madeMonoMs: number): void {
  const { own } = spool;
  for (;;) {
    const entry = own.entries[own.unwritten];
    if (!entry || entry.madeMonoMs > madeMonoMs) return;
    if (entry.bytes) {
      const place = spool.disk.write(entry.sequence, entry.bytes);
      if (!place) return;
      entry.place = place;
      entry.bytes = null;
      spool.memoryBytes -= entry.size;
    }
    own.unwritten += 1;
  }
}
