/**
 * A probe that a test drives: it sends results of its one target as fast as they are taken, each
 * with a mark of its own, and keeps account of what was acknowledged, over as many sessions as it
 * takes.
 */
import { sleep, systemClock } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { encodedBatch, makeBatch } from "./make-nouns.ts";
import { connect, openSession, plainHeartbeat } from "./mesh-client.ts";
import type { MeshClientSession } from "./mesh-client.ts";

const BATCH_ROWS = 20;
const BATCH_EVERY_MS = 10;
const HEARTBEAT_EVERY_BATCHES = 50;

/** A driven probe. */
export interface Scribe {
  /** Marks of the results that were acknowledged; a mark is the latency, in microseconds. */
  acknowledged(): readonly number[];
  /** Marks of all results that were made, acknowledged or not. */
  made(): number;
  /** Sends nothing more and ends its session. */
  stop(): Promise<void>;
}

interface Batch {
  sequence: number;
  bytes: Buffer;
  marks: number[];
}

interface Book {
  clock: Clock;
  handle: number;
  anchor: { atMs: number; monoMs: number };
  lastMark: number;
  lastSequence: number;
  unacknowledged: Batch[];
  acknowledged: number[];
  stopped: boolean;
}

/** Starts a probe with this token on the gRPC port. */
export function startScribe(port: number, token: string): Scribe {
  const book: Book = {
    clock: systemClock(),
    handle: 0,
    anchor: { atMs: 0, monoMs: 0 },
    lastMark: 0,
    lastSequence: 0,
    unacknowledged: [],
    acknowledged: [],
    stopped: false,
  };
  const over = keepOn(book, port, token);
  return {
    acknowledged: () => book.acknowledged,
    made: () => book.lastMark,
    async stop() {
      book.stopped = true;
      await over;
    },
  };
}

async function keepOn(book: Book, port: number, token: string): Promise<void> {
  while (!book.stopped) {
    const client = connect(port);
    const session = openSession(client, token);
    // Whatever ends a session, the next one takes up where it ended.
    await write(book, session).catch(() => undefined);
    session.cancel();
    client.close();
    await sleep(book.clock, BATCH_EVERY_MS);
  }
}

/** One session: what is unacknowledged again, then new batches until it ends. */
async function write(book: Book, session: MeshClientSession): Promise<void> {
  const { clock } = book;
  session.hello();
  const { ackedSequence, atMs } = await session.next("welcome");
  book.anchor = { atMs, monoMs: clock.monoMs() };
  settle(book, ackedSequence);
  const { upserts } = await session.next("assignments");
  book.handle = upserts[0]?.handle ?? book.handle;
  for (const batch of book.unacknowledged) send(book, session, batch);
  let isOver = false;
  void session.ended.then(() => (isOver = true));
  void read(book, session);
  for (let turn = 0; !book.stopped && !isOver; turn += 1) {
    if (turn % HEARTBEAT_EVERY_BATCHES === 0) beat(book, session, turn + 1);
    const hasRoom = book.handle > 0 && book.unacknowledged.length < LIMITS.batchWindow;
    if (hasRoom) send(book, session, makeNext(book));
    await sleep(clock, BATCH_EVERY_MS);
  }
}

/** Takes acknowledgements until the session ends; what is left is sent again in the next one. */
async function read(book: Book, session: MeshClientSession): Promise<void> {
  for (;;) {
    const ack = await session.next("ack").catch(() => null);
    if (ack === null) return;
    settle(book, ack.sequence);
  }
}

function beat({ clock }: Book, session: MeshClientSession, sequence: number): void {
  const value = { ...plainHeartbeat(sequence), sentMonoMs: clock.monoMs() };
  session.send({ $case: "heartbeat", value });
}

function makeNext(book: Book): Batch {
  book.lastSequence += 1;
  const marks = Array.from({ length: BATCH_ROWS }, (_, row) => book.lastMark + row + 1);
  book.lastMark += BATCH_ROWS;
  const { atMs, monoMs } = book.anchor;
  const batch = makeBatch(BATCH_ROWS, {
    // Long enough ago for the longest latency, or a result would come before its check ended.
    baseMonoMs: Math.max(0, Math.floor(book.clock.monoMs() - book.lastMark / 1_000) - 1),
    anchorAtMs: atMs,
    anchorMonoMs: monoMs,
    handle: marks.map(() => book.handle),
    // Attempts of one slot, so that no two of them are the same look.
    attempt: marks.map((_, row) => row),
    latencyUs: marks,
  });
  const made = { sequence: book.lastSequence, bytes: encodedBatch(batch), marks };
  book.unacknowledged.push(made);
  return made;
}

function send({ clock }: Book, session: MeshClientSession, { sequence, bytes }: Batch): void {
  session.results(sequence, { sentMonoMs: clock.monoMs(), batch: bytes });
}

function settle(book: Book, sequence: number): void {
  const isSettled = (batch: Batch): boolean => batch.sequence <= sequence;
  for (const { marks } of book.unacknowledged.filter(isSettled)) book.acknowledged.push(...marks);
  book.unacknowledged = book.unacknowledged.filter((batch) => !isSettled(batch));
}
