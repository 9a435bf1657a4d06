/** The aggregator of a simulation: feeds the real fold, and does what its effects ask for. */
import { isDeepStrictEqual } from "node:util";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import {
  decodeHead,
  decodePart,
  encodeHead,
  encodePart,
} from "../../aggregator/engine/snapshot-codec.ts";
import type { Effect } from "../../aggregator/verdict/effect.ts";
import type { EventBody, LogEvent, ResultsEvent } from "../../aggregator/verdict/event.ts";
import { restoreSnapshot } from "../../aggregator/verdict/restore.ts";
import { takeSnapshot } from "../../aggregator/verdict/snapshot.ts";
import { createState } from "../../aggregator/verdict/state.ts";
import type { EngineState } from "../../aggregator/verdict/state.ts";
import { nextWorkMs, step } from "../../aggregator/verdict/step.ts";
import type { HeartbeatFacts } from "../../probe/link.ts";
import { createCanaryTeller } from "./canaries.ts";
import type { CanaryTeller } from "./canaries.ts";
import type { ArrivedBatch, Judge, SimSession } from "./ends.ts";
import { heardHeartbeat, settingsWithout, stripBatch } from "./rules.ts";
import { indexOf } from "./sim.ts";
import type { Room } from "./sim.ts";

/** Log time when a simulation begins; 0 would mean that there is no anchor. */
const LOG_BEGIN_MS = 1_000_000;
/** A session that is silent for so long is ended, as in grpc/probe-watch.ts. */
const SILENCE_MS = 30_000;
/** A snapshot as bytes. */
interface Encoded {
  head: Uint8Array;
  part: Uint8Array;
}

/** Log events between two snapshots. */
const SNAPSHOT_EVENTS = 50_000;

/** Who listens to what the aggregator hears and says. */
export interface JudgeListener {
  onResults(probe: number, event: ResultsEvent): void;
  onEffect(effect: Effect): void;
}

interface JudgeState {
  room: Room;
  listener: JudgeListener;
  state: EngineState;
  /** The newest snapshot, and the log since. */
  snapshot: Encoded;
  log: LogEvent[];
  seq: number;
  isUp: boolean;
  /** Log time less the time of the simulation. */
  shiftMs: number;
  tickAtMs: number;
  sessions: Map<number, SimSession>;
  canaries: CanaryTeller;
}

/** Creates the aggregator with an empty fold. */
export function createJudge(room: Room, listener: JudgeListener): Judge {
  const state = createState(settingsWithout(room.options.without));
  const sessions = new Map<number, SimSession>();
  const newTeller = (): CanaryTeller => {
    const excluded = (): readonly string[] => judge.state.excludedCanaries;
    return createCanaryTeller({ room, sessions, excluded, nowMs: () => logNow(judge) });
  };
  const judge: JudgeState = {
    room,
    listener,
    state,
    snapshot: encoded(state),
    log: [],
    seq: 0,
    isUp: true,
    shiftMs: LOG_BEGIN_MS,
    tickAtMs: Infinity,
    sessions,
    canaries: newTeller(),
  };
  return {
    welcome: (session) => welcome(judge, session),
    left(session, heard) {
      const afterMs = heard ? 0 : SILENCE_MS;
      room.agenda.at(room.agenda.nowMs() + afterMs, () => dismiss(judge, session));
    },
    heartbeat: (session, facts) => takeHeartbeat(judge, session, facts),
    results: (session, batch) => takeResults(judge, session, batch),
    begin() {
      for (const probe of room.probes) submit(judge, { type: "probe_set", probe });
      for (const target of room.targets) submit(judge, { type: "target_set", target });
    },
    stop() {
      judge.isUp = false;
      room.world.aggregatorUp = false;
      for (const session of sessions.values()) session.reset();
      sessions.clear();
      judge.canaries.stop();
    },
    restart(jumpMs) {
      judge.canaries = newTeller();
      restart(judge, jumpMs);
    },
    resume: (probe) => judge.sessions.get(probe)?.resume(),
  };
}

function logNow({ room, shiftMs }: JudgeState): number {
  return Math.floor(room.agenda.nowMs() + shiftMs);
}

/** Appends an event to the log, folds it and obeys. */
function submit(judge: JudgeState, body: EventBody): void {
  const { room, state, log } = judge;
  judge.seq += 1;
  room.counts.events += 1;
  const event = { seq: judge.seq, atMs: logNow(judge), body };
  log.push(event);
  obey(judge, step(state, event));
  if (log.length >= SNAPSHOT_EVENTS) saveSnapshot(judge);
  armTick(judge);
}

function encoded(state: EngineState): Encoded {
  const { targets, ...head } = takeSnapshot(state);
  return { head: encodeHead({ head, parts: 1 }), part: encodePart(targets) };
}

function saveSnapshot(judge: JudgeState): void {
  judge.snapshot = encoded(judge.state);
  judge.log = [];
}

function armTick(judge: JudgeState): void {
  const { agenda } = judge.room;
  const atMs = Math.max(agenda.nowMs(), nextWorkMs(judge.state) - judge.shiftMs);
  if (atMs >= judge.tickAtMs) return;
  judge.tickAtMs = atMs;
  agenda.at(atMs, () => {
    if (judge.tickAtMs !== atMs) return;
    judge.tickAtMs = Infinity;
    if (judge.isUp) tick(judge);
  });
}

/** Time alone: logged only when it had effects that last, as the engine does. */
function tick(judge: JudgeState): void {
  const body = { type: "tick" } as const;
  const atMs = logNow(judge);
  const effects = step(judge.state, { seq: 0, atMs, body });
  if (effects.some(({ type }) => type !== "recheck" && type !== "canaries")) {
    judge.seq += 1;
    judge.state.seq = judge.seq;
    judge.log.push({ seq: judge.seq, atMs, body });
  }
  obey(judge, effects);
  armTick(judge);
}

function restart(judge: JudgeState, jumpMs: number): void {
  const { room } = judge;
  room.counts.restarts += 1;
  judge.isUp = true;
  room.world.aggregatorUp = true;
  judge.shiftMs += jumpMs;
  judge.seq += 1;
  const event: LogEvent = { seq: judge.seq, atMs: logNow(judge), body: { type: "takeover" } };
  const replayed = replay(judge);
  step(judge.state, event);
  const effects = step(replayed, event);
  if (!isDeepStrictEqual(comparable(replayed), comparable(judge.state))) {
    throw new Error("The state after snapshot and replay differs from the state before.");
  }
  judge.state = replayed;
  judge.log.push(event);
  judge.tickAtMs = Infinity;
  obey(judge, effects);
  armTick(judge);
}

/**
 * What must be the same after a replay. When a record wakes next may differ: a takeover restarts
 * the timers before it evaluates a window that a tick had evaluated already in the other process.
 */
function comparable(state: EngineState) {
  const { probes, targets, ...rest } = takeSnapshot(state);
  const awake = <Item extends { wakeMs: number | null }>(item: Item) => ({ ...item, wakeMs: null });
  return { ...rest, probes: probes.map(awake), targets: targets.map(awake) };
}

/** What a new process finds: the snapshot, and the log after it. */
function replay({ snapshot, log }: JudgeState): EngineState {
  const stored = decodeHead(snapshot.head);
  const targets = decodePart(snapshot.part);
  if (!stored || !targets) throw new Error("The snapshot cannot be read.");
  const state = restoreSnapshot({ ...stored.head, targets });
  for (const event of log) step(state, event);
  return state;
}

function welcome(judge: JudgeState, session: SimSession): number | null {
  if (!judge.isUp) return null;
  const before = judge.sessions.get(session.probe);
  if (before) before.open = false;
  judge.sessions.set(session.probe, session);
  submit(judge, { type: "probe_joined", probeId: `prb_${session.probe}` });
  judge.canaries.tell();
  return logNow(judge);
}

function dismiss(judge: JudgeState, session: SimSession): void {
  if (judge.sessions.get(session.probe) !== session) return;
  judge.sessions.delete(session.probe);
  judge.canaries.tell();
}

function isOpen({ isUp, sessions }: JudgeState, session: SimSession): boolean {
  return isUp && sessions.get(session.probe) === session;
}

function takeHeartbeat(
  judge: JudgeState,
  session: SimSession,
  facts: HeartbeatFacts,
): number | null {
  if (!isOpen(judge, session)) return null;
  const heartbeat = {
    type: "heartbeat",
    probeId: `prb_${session.probe}`,
    canaries: judge.canaries.heard(session, facts.canaries),
    mustFailHeld: facts.mustFailHeld,
    lagMs: facts.eventLoopLagMs,
    overloaded: facts.skippedChecks > 0,
  } as const;
  submit(judge, heardHeartbeat(heartbeat, judge.room.options.without));
  return logNow(judge);
}

function takeResults(judge: JudgeState, session: SimSession, arrived: ArrivedBatch): boolean {
  if (!isOpen(judge, session)) return false;
  const batch = ResultBatch.decode(arrived.bytes);
  stripBatch(batch, judge.room.options.without);
  const { bytes, boot, sentMonoMs, replayed } = arrived;
  const event: ResultsEvent = {
    type: "results",
    probeId: `prb_${session.probe}`,
    boot,
    sequence: 1,
    sentMonoMs,
    replayed,
    batch,
    bytes,
  };
  judge.listener.onResults(session.probe, event);
  submit(judge, event);
  return true;
}

function obey(judge: JudgeState, effects: readonly Effect[]): void {
  for (const effect of effects) {
    judge.listener.onEffect(effect);
    if (effect.type === "canaries") judge.canaries.tell();
    if (effect.type !== "recheck") continue;
    const { handle, attempts, stopAfterOks } = effect;
    for (const id of effect.probeIds) {
      const session = judge.sessions.get(indexOf(id));
      session?.tell((orders) => orders.onRecheck(handle, attempts, stopAfterOks));
    }
  }
}
