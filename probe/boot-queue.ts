/** Batches of one boot of a probe, in order: which were acknowledged, sent, and written to disk. */
import type { Place } from "./segment.ts";

/** A batch of the spool; both null: dropped. */
export interface SpoolEntry {
  sequence: number;
  /** Size of the batch in bytes. */
  size: number;
  madeMonoMs: number;
  /** The batch while it is in memory. */
  bytes: Uint8Array | null;
  /** Where it lies on disk. */
  place: Place | null;
}

/** Batches of one boot; indexes count from the oldest entry that is kept. */
export interface BootQueue {
  readonly bootId: string;
  entries: SpoolEntry[];
  /** The first entry that is not acknowledged. */
  head: number;
  /** The next entry to send in this session. */
  next: number;
  /** The first entry that was not offered to the disk. */
  unwritten: number;
}

/** Entries in front of the head before the array is cut. */
const CUT_AT = 1_024;

/** Creates the empty queue of a boot. */
export function newBootQueue(bootId: string): BootQueue {
  return { bootId, entries: [], head: 0, next: 0, unwritten: 0 };
}

/** Takes the oldest entry out; null when the queue is empty. */
export function takeOldest(queue: BootQueue): SpoolEntry | null {
  const entry = queue.entries[queue.head];
  if (!entry) return null;
  queue.head += 1;
  queue.next = Math.max(queue.next, queue.head);
  queue.unwritten = Math.max(queue.unwritten, queue.head);
  if (queue.head >= CUT_AT || queue.head === queue.entries.length) {
    queue.entries = queue.entries.slice(queue.head);
    queue.next -= queue.head;
    queue.unwritten -= queue.head;
    queue.head = 0;
  }
  return entry;
}

/** The oldest entry; null when the queue is empty. */
export function oldestOf(queue: BootQueue): SpoolEntry | null {
  return queue.entries[queue.head] ?? null;
}

/** How many entries wait to be acknowledged. */
export function lengthOf(queue: BootQueue): number {
  return queue.entries.length - queue.head;
}

/** How many of them were sent in this session. */
export function inFlightOf(queue: BootQueue): number {
  return queue.next - queue.head;
}
