/** A whole run: the mesh of a seed lives through its faults, and everybody's sayings are kept. */
import type { Effect } from "../../aggregator/verdict/effect.ts";
import type { ResultsEvent } from "../../aggregator/verdict/event.ts";
import { createComparators } from "./comparators.ts";
import type { Comparators } from "./comparators.ts";
import { planFaults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { Judge } from "./ends.ts";
import { createJudge } from "./judge.ts";
import type { SimOptions } from "./options.ts";
import { createSimProbe } from "./probe.ts";
import type { SimProbe } from "./probe.ts";
import { createRoom, indexOf } from "./sim.ts";
import type { Room, SimCounts } from "./sim.ts";
import { traceEffect, traceFault, traceResults } from "./trace.ts";
import { closeTrack, createTrack, noteIncident, noteTransition } from "./track.ts";
import type { Track } from "./track.ts";
import { outagesOf } from "./truth.ts";
import type { Outage } from "./truth.ts";
import { regionOf, shift, victimsOf } from "./world.ts";

/** Probes come one after the other, and no fault begins before all have settled. */
const QUIET_MS = 600_000;
const DAY_MS = 24 * 3_600_000;
/** What a simulation calls fresh, for policies that ask: F of VERDICTS section 4. */
const TRANSIT_MS = 2_000;

/** What a run gave. */
export interface RunResult {
  options: SimOptions;
  /** True outages by target. */
  outages: Outage[][];
  /** What each policy said; Quorate first. */
  tracks: Track[];
  counts: SimCounts;
  faults: readonly Fault[];
  endMs: number;
}

interface Stage {
  room: Room;
  judge: Judge;
  probes: SimProbe[];
  /** Faults that keep each probe, and the aggregator, from running. */
  probeDown: number[];
  judgeDown: number;
}

/** Runs a simulation. */
export function runSim(options: SimOptions): RunResult {
  const endMs = options.days * DAY_MS;
  const room = createRoom(options);
  const { vantages, targets, intervalMs, timeoutMs, fall, rise, seed, rate, kinds } = options;
  const victims = victimsOf(vantages, targets);
  const when = { fromMs: QUIET_MS, untilMs: endMs };
  const faults =
    options.plan ?? planFaults({ seed, rate, victims, ...when, ...(kinds && { kinds }) });
  const track = createTrack("Quorate", targets);
  const freshMs = 2 * intervalMs + timeoutMs + TRANSIT_MS;
  const comparators = createComparators({ vantages, targets, intervalMs, fall, rise, freshMs });
  const judge = createJudge(room, listenerOf(room, track, comparators));
  const probes = room.probes.map((_, index) => createSimProbe(room, judge, index));
  const probeDown = probes.map(() => 0);
  const stage: Stage = { room, judge, probes, probeDown, judgeDown: 0 };
  judge.begin();
  for (const [index, probe] of probes.entries()) {
    room.agenda.at(1_000 + 700 * index, () => probe.boot());
  }
  for (const fault of faults) schedule(stage, fault);
  room.agenda.runUntil(endMs);
  closeTrack(track, endMs);
  const outages = outagesOf(room.world, faults);
  const tracks = [track, ...comparators.tracks];
  return { options, outages, tracks, counts: room.counts, faults, endMs };
}

function listenerOf(room: Room, track: Track, comparators: Comparators) {
  const { agenda } = room;
  return {
    onResults(probe: number, event: ResultsEvent): void {
      traceResults(room, probe, event);
      comparators.take(probe, event, agenda.nowMs());
    },
    onEffect(effect: Effect): void {
      traceEffect(room, effect);
      if (effect.type === "transition") {
        noteTransition(track, { ...effect, target: indexOf(effect.targetId) }, agenda.nowMs());
      } else if (effect.type === "incident") {
        noteIncident(track, { ...effect, target: indexOf(effect.targetId) }, agenda.nowMs());
      } else if (effect.type === "notice" && effect.kind === "probable_outage") {
        track.noticed[indexOf(effect.targetId)]?.push(agenda.nowMs());
      }
    },
  };
}

function schedule(stage: Stage, fault: Fault): void {
  const { agenda } = stage.room;
  agenda.at(fault.startMs, () => {
    traceFault(stage.room, fault, true);
    shift(stage.room.world, fault, 1);
    begin(stage, fault);
  });
  agenda.at(fault.endMs, () => {
    traceFault(stage.room, fault, false);
    shift(stage.room.world, fault, -1);
    end(stage, fault);
  });
}

function probesIn({ room }: Stage, region: number): number[] {
  const indexes = room.probes.map((_, index) => index);
  return indexes.filter((index) => regionOf(room.world, index) === region);
}

/** What a fault does beside its level in the world. */
function begin(stage: Stage, fault: Fault): void {
  const { who, kind, endMs, strength } = fault;
  switch (kind) {
    case "crash":
      return fell(stage, who);
    case "power":
      return probesIn(stage, who).forEach((probe) => fell(stage, probe));
    case "freeze":
      return stage.probes[who]?.freeze(endMs, strength < 0.5);
    case "restart":
    case "clock":
      stage.judgeDown += 1;
      if (stage.judgeDown === 1) stage.judge.stop();
      return;
    default:
      return;
  }
}

function fell(stage: Stage, probe: number): void {
  const down = (stage.probeDown[probe] ?? 0) + 1;
  stage.probeDown[probe] = down;
  if (down === 1) stage.probes[probe]?.crash();
}

function stood(stage: Stage, probe: number): void {
  const down = (stage.probeDown[probe] ?? 0) - 1;
  stage.probeDown[probe] = down;
  if (down === 0) stage.probes[probe]?.boot();
}

function end(stage: Stage, fault: Fault): void {
  const { who, kind, strength } = fault;
  switch (kind) {
    case "crash":
      return stood(stage, who);
    case "power":
      return probesIn(stage, who).forEach((probe) => stood(stage, probe));
    case "transit":
      return probesIn(stage, who).forEach((probe) => stage.judge.resume(probe));
    case "uplink":
    case "control":
      return stage.judge.resume(who);
    case "restart":
    case "clock":
      stage.judgeDown -= 1;
      if (stage.judgeDown === 0) stage.judge.restart(jumpOf(kind, strength));
      return;
    default:
      return;
  }
}

/** A wall clock that is 1 to 600 s ahead after a restart. */
function jumpOf(kind: "restart" | "clock", strength: number): number {
  return kind === "clock" ? Math.round(1_000 * 600 ** strength) : 0;
}
