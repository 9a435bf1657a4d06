/**
 * Compaction: results leave the log for packed blocks and rollups. It works on a stretch of the
 * log, a window of targets at a time, target by target: so a block gets many results at once, and
 * each call does a bounded part in one transaction. A process killed in between loads the same
 * window again and goes on behind the last target that was done.
 */
import { createArchiver } from "./archive.ts";
import { nextTurn } from "../../shared/turn.ts";
import type { Connection } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import type { Facts } from "./facts.ts";
import { keepFrontier } from "./frontier.ts";
import type { Frontier } from "./frontier.ts";
import { ALL_HANDLES, createGenerationLoader } from "./generation.ts";
import type { Generation, Group, Loading } from "./generation.ts";
import type { LogWriter } from "./log.ts";
import { createPacker } from "./packer.ts";

/** Targets at vantages that are packed in one call. */
const GROUPS_PER_CALL = 256;

/** What compaction works with. */
export interface CompactionParts {
  connection: Connection;
  facts: Facts;
  /** Changed in place, after each commit. */
  frontier: Frontier;
  dictionary: Dictionary;
  writer: LogWriter;
}

/** One bounded step of compaction a call; resolves with true when there is more to do. */
export function createCompaction(
  parts: CompactionParts,
): (upToSeq: number, beforeMs: number) => Promise<boolean> {
  const { connection, facts, frontier, dictionary } = parts;
  const loader = createGenerationLoader(connection, dictionary);
  const packSome = createPackStep(parts);
  const dropSome = createDropStep(parts);
  let generation: Generation | null = null;
  let loading: Loading | null = null;

  /** The frontier after one step, inside the caller's transaction; null: nothing to do. */
  const step = (upToSeq: number, beforeMs: number): Frontier | null => {
    const { compactedSeq, packingSeq, packingHandle } = frontier;
    if (packingSeq === 0) {
      const lastSeq = loader.stretchEnd(compactedSeq, { upToSeq, beforeMs });
      return lastSeq === null ? null : { compactedSeq, packingSeq: lastSeq, packingHandle: 0 };
    }
    if (packingHandle === ALL_HANDLES) return dropSome();
    if (generation === null) {
      const stretch = { afterSeq: compactedSeq, lastSeq: packingSeq, fromHandle: packingHandle };
      loading ??= loader.load(stretch);
      generation = loading.advance();
      if (generation === null) return frontier;
      loading = null;
    }
    const next = packSome(generation);
    if (next.packingHandle >= generation.toHandle) generation = null;
    return next;
  };

  return async (upToSeq, beforeMs) => {
    const moved = await connection.transact(
      () => {
        const next = step(upToSeq, beforeMs);
        // Loading alone moves nothing, and a transaction that writes nothing costs no sync.
        if (next && next !== frontier) keepFrontier(facts, next);
        return next;
      },
      (next) => void Object.assign(frontier, next),
    );
    if (moved === null) return false;
    // A caller that calls again at once would else let nothing through until all is packed.
    await nextTurn();
    if (moved.packingSeq > 0) return true;
    const end = { upToSeq, beforeMs };
    return connection.run(() => loader.stretchEnd(moved.compactedSeq, end) !== null);
  };
}

/** Packs the next groups of a window. */
function createPackStep({ connection, dictionary, frontier }: CompactionParts) {
  const pack = createPacker(connection.db, dictionary);
  return ({ groups, rows, toHandle }: Generation): Frontier => {
    const first = groups.findIndex((group) => group.handle >= frontier.packingHandle);
    const start = first < 0 ? groups.length : first;
    let end = start;
    while (end < groups.length && !cutsAt(groups, start, end)) end += 1;
    for (const group of groups.slice(start, end)) pack(rows, group);
    return { ...frontier, packingHandle: groups[end]?.handle ?? toHandle };
  };
}

/** Moves some of the rows that are packed to the archive; the log's end is kept as facts. */
function createDropStep({ connection, facts, frontier, writer }: CompactionParts) {
  const archiver = createArchiver(connection);
  return (): Frontier => {
    const { compactedSeq, packingSeq } = frontier;
    const { seq, atMs } = writer.position();
    facts.set("log_seq", seq);
    writer.keepTime(atMs);
    if (archiver.moveSome(compactedSeq, packingSeq)) return { ...frontier };
    return { compactedSeq: packingSeq, packingSeq: 0, packingHandle: 0 };
  };
}

/** A call ends between two targets, once it has enough groups. */
function cutsAt(groups: readonly Group[], start: number, end: number): boolean {
  if (end - start < GROUPS_PER_CALL) return false;
  return groups[end]?.handle !== groups[end - 1]?.handle;
}
