/** The spool's folder: writes batches to segment files, and lives with a disk that refuses. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import {
  appendBatch,
  closeSegment,
  createSegment,
  deleteSegment,
  parseSegmentName,
  readBatch,
  scanSegment,
  SEGMENT_BYTES_MAX,
} from "./segment.ts";
import type { Place, Segment } from "./segment.ts";

/** Time between tries while the disk refuses. */
export const DISK_RETRY_MS = 5_000;

/** What the spool's folder needs. */
export interface SpoolDiskDeps {
  clock: Clock;
  log: Log;
  /** Segments lie in its folder `spool`. */
  dataDir: string;
  bootId: string;
}

/** A batch that an earlier boot left behind. */
export interface LeftBatch {
  bootId: string;
  sequence: number;
  place: Place;
}

/** The spool's folder. */
export interface SpoolDisk {
  /** Finds what earlier boots left, oldest first; torn ends are cut off. */
  findLeft(): LeftBatch[];
  /** Writes a batch; null when the disk refuses, or refused a moment ago. */
  write(sequence: number, batch: Uint8Array): Place | null;
  /** Reads a batch back; null when the disk does not give back what was written. */
  read(place: Place): Uint8Array | null;
  /** A batch is not wanted any more; a segment without wanted batches is deleted. */
  release(place: Place): void;
  /** Lets the next write try the disk although it refused a moment ago. */
  retryNow(): void;
  /** Closes the open segment. */
  close(): void;
}

interface DiskState {
  deps: SpoolDiskDeps;
  folder: string;
  segment: Segment | null;
  nextOrder: number;
  refused: boolean;
  retryAtMs: number;
}

/** Creates the spool's folder; nothing is touched before it is used. */
export function createSpoolDisk(deps: SpoolDiskDeps): SpoolDisk {
  const folder = join(deps.dataDir, "spool");
  const disk: DiskState = {
    deps,
    folder,
    segment: null,
    nextOrder: 1,
    refused: false,
    retryAtMs: 0,
  };
  return {
    findLeft: () => findLeft(disk),
    write: (sequence, batch) => write(disk, sequence, batch),
    read: (place) => read(disk, place),
    release(place) {
      const { segment } = place;
      segment.wanted -= 1;
      if (segment.wanted > 0) return;
      if (disk.segment === segment) disk.segment = null;
      removeFile(disk, segment);
    },
    retryNow: () => void (disk.retryAtMs = 0),
    close() {
      if (disk.segment) closeSegment(disk.segment);
      disk.segment = null;
    },
  };
}

function write(disk: DiskState, sequence: number, batch: Uint8Array): Place | null {
  const { clock, log } = disk.deps;
  if (disk.refused && clock.monoMs() < disk.retryAtMs) return null;
  try {
    const place = appendBatch(openSegment(disk, sequence), sequence, batch);
    if (disk.refused) log.info({ folder: disk.folder }, "The spool writes to disk again.");
    disk.refused = false;
    return place;
  } catch (error) {
    refuse(disk, error);
    return null;
  }
}

function refuse(disk: DiskState, error: unknown): void {
  const { clock, log } = disk.deps;
  const fields = { folder: disk.folder, error: messageOf(error) };
  if (!disk.refused) {
    log.error(fields, "The spool cannot write to disk: results wait in memory. Free or mend it.");
  }
  disk.refused = true;
  disk.retryAtMs = clock.monoMs() + DISK_RETRY_MS;
}

function openSegment(disk: DiskState, sequence: number): Segment {
  const current = disk.segment;
  if (current && current.descriptor !== null && current.bytes < SEGMENT_BYTES_MAX) return current;
  if (current) closeSegment(current);
  mkdirSync(disk.folder, { recursive: true, mode: 0o700 });
  const name = { order: disk.nextOrder, bootId: disk.deps.bootId, sequence };
  disk.segment = createSegment(disk.folder, name);
  disk.nextOrder += 1;
  return disk.segment;
}

function read(disk: DiskState, place: Place): Uint8Array | null {
  const { path } = place.segment;
  try {
    const batch = readBatch(place);
    if (!batch) disk.deps.log.error({ path }, "A spooled batch is damaged: it is dropped.");
    return batch;
  } catch (error) {
    const fields = { path, error: messageOf(error) };
    disk.deps.log.error(fields, "A spooled batch cannot be read: it is dropped.");
    return null;
  }
}

function removeFile(disk: DiskState, segment: Segment): void {
  try {
    deleteSegment(segment);
  } catch (error) {
    const fields = { path: segment.path, error: messageOf(error) };
    disk.deps.log.warn(fields, "A spool file cannot be deleted: it will be sent again.");
  }
}

function findLeft(disk: DiskState): LeftBatch[] {
  let names: string[];
  try {
    mkdirSync(disk.folder, { recursive: true, mode: 0o700 });
    names = readdirSync(disk.folder).sort();
  } catch (error) {
    refuse(disk, error);
    return [];
  }
  return names.flatMap((name) => findInFile(disk, name));
}

function findInFile(disk: DiskState, name: string): LeftBatch[] {
  const parsed = parseSegmentName(name);
  if (!parsed) return [];
  disk.nextOrder = Math.max(disk.nextOrder, parsed.order + 1);
  const path = join(disk.folder, name);
  try {
    const { found, cutBytes } = scanSegment(path);
    if (cutBytes > 0) {
      disk.deps.log.warn({ path, cutBytes }, "A torn end was cut off a spool file.");
    }
    const last = found.at(-1);
    const bytes = last ? last.offset + last.length : 0;
    const segment: Segment = { path, ...parsed, bytes, wanted: found.length, descriptor: null };
    if (found.length === 0) removeFile(disk, segment);
    return found.map(({ sequence, offset, length }) => {
      return { bootId: parsed.bootId, sequence, place: { segment, offset, length } };
    });
  } catch (error) {
    const fields = { path, error: messageOf(error) };
    disk.deps.log.error(fields, "A spool file cannot be read: its results stay where they are.");
    return [];
  }
}
