/** Looks of a simulated probe: schedule, deadline and bursts, as in probe/runner.ts. */
import { lateLimitMs } from "../../probe/scheduler.ts";
import { TICK_MS } from "../../probe/wheel.ts";
import { KIND } from "./agenda.ts";
import { certify } from "./rounds.ts";
import { CERTIFICATE, addRow } from "./rows.ts";
import { monoNow, timeOf } from "./sim.ts";
import type { Question, Sim, SimBurst, SimLook, SimProbe, SimSeat } from "./sim.ts";
import { CLASS, look as lookAt } from "./world.ts";

/** Shortest gap between the starts of two attempts of a burst. */
const FAST_MS = 1_000;
/** A process that stood still for longer finds out. */
const SUSPENDED_GAP_MS = 2_000;

/** Milliseconds from a mono time to the next instant at which log time is at the seat's phase. */
function ahead(sim: Sim, seat: SimSeat, monoMs: number): number {
  const { anchorAtMs, anchorMonoMs } = seat.probe;
  const offsetMs = anchorAtMs === 0 ? 0 : Math.round(anchorAtMs - anchorMonoMs);
  const { intervalMs } = sim.options;
  const rest = (seat.phaseMs - monoMs - offsetMs) % intervalMs;
  return rest < 0 ? rest + intervalMs : rest;
}

function aligned(sim: Sim, seat: SimSeat, dueMs: number): number {
  const { intervalMs } = sim.options;
  const aheadMs = ahead(sim, seat, dueMs);
  const driftMs = aheadMs <= intervalMs / 2 ? aheadMs : aheadMs - intervalMs;
  return Math.abs(driftMs) > TICK_MS ? dueMs + driftMs : dueMs;
}

/** Schedules every target of a probe that has just learned what to look at. */
export function scheduleAll(sim: Sim, probe: SimProbe): void {
  const nowMs = Math.ceil(monoNow(sim, probe));
  for (const seat of probe.seats) {
    seat.dueMonoMs = nowMs + ahead(sim, seat, nowMs);
    armDue(sim, seat);
  }
}

function armDue(sim: Sim, seat: SimSeat): void {
  const { probe, target, dueMonoMs } = seat;
  const atMs = timeOf(sim, probe, dueMonoMs);
  sim.agenda.push({ atMs, kind: KIND.due, who: probe.index, what: target, life: probe.boot });
}

/** A slot came. */
export function due(sim: Sim, seat: SimSeat): void {
  const { probe } = seat;
  const { intervalMs } = sim.options;
  const slotMonoMs = seat.dueMonoMs;
  const monoMs = monoNow(sim, probe);
  let nextMs = aligned(sim, seat, slotMonoMs + intervalMs);
  const overdueMs = monoMs - lateLimitMs(intervalMs) - nextMs;
  const missed = overdueMs > 0 ? Math.ceil(overdueMs / intervalMs) : 0;
  if (missed > 0) nextMs = aligned(sim, seat, nextMs + missed * intervalMs);
  probe.skipped += missed;
  seat.dueMonoMs = nextMs;
  armDue(sim, seat);
  if (seat.burst) return;
  sim.scheduledLooks += 1;
  const look = newLook(seat, { slotMonoMs, attempt: 0, burst: null });
  const strain = sim.world.overload[probe.index] ?? 0;
  if (strain === 0) return begin(sim, look);
  const atMs = sim.nowMs + 7_000 * strain * probe.random.float() ** 2;
  const what = sim.looks.put(look);
  sim.agenda.push({ atMs, kind: KIND.begin, who: probe.index, what, life: probe.boot });
}

function newLook(
  seat: SimSeat,
  which: Pick<SimLook, "slotMonoMs" | "attempt" | "burst">,
): SimLook {
  return {
    seat,
    boot: seat.probe.boot,
    burst: which.burst,
    slotMonoMs: which.slotMonoMs,
    attempt: which.attempt,
    startMs: 0,
    startMonoMs: 0,
    endMonoMs: 0,
    anchorAtMs: 0,
    anchorMonoMs: 0,
    class: CLASS.void,
    reason: "too_late",
    resolver: "",
  };
}

/** Starts a look; one that is too late for its slot says nothing. */
export function begin(sim: Sim, look: SimLook): void {
  const { probe, target } = look.seat;
  look.startMs = sim.nowMs;
  look.startMonoMs = monoNow(sim, probe);
  const lateMs = look.startMonoMs - look.slotMonoMs;
  if (look.attempt === 0 && lateMs > lateLimitMs(sim.options.intervalMs)) {
    probe.skipped += 1;
    stamp(sim, look);
    return addRow(sim, look, CERTIFICATE.none);
  }
  const seen = lookAt(sim.world, { probe: probe.index, target, random: probe.random });
  look.class = seen.class;
  look.reason = seen.reason;
  look.resolver = seen.resolver;
  const what = sim.looks.put(look);
  const atMs = sim.nowMs + seen.lastsMs;
  sim.agenda.push({ atMs, kind: KIND.finish, who: probe.index, what, life: probe.boot });
}

function stamp(sim: Sim, look: SimLook): void {
  const { probe } = look.seat;
  look.endMonoMs = monoNow(sim, probe);
  look.anchorAtMs = probe.anchorAtMs;
  look.anchorMonoMs = probe.anchorMonoMs;
}

function isFailure(look: SimLook): boolean {
  return look.class > CLASS.ok && look.class < CLASS.void;
}

/** A look ended: a failure waits for its certificate, and may begin a burst. */
export function finish(sim: Sim, look: SimLook): void {
  const { probe } = look.seat;
  const stoodMs = probe.thawMs - probe.frozeMs;
  const stood = probe.freezeSeen && probe.frozeMs >= look.startMs && stoodMs > SUSPENDED_GAP_MS;
  if (stood) {
    look.class = CLASS.void;
    look.reason = "suspended";
  }
  stamp(sim, look);
  if (isFailure(look)) certify(sim, probe, look);
  else addRow(sim, look, CERTIFICATE.none);
  follow(sim, look);
}

function follow(sim: Sim, look: SimLook): void {
  const { seat } = look;
  if (seat.burst !== look.burst) return;
  const wasFailing = seat.failing;
  if (look.class !== CLASS.void) seat.failing = isFailure(look);
  if (look.burst) return afterAttempt(sim, look, look.burst);
  if (!isFailure(look) || wasFailing || sim.options.without.includes("recheck")) return;
  beginBurst(sim, seat, { attempts: sim.options.fall, stopAfterOks: 1 });
}

function beginBurst(sim: Sim, seat: SimSeat, wish: Omit<Question, "target">): void {
  if (seat.burst) return;
  const { probe } = seat;
  probe.bursts += 1;
  const burst: SimBurst = {
    id: probe.bursts,
    slotMonoMs: Math.floor(monoNow(sim, probe)),
    attempts: wish.attempts,
    stopAfterOks: wish.stopAfterOks,
    attempt: 0,
    oksInRow: 0,
    begunMonoMs: 0,
  };
  seat.burst = burst;
  lookAgain(sim, seat, burst);
}

function lookAgain(sim: Sim, seat: SimSeat, burst: SimBurst): void {
  burst.attempt += 1;
  burst.begunMonoMs = monoNow(sim, seat.probe);
  sim.extraLooks += 1;
  const { slotMonoMs, attempt } = burst;
  begin(sim, newLook(seat, { slotMonoMs, attempt, burst }));
}

function afterAttempt(sim: Sim, look: SimLook, burst: SimBurst): void {
  const { seat } = look;
  if (isOver(look, burst)) {
    seat.burst = null;
    return;
  }
  const { probe, target } = seat;
  const atMs = timeOf(sim, probe, burst.begunMonoMs + FAST_MS);
  sim.agenda.push({ atMs, kind: KIND.attempt, who: probe.index, what: target, life: burst.id });
}

function isOver(look: SimLook, burst: SimBurst): boolean {
  if (look.class === CLASS.ok) burst.oksInRow += 1;
  if (isFailure(look)) {
    burst.oksInRow = 0;
    if (burst.stopAfterOks > 1) return true;
  }
  return burst.oksInRow >= burst.stopAfterOks || burst.attempt >= burst.attempts;
}

/** The next attempt of a burst may begin, if the burst is still the one. */
export function attempt(sim: Sim, seat: SimSeat, burstId: number): void {
  if (seat.burst?.id === burstId) lookAgain(sim, seat, seat.burst);
}

/** The aggregator asks to look now. */
export function recheck(sim: Sim, probe: SimProbe, { target, ...wish }: Question): void {
  const seat = probe.seats[target];
  if (seat) beginBurst(sim, seat, wish);
}
