/**
 * The workers of a probe: processes that share its identity, its link and its spool, and look at a
 * part of its targets each. One that ends is started again; until then its targets are not looked
 * at, which is no vote, and so never a failure.
 */
import type { Clock, Timer } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Assignments, Recheck } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { TimeAnchor } from "../../shared/result.ts";
import type { StartWorker, WorkerProcess } from "./fork.ts";
import type { FromWorker, WorkerFacts, WorkerSetup } from "./messages.ts";
import { createShares } from "./share.ts";
import type { Shares } from "./share.ts";

/** Wait before a worker that ended is started again, at first and at most. */
const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 30_000;
/** A worker that ran for as long is well: the next end of it is a first one again. */
const WELL_AFTER_MS = 60_000;
/** How often workers are looked after, and looks without a word after which one is hung. */
export const LOOK_AFTER_MS = 5_000;
const SILENT_LOOKS_MAX = 3;
/** Time that a worker has to end beyond its patience. */
const STOP_GRACE_MS = 500;

/** What a crew needs. */
export interface CrewDeps {
  clock: Clock;
  log: Log;
  /** Workers, at least 1. */
  workers: number;
  start: StartWorker;
  /** What every worker is told first; its number is added. */
  setup: Omit<WorkerSetup, "worker">;
  /** Takes an encoded ResultBatch. */
  onBatch: (batch: Uint8Array) => void;
}

/** The workers of a probe. */
export interface Crew {
  /** Starts all. */
  start(): void;
  /** Hands assignments out; returns the part that stays in the probe's own process. */
  assign(message: Assignments): Assignments;
  recheck(recheck: Recheck): void;
  setAnchor(anchor: TimeAnchor): void;
  setDraining(draining: boolean): void;
  /** How all are together since the last call: the longest lag, the sum of the rest. */
  takeFacts(): WorkerFacts;
  /** Ends all; their last batches are given out before it resolves. */
  stop(patienceMs: number): Promise<void>;
}

interface Member {
  /** Counts from 0. */
  index: number;
  process: WorkerProcess | null;
  /** Whether it listens. */
  ready: boolean;
  startedMonoMs: number;
  /** Ends in a row before it was well. */
  ends: number;
  restart: Timer | null;
  silentLooks: number;
  facts: WorkerFacts;
  /** Called when it has stopped, while stopping. */
  onStopped: () => void;
}

interface CrewState {
  deps: CrewDeps;
  shares: Shares;
  members: Member[];
  anchor: TimeAnchor | null;
  draining: boolean;
  stopping: boolean;
  watch: Timer | null;
}

/** Creates a crew that was not started. */
export function createCrew(deps: CrewDeps): Crew {
  const { clock, workers } = deps;
  const crew: CrewState = {
    deps,
    shares: createShares({ clock, workers }),
    members: Array.from({ length: workers }, (_, index) => newMember(index)),
    anchor: null,
    draining: false,
    stopping: false,
    watch: null,
  };
  return {
    start() {
      for (const member of crew.members) startMember(crew, member);
      crew.watch = clock.every(LOOK_AFTER_MS, () => lookAfter(crew));
    },
    assign(message) {
      const { own, shares } = crew.shares.divide(message);
      for (const { index, ready, process } of crew.members) {
        const bytes = shares[index];
        if (ready && bytes) process?.send({ say: "assignments", bytes });
      }
      return own;
    },
    recheck: (recheck) => divideRecheck(crew, recheck),
    setAnchor(anchor) {
      crew.anchor = anchor;
      for (const { ready, process } of crew.members) {
        if (ready) process?.send({ say: "anchor", anchor });
      }
    },
    setDraining(draining) {
      crew.draining = draining;
      for (const { ready, process } of crew.members) {
        if (ready) process?.send({ say: "draining", draining });
      }
    },
    takeFacts: () => takeFacts(crew),
    stop: (patienceMs) => stop(crew, patienceMs),
  };
}

function newMember(index: number): Member {
  return {
    index,
    process: null,
    ready: false,
    startedMonoMs: 0,
    ends: 0,
    restart: null,
    silentLooks: 0,
    facts: noFacts(),
    onStopped: () => undefined,
  };
}

function noFacts(): WorkerFacts {
  return { lagMs: 0, skipped: 0, running: 0, cpuMilli: 0, rssBytes: 0 };
}

function startMember(crew: CrewState, member: Member): void {
  const { clock, start } = crew.deps;
  member.startedMonoMs = clock.monoMs();
  member.silentLooks = 0;
  member.restart = null;
  const process = start({
    onMessage: (message) => {
      if (member.process === process) hear(crew, member, message);
    },
    onExit: (why) => {
      if (member.process === process) ended(crew, member, why);
    },
  });
  member.process = process;
}

function hear(crew: CrewState, member: Member, message: FromWorker): void {
  member.silentLooks = 0;
  switch (message.say) {
    case "ready":
      return brief(crew, member);
    case "batch":
      return crew.deps.onBatch(message.bytes);
    case "facts":
      return addFacts(member, message.facts);
    case "stopped":
      return member.onStopped();
  }
}

/** Tells a worker that listens everything it must know. */
function brief(crew: CrewState, member: Member): void {
  const { process, index } = member;
  member.ready = true;
  process?.send({ say: "begin", setup: { ...crew.deps.setup, worker: index + 1 } });
  if (crew.anchor) process?.send({ say: "anchor", anchor: crew.anchor });
  process?.send({ say: "draining", draining: crew.draining });
  for (const bytes of crew.shares.all(index)) process?.send({ say: "assignments", bytes });
}

function ended(crew: CrewState, member: Member, why: string): void {
  const { clock, log } = crew.deps;
  member.process = null;
  member.ready = false;
  member.facts = { ...noFacts(), skipped: member.facts.skipped };
  member.onStopped();
  if (crew.stopping) return;
  const livedMs = clock.monoMs() - member.startedMonoMs;
  member.ends = livedMs >= WELL_AFTER_MS ? 1 : member.ends + 1;
  const restartInMs = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** (member.ends - 1));
  const fields = { worker: member.index + 1, why, restartInMs };
  log.error(fields, "A worker ended: its targets are not looked at until it runs again.");
  member.restart = clock.after(restartInMs, () => startMember(crew, member));
}

function lookAfter(crew: CrewState): void {
  for (const member of crew.members) {
    if (member.process === null) continue;
    member.silentLooks += 1;
    if (member.silentLooks <= SILENT_LOOKS_MAX) continue;
    const fields = { worker: member.index + 1 };
    crew.deps.log.error(fields, "A worker says nothing any more: it is ended and started again.");
    member.process.kill();
  }
}

function addFacts(member: Member, facts: WorkerFacts): void {
  const lagMs = Math.max(member.facts.lagMs, facts.lagMs);
  member.facts = { ...facts, lagMs, skipped: member.facts.skipped + facts.skipped };
}

function takeFacts({ members }: CrewState): WorkerFacts {
  const sum = noFacts();
  for (const { facts } of members) {
    sum.lagMs = Math.max(sum.lagMs, facts.lagMs);
    sum.skipped += facts.skipped;
    sum.running += facts.running;
    sum.cpuMilli += facts.cpuMilli;
    sum.rssBytes += facts.rssBytes;
    facts.lagMs = 0;
    facts.skipped = 0;
  }
  return sum;
}

function divideRecheck({ members, shares }: CrewState, recheck: Recheck): void {
  for (const { index, ready, process } of members) {
    const handles = recheck.handles.filter((handle) => shares.workerOf(handle) === index);
    if (ready && handles.length > 0) process?.send({ say: "recheck", ...recheck, handles });
  }
}

async function stop(crew: CrewState, patienceMs: number): Promise<void> {
  crew.stopping = true;
  crew.watch?.cancel();
  crew.shares.stop();
  await Promise.all(crew.members.map((member) => stopMember(crew, member, patienceMs)));
}

/** Its batches come before its word that it has stopped, so none is lost. */
function stopMember(crew: CrewState, member: Member, patienceMs: number): Promise<void> {
  member.restart?.cancel();
  const { process } = member;
  if (process === null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = crew.deps.clock.after(patienceMs + STOP_GRACE_MS, () => member.onStopped());
    member.onStopped = () => {
      timer.cancel();
      process.kill();
      resolve();
    };
    process.send({ say: "stop", patienceMs });
  });
}
