/**
 * Saving the state while the engine goes on. What is saved is the state between two groups of
 * events; it is taken, encoded and written a few targets at a time, with a turn of the event loop
 * after each, so that a snapshot of 100,000 targets stalls nobody.
 */
import { QuorateError } from "../../shared/errors.ts";
import { beginCapture } from "../verdict/capture.ts";
import type { Capture } from "../verdict/capture.ts";
import type { TargetData } from "../verdict/snapshot.ts";
import type { Living } from "./parts.ts";
import { encodeHead, encodePart } from "./snapshot-codec.ts";
import { nextTurn } from "../../shared/turn.ts";

/** Targets of one part: some 3 ms to encode, 50 kB to write. */
const PART_TARGETS = 75;
/**
 * Times that a snapshot begins anew because every target changed at once (a probe was set aside,
 * say). The last time all targets are taken in one go, which takes about a second for 100,000.
 */
const ATTEMPTS = 4;

/** A capture, and how it is asked for its next targets. */
interface Source {
  capture: Capture;
  next(): TargetData[];
}

/** Runs a task between two groups of events. */
type Between = <Value>(task: () => Value) => Promise<Value>;

/** Saves the state as it is when its turn comes, and gives its seq. */
export async function saveState(living: Living, between: Between): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const source = await between(() => open(living, attempt === ATTEMPTS));
    try {
      if (await write(living, source)) return source.capture.head.seq;
    } finally {
      source.capture.end();
    }
  }
}

function open({ state, ahead }: Living, atOnce: boolean): Source {
  if (ahead) throw new QuorateError("unavailable", "The state is ahead of what is committed.");
  const capture = beginCapture(state);
  if (!atOnce) return { capture, next: () => capture.take(PART_TARGETS) };
  const all = capture.take(Infinity);
  capture.end();
  return { capture, next: () => all.splice(0, PART_TARGETS) };
}

/** Writes part by part, and the head when all are there; false when it has to begin anew. */
async function write({ deps }: Living, { capture, next }: Source): Promise<boolean> {
  const { log } = deps.store;
  const { seq, atMs } = capture.head;
  let parts = 0;
  for (let targets = next(); targets.length > 0; targets = next()) {
    await log.putSnapshotPart(seq, parts, encodePart(targets));
    parts += 1;
    await nextTurn();
    if (capture.isSpoiled()) return false;
  }
  await log.saveSnapshot(seq, atMs, encodeHead({ head: capture.head, parts }));
  while (await log.dropSnapshotParts()) await nextTurn();
  return true;
}
