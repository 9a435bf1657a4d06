/** The machine a simulated probe runs on: its clock, its timers, its boots and its freezes. */
import type { Clock, Timer } from "../../shared/clock.ts";
import { TICK_MS } from "../../probe/wheel.ts";
import type { Wheel, WheelEntry } from "../../probe/wheel.ts";
import type { Agenda } from "./agenda.ts";

/** Wall clock of every machine when the simulation begins: 2026-01-01T00:00:00Z. */
const WALL_MS = 1_767_225_600_000;
/** What a monotonic clock shows when its process starts. */
const MONO_MS = 1_000;
/** No entry of a wheel waits for this tick. */
const NO_TICK = -1;

/** One start of the probe's process; what belongs to it stops with it. */
export interface Boot {
  /** Counts up by 1, from 1. */
  readonly ordinal: number;
  readonly clock: Clock;
  readonly wheel: Wheel;
  alive: boolean;
  /** Runs something now, or when the machine goes on; never after the end of this boot. */
  whenAwake(run: () => void): void;
}

/** The machine. */
export interface Machine {
  boot(): Boot;
  /** Ends the present boot, as a kill or a power cut does. */
  crash(): void;
  /**
   * Stands still until a time: a stopped process, whose clock goes on, or with `clockStops` a
   * machine that sleeps. `onThaw` is called before anything that became due meanwhile.
   */
  freeze(thawAtMs: number, clockStops: boolean, onThaw: (gapMs: number) => void): void;
}

interface MachineState {
  agenda: Agenda;
  /** Milliseconds its clock goes on in a true millisecond. */
  rate: number;
  /** Its clock showed `monoMs` at the true time `baseMs`. */
  baseMs: number;
  monoMs: number;
  /** Until then it stands still. */
  thawAtMs: number;
  clockStopped: boolean;
  boot: Boot | null;
  boots: number;
}

/** Creates a machine that is switched off. */
export function createMachine(agenda: Agenda, rate: number): Machine {
  const machine: MachineState = {
    agenda,
    rate,
    baseMs: 0,
    monoMs: MONO_MS,
    thawAtMs: 0,
    clockStopped: false,
    boot: null,
    boots: 0,
  };
  return {
    boot: () => boot(machine),
    crash() {
      if (machine.boot) machine.boot.alive = false;
      machine.boot = null;
    },
    freeze: (thawAtMs, clockStops, onThaw) => {
      const frozen = machine.boot;
      const nowMs = agenda.nowMs();
      if (!frozen || thawAtMs <= machine.thawAtMs) return;
      if (clockStops && !machine.clockStopped) rebase(machine, nowMs);
      machine.clockStopped ||= clockStops;
      machine.thawAtMs = thawAtMs;
      agenda.at(thawAtMs, () => {
        if (machine.thawAtMs !== thawAtMs) return;
        if (machine.clockStopped) machine.baseMs = thawAtMs;
        machine.clockStopped = false;
        if (frozen.alive) onThaw(thawAtMs - nowMs);
      });
    },
  };
}

function rebase(machine: MachineState, nowMs: number): void {
  machine.monoMs = monoMs(machine);
  machine.baseMs = nowMs;
}

function monoMs(machine: MachineState): number {
  if (machine.clockStopped) return machine.monoMs;
  return machine.monoMs + (machine.agenda.nowMs() - machine.baseMs) * machine.rate;
}

function boot(machine: MachineState): Boot {
  const { agenda } = machine;
  machine.boots += 1;
  machine.thawAtMs = 0;
  machine.clockStopped = false;
  machine.baseMs = agenda.nowMs();
  machine.monoMs = MONO_MS;
  const begun: Boot = {
    ordinal: machine.boots,
    clock: clockOf(machine),
    wheel: wheelOf(machine),
    alive: true,
    whenAwake(run) {
      if (!begun.alive) return;
      if (agenda.nowMs() >= machine.thawAtMs) run();
      else agenda.at(machine.thawAtMs, () => begun.whenAwake(run));
    },
  };
  machine.boot = begun;
  return begun;
}

/** Runs something in the present boot once its clock shows a time. */
function atMono(machine: MachineState, dueMs: number, run: () => void): void {
  const { agenda, boot: owner } = machine;
  if (!owner) return;
  const inMs = (dueMs - monoMs(machine)) / machine.rate;
  agenda.at(agenda.nowMs() + inMs, () => fire(machine, owner, { dueMs, run }));
}

interface Due {
  dueMs: number;
  run: () => void;
}

function fire(machine: MachineState, owner: Boot, due: Due): void {
  const { agenda } = machine;
  if (!owner.alive) return;
  if (agenda.nowMs() < machine.thawAtMs) {
    return agenda.at(machine.thawAtMs, () => fire(machine, owner, due));
  }
  // A clock that stood still has not come so far yet; less than a microsecond is rounding.
  const restMs = due.dueMs - monoMs(machine);
  if (restMs <= 0.001) return due.run();
  agenda.at(agenda.nowMs() + restMs / machine.rate, () => fire(machine, owner, due));
}

function clockOf(machine: MachineState): Clock {
  const after = (delayMs: number, callback: () => void): Timer => {
    let isWanted = true;
    atMono(machine, monoMs(machine) + Math.max(0, delayMs), () => isWanted && callback());
    return { cancel: () => void (isWanted = false) };
  };
  return {
    wallMs: () => Math.floor(WALL_MS + machine.agenda.nowMs()),
    monoMs: () => monoMs(machine),
    after,
    every(periodMs, callback) {
      let timer: Timer | null = null;
      const turn = (): void => {
        timer = after(periodMs, turn);
        callback();
      };
      timer = after(periodMs, turn);
      return { cancel: () => timer?.cancel() };
    },
  };
}

/** A wheel that turns only when something is due; ticks are those of the real one. */
function wheelOf(machine: MachineState): Wheel {
  return {
    at(entry: WheelEntry, dueMonoMs: number) {
      const nextTick = Math.floor(monoMs(machine) / TICK_MS) + 1;
      const tick = Math.max(Math.ceil(dueMonoMs / TICK_MS), nextTick);
      entry.tick = tick;
      atMono(machine, tick * TICK_MS, () => {
        // Moved, taken out, or fired already.
        if (entry.tick !== tick) return;
        entry.tick = NO_TICK;
        entry.run();
      });
    },
    cancel: (entry) => void (entry.tick = NO_TICK),
    start: () => undefined,
    stop: () => undefined,
    stalledMs: () => 0,
    isAfterStall: () => false,
    takeLagMs: () => 0,
  };
}
