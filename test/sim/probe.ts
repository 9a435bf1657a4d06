/** A simulated probe: the real schedule, runner, bursts, self-check and batches, on a machine. */
import { LIMITS } from "../../shared/limits.ts";
import { noPhases } from "../../shared/outcome.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { Random } from "../../shared/random.ts";
import { REASONS } from "../../shared/reason.ts";
import type { TimeAnchor } from "../../shared/result.ts";
import type { Target } from "../../shared/target.ts";
import { assignmentOf } from "../../aggregator/assign.ts";
import type { AssignedTarget } from "../../probe/assigned.ts";
import { createBatcher } from "../../probe/batch.ts";
import { CANARY_TIMEOUT_MS } from "../../probe/canary.ts";
import type { Dialer } from "../../probe/canary.ts";
import type { PreparedCheck } from "../../probe/checks/check.ts";
import { createHeartbeats } from "../../probe/heartbeat.ts";
import { createRunner } from "../../probe/runner.ts";
import type { Runner } from "../../probe/runner.ts";
import { createScheduler } from "../../probe/scheduler.ts";
import type { Scheduler } from "../../probe/scheduler.ts";
import { createSelfCheck } from "../../probe/self-check.ts";
import { canaryAddress } from "./canaries.ts";
import type { Judge, Orders } from "./ends.ts";
import { createSimLink } from "./link.ts";
import type { SimLink, SpooledBatch } from "./link.ts";
import { createMachine } from "./machine.ts";
import type { Boot, Machine } from "./machine.ts";
import { chanceOf } from "./sim.ts";
import type { Room } from "./sim.ts";
import { CANARY, canaryAnswers, look, lossOf } from "./world.ts";
import type { Seen } from "./world.ts";

/** A simulated probe. */
export interface SimProbe {
  boot(): void;
  crash(): void;
  /** Stops the process, or with `clockStops` the machine with its clock. */
  freeze(thawAtMs: number, clockStops: boolean): void;
}

interface ProbeState {
  room: Room;
  judge: Judge;
  index: number;
  random: Random;
  delayMs: number;
  machine: Machine;
  checks: PreparedCheck[];
  runner: Runner | null;
  link: SimLink | null;
  disk: SpooledBatch[];
}

/** Creates a probe that is switched off. */
export function createSimProbe(room: Room, judge: Judge, index: number): SimProbe {
  const random = chanceOf(room, `probe/${index}`);
  const { drift } = room.world.background;
  const probe: ProbeState = {
    room,
    judge,
    index,
    random,
    delayMs: 10 + 50 * random.float(),
    machine: createMachine(room.agenda, 1 + drift * (2 * random.float() - 1)),
    checks: room.targets.map((_, target) => simCheck(room, { probe: index, target, random })),
    runner: null,
    link: null,
    disk: [],
  };
  return {
    boot: () => start(probe),
    crash() {
      probe.disk = probe.link?.remains() ?? probe.disk;
      probe.link = null;
      probe.runner = null;
      probe.machine.crash();
      room.world.probeUp[index] = false;
    },
    freeze(thawAtMs, clockStops) {
      // The wheel of a real probe tells by its clocks that it stood still.
      probe.machine.freeze(thawAtMs, clockStops, () => probe.runner?.suspended());
    },
  };
}

function start(probe: ProbeState): void {
  const { room, machine, judge, index, random, delayMs } = probe;
  const boot = machine.boot();
  const life = createLife(probe, boot);
  const { orders } = life;
  const earlier = probe.disk.slice(-LIMITS.spoolBatchesMax);
  probe.link = createSimLink({
    room,
    judge,
    boot,
    index,
    random,
    delayMs,
    orders,
    earlier,
  });
  probe.runner = life.runner;
  room.world.probeUp[index] = true;
  probe.link.start();
}

/** The working half of one boot, and what it does when it is told something. */
function createLife(probe: ProbeState, boot: Boot): { runner: Runner; orders: Orders } {
  const { clock, wheel } = boot;
  const { room } = probe;
  let anchor: TimeAnchor | null = null;
  const selfCheck = createSelfCheck({
    clock,
    dialer: simDialer(probe, boot),
    knownGoodName: null,
    mustFailAddress: canaryAddress(CANARY.mustFail),
    soon: (callback) => void clock.after(0, callback),
  });
  const batcher = createBatcher({ clock, onBatch: (bytes) => probe.link?.add(bytes) });
  const runner = createRunner({
    clock,
    wheel,
    anchor: () => anchor,
    certify: (resolver, done) => selfCheck.certify(resolver, done),
    record: (result) => {
      if (result.attempt > 0) room.counts.extra += 1;
      else room.counts.scheduled += 1;
      batcher.add(result);
    },
  });
  runner.setBurstsAllowed(!room.options.without.includes("recheck"));
  const scheduler = createScheduler({
    clock,
    wheel,
    anchor: () => anchor,
    onDue: (target, slotMonoMs) => {
      const strain = strainOf(probe);
      if (strain === 0) return runner.due(target, slotMonoMs);
      const lateMs = 7_000 * strain * probe.random.float() ** 2;
      clock.after(lateMs, () => runner.due(target, slotMonoMs));
    },
    onMissed: (count) => runner.addSkipped(count),
  });
  const heartbeats = createHeartbeats({
    clock,
    selfCheck,
    facts: () => factsOf(probe, runner),
    send: (facts) => probe.link?.heartbeat(facts) ?? false,
  });
  const assign = assigner(probe, { runner, scheduler });
  const orders: Orders = {
    onAnchor: (atMs) => void (anchor = { atMs, monoMs: clock.monoMs() }),
    onWelcome(heartbeatMs) {
      heartbeats.begin(heartbeatMs);
      assign();
    },
    onDown: () => heartbeats.end(),
    onCanaries(canaries, trialIds) {
      selfCheck.setCanaries(canaries, "", trialIds);
      heartbeats.canariesKnown();
    },
    onRecheck: (handle, attempts, stopAfterOks) => {
      runner.recheck([handle], attempts, stopAfterOks);
    },
  };
  return { runner, orders };
}

function strainOf({ room, index }: ProbeState): number {
  return room.world.level.overload[index] ?? 0;
}

function factsOf(probe: ProbeState, runner: Runner) {
  const strain = strainOf(probe);
  const lagMs = strain > 0 ? Math.round(4_000 * strain * probe.random.float()) : 0;
  const vitals = { cpuMilli: 0, rssBytes: 0, loadMilli: 0 };
  const spool = { spooledBatches: 0, droppedBatches: 0 };
  const skippedChecks = runner.takeSkipped();
  const runningChecks = runner.running();
  return { eventLoopLagMs: lagMs, skippedChecks, runningChecks, ...vitals, ...spool };
}

/** Gives the targets to a boot once, at its first welcome. */
function assigner(probe: ProbeState, parts: { runner: Runner; scheduler: Scheduler }) {
  let isDone = false;
  return (): void => {
    if (isDone) return;
    isDone = true;
    for (const [index, target] of probe.room.targets.entries()) {
      const assigned = assignedTarget(probe, target, probe.checks[index]);
      if (!assigned) continue;
      parts.runner.set(assigned);
      parts.scheduler.set(assigned);
    }
  };
}

function assignedTarget(
  { index, room }: ProbeState,
  target: Target,
  check: PreparedCheck | undefined,
): AssignedTarget | null {
  const { handle, revision, name, intervalMs, timeoutMs, phaseMs, fall, fastMs } = assignmentOf(
    target,
    index,
    room.probes.length,
  );
  if (!check) return null;
  return { handle, revision, name, intervalMs, timeoutMs, phaseMs, fall, fastMs, check };
}

/** A check of a target of the simulated world, under the contract of every check. */
function simCheck(room: Room, who: { probe: number; target: number; random: Random }) {
  const check: PreparedCheck = {
    endpoint: `target ${who.target}`,
    run({ clock, timeoutMs }, done) {
      const seen = look(room.world, who);
      // The answer, or the abort at the deadline: one of the two ends the look.
      if (seen.lastsMs < timeoutMs) clock.after(seen.lastsMs, () => done(outcomeOf(seen)));
      return () => void (seen.lastsMs >= timeoutMs && clock.after(1, () => done(outcomeOf(seen))));
    },
  };
  return check;
}

const PHASES = noPhases();

function outcomeOf({ reason, resolver }: Seen): CheckOutcome {
  const { class: outcome, source, phrase } = REASONS[reason];
  const detail = outcome === "ok" ? "" : phrase;
  const base = { class: outcome, reason, detail, phases: PHASES, source };
  return resolver === undefined ? base : { ...base, resolver };
}

/** Dials canaries of the simulated world. */
function simDialer({ room, index, random }: ProbeState, { clock }: Boot): Dialer {
  return {
    dial(url, done) {
      const canary = Number(url.slice(url.lastIndexOf(":") + 1));
      const loss = lossOf(room.world, index);
      const lost = loss > 0 && random.float() < loss;
      const ok = !lost && canaryAnswers(room.world, index, canary);
      const lastsMs = ok ? 20 + 60 * random.float() : CANARY_TIMEOUT_MS;
      clock.after(lastsMs, () => done({ ok, latencyUs: lastsMs * 1_000 }));
    },
    resolve: (_resolver, _name, done) => void clock.after(1, () => done(false)),
  };
}
