/** The link of a simulated probe: sessions, batches that wait, and what a cut path does to them. */
import type { Random } from "../../shared/random.ts";
import { LIMITS } from "../../shared/limits.ts";
import { SILENT_HEARTBEATS_MAX } from "../../probe/link.ts";
import type { HeartbeatFacts } from "../../probe/link.ts";
import { retryDelayMs } from "../../probe/link-state.ts";
import { WRITE_AFTER_MS } from "../../probe/spool.ts";
import type { Judge, Orders, SimSession } from "./ends.ts";
import type { Boot } from "./machine.ts";
import type { Room } from "./sim.ts";
import { controlUp } from "./world.ts";

/** Time between heartbeats, the default of the aggregator. */
const HEARTBEAT_MS = 5_000;
/** As in probe/link.ts. */
const WELCOME_TIMEOUT_MS = 10_000;

/** A batch in the spool. */
export interface SpooledBatch {
  bytes: Uint8Array;
  /** Boot that made it, and when in true time. */
  boot: number;
  madeMs: number;
  acknowledged: boolean;
}

/** What a link is made of. */
export interface LinkOptions {
  room: Room;
  judge: Judge;
  boot: Boot;
  index: number;
  random: Random;
  /** Time that one message takes, without jitter. */
  delayMs: number;
  orders: Orders;
  /** Batches of earlier boots that were found on disk. */
  earlier: SpooledBatch[];
}

/** The link of one boot. */
export interface SimLink {
  start(): void;
  add(bytes: Uint8Array): void;
  heartbeat(facts: HeartbeatFacts): boolean;
  /** What a crash leaves on disk. */
  remains(): SpooledBatch[];
}

interface LinkState extends LinkOptions {
  session: SimSession | null;
  failures: number;
  acknowledgedMonoMs: number;
  lastArrivalMs: number;
  stalled: (() => void)[];
  own: SpooledBatch[];
  /** Sent in this session and not acknowledged. */
  inFlight: Set<SpooledBatch>;
}

/** Creates a link that is idle. */
export function createSimLink(options: LinkOptions): SimLink {
  const link: LinkState = {
    ...options,
    session: null,
    failures: 0,
    acknowledgedMonoMs: 0,
    lastArrivalMs: 0,
    stalled: [],
    own: [],
    inFlight: new Set(),
  };
  const { room, boot } = options;
  return {
    start: () => connect(link),
    add(bytes) {
      const madeMs = room.agenda.nowMs();
      link.own.push({ bytes, boot: boot.ordinal, madeMs, acknowledged: false });
      pump(link);
    },
    heartbeat: (facts) => sendHeartbeat(link, facts),
    remains() {
      const untilMs = link.session ? room.agenda.nowMs() - WRITE_AFTER_MS : Infinity;
      if (link.session) link.judge.left(link.session, false);
      link.session = null;
      const own = link.own.filter((batch) => batch.madeMs <= untilMs);
      return [...link.earlier, ...own].filter((batch) => !batch.acknowledged);
    },
  };
}

function delayOf({ delayMs, random }: LinkState): number {
  return delayMs + 20 * random.float();
}

/** Runs something on the probe after a delay, if this session is still its session. */
function later(link: LinkState, session: SimSession, run: () => void): void {
  const { agenda } = link.room;
  agenda.at(agenda.nowMs() + delayOf(link), () => arriveAtProbe(link, session, run));
}

function arriveAtProbe(link: LinkState, session: SimSession, run: () => void): void {
  if (link.session !== session) return;
  if (!controlUp(link.room.world, link.index)) {
    link.stalled.push(() => arriveAtProbe(link, session, run));
  } else link.boot.whenAwake(() => link.session === session && run());
}

/** Tries to open a session: welcomed, refused at once, or silence until the deadline. */
function connect(link: LinkState): void {
  const { room, boot, index, judge } = link;
  const { agenda, world } = room;
  const refuse = (waitMs: number): void => void boot.clock.after(waitMs, () => retry(link));
  if (!controlUp(world, index)) return refuse(WELCOME_TIMEOUT_MS);
  agenda.at(agenda.nowMs() + 2 * delayOf(link), () => {
    if (!boot.alive) return;
    if (!controlUp(world, index)) return refuse(WELCOME_TIMEOUT_MS);
    const session = sessionOf(link);
    const welcomedAtMs = judge.welcome(session);
    if (welcomedAtMs === null) return refuse(delayOf(link));
    agenda.at(agenda.nowMs() + delayOf(link), () => {
      boot.whenAwake(() => (session.open ? open(link, session, welcomedAtMs) : retry(link)));
    });
  });
}

function retry(link: LinkState): void {
  link.failures += 1;
  link.boot.clock.after(retryDelayMs(link.failures, link.random), () => connect(link));
}

function sessionOf(link: LinkState): SimSession {
  const session: SimSession = {
    probe: link.index,
    open: true,
    tell: (what) => later(link, session, () => what(link.orders)),
    reset() {
      session.open = false;
      later(link, session, () => endSession(link));
    },
    resume() {
      if (link.session !== session) return;
      for (const arrives of link.stalled.splice(0)) arrives();
    },
  };
  return session;
}

function open(link: LinkState, session: SimSession, welcomedAtMs: number): void {
  const { clock } = link.boot;
  link.session = session;
  link.acknowledgedMonoMs = clock.monoMs();
  link.orders.onAnchor(welcomedAtMs);
  link.orders.onWelcome(HEARTBEAT_MS);
  const watch = clock.every(HEARTBEAT_MS, () => {
    if (link.session !== session) return watch.cancel();
    const silentMs = clock.monoMs() - link.acknowledgedMonoMs;
    if (silentMs > SILENT_HEARTBEATS_MAX * HEARTBEAT_MS) endSession(link);
  });
  pump(link);
}

function endSession(link: LinkState): void {
  const { session } = link;
  if (!session) return;
  session.open = false;
  link.session = null;
  link.stalled = [];
  link.inFlight.clear();
  link.orders.onDown();
  link.judge.left(session, controlUp(link.room.world, link.index));
  retry(link);
}

function sendHeartbeat(link: LinkState, facts: HeartbeatFacts): boolean {
  const { session, judge, boot, orders } = link;
  if (!session) return false;
  send(link, session, () => {
    const atMs = judge.heartbeat(session, facts);
    if (atMs === null) return;
    later(link, session, () => {
      link.failures = 0;
      link.acknowledgedMonoMs = boot.clock.monoMs();
      orders.onAnchor(atMs);
    });
  });
  return true;
}

/** Sends a message in the open session; it arrives after those before it. */
function send(link: LinkState, session: SimSession, run: () => void): void {
  const { agenda } = link.room;
  link.lastArrivalMs = Math.max(link.lastArrivalMs, agenda.nowMs() + delayOf(link));
  agenda.at(link.lastArrivalMs, () => arriveAtJudge(link, session, run));
}

/** On a cut path a message hangs in the connection. */
function arriveAtJudge(link: LinkState, session: SimSession, run: () => void): void {
  if (link.session !== session || !session.open) return;
  if (controlUp(link.room.world, link.index)) run();
  else link.stalled.push(() => arriveAtJudge(link, session, run));
}

/** Sends what waits, this boot's batches first, as far as the window allows. */
function pump(link: LinkState): void {
  const { session, own, earlier, inFlight } = link;
  if (!session) return;
  for (const queue of [own, earlier]) {
    while (queue[0]?.acknowledged) queue.shift();
    for (const batch of queue) {
      if (inFlight.size >= LIMITS.batchWindow) return;
      if (!batch.acknowledged && !inFlight.has(batch)) sendBatch(link, session, batch);
    }
  }
}

function sendBatch(link: LinkState, session: SimSession, batch: SpooledBatch): void {
  const { random, boot, inFlight } = link;
  const { agenda, world } = link.room;
  inFlight.add(batch);
  const sentMonoMs = boot.clock.monoMs();
  const { delayed, duplicated } = world.background;
  if (random.float() < delayed) {
    // Late and overtaken: as if it had come by another path.
    agenda.at(agenda.nowMs() + 1_000 + 19_000 * random.float(), () => {
      if (link.session === session && controlUp(world, link.index)) {
        arrived(link, session, { batch, sentMonoMs });
      } else inFlight.delete(batch);
    });
  } else send(link, session, () => arrived(link, session, { batch, sentMonoMs }));
  if (random.float() >= duplicated) return;
  agenda.at(agenda.nowMs() + 5_000 * random.float(), () => {
    send(link, session, () => arrived(link, session, { batch, sentMonoMs }));
  });
}

/** A batch arrived: once it is committed, its acknowledgement goes back. */
function arrived(
  link: LinkState,
  session: SimSession,
  { batch, sentMonoMs }: { batch: SpooledBatch; sentMonoMs: number },
): void {
  const { bytes, boot } = batch;
  const replayed = boot !== link.boot.ordinal;
  if (!link.judge.results(session, { bytes, boot, sentMonoMs, replayed })) return;
  later(link, session, () => {
    batch.acknowledged = true;
    link.inFlight.delete(batch);
    pump(link);
  });
}
