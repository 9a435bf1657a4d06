/** The parts of a simulation that all others are given. */
import type { Probe } from "../../shared/probe.ts";
import { seededRandom } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import { targetSpecSchema } from "../../shared/target.ts";
import type { Target } from "../../shared/target.ts";
import { stableHash } from "../../aggregator/assign.ts";
import { createAgenda } from "./agenda.ts";
import type { Agenda } from "./agenda.ts";
import { backgroundAt } from "./faults.ts";
import type { SimOptions } from "./options.ts";
import { createWorld, regionOf } from "./world.ts";
import type { World } from "./world.ts";

/** What all parts share. */
export interface Room {
  readonly options: SimOptions;
  readonly agenda: Agenda;
  readonly world: World;
  readonly targets: readonly Target[];
  readonly probes: readonly Probe[];
  readonly counts: SimCounts;
}

/** What is counted while it runs. */
export interface SimCounts {
  /** Looks by the schedule, and looks in bursts. */
  scheduled: number;
  extra: number;
  /** Events of the log, and restarts of the aggregator. */
  events: number;
  restarts: number;
}

/** Creates the world, the targets and the probes; nothing happens yet. */
export function createRoom(options: SimOptions): Room {
  const { vantages, targets, rate } = options;
  const world = createWorld({ vantages, targets, background: backgroundAt(rate) });
  return {
    options,
    agenda: createAgenda(),
    world,
    targets: Array.from({ length: targets }, (_, index) => targetOf(options, index)),
    probes: Array.from({ length: vantages }, (_, index) => probeOf(world, index)),
    counts: { scheduled: 0, extra: 0, events: 0, restarts: 0 },
  };
}

function targetOf(options: SimOptions, index: number): Target {
  const { intervalMs, timeoutMs, fall, rise, without } = options;
  const spec = targetSpecSchema.parse({
    name: `web-${index}`,
    kind: "http",
    options: {},
    intervalMs,
    timeoutMs,
    fall,
    rise,
    policy: without.includes("coverage") ? { coverage: 0 } : {},
  });
  const id = `tgt_${index}`;
  return { id, handle: index + 1, revision: 1, createdAtMs: 0, updatedAtMs: 0, spec };
}

function probeOf(world: World, index: number): Probe {
  const region = `region-${regionOf(world, index)}`;
  return {
    id: `prb_${index}`,
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
    draining: false,
    spec: { name: `rack-${index}`, region, zone: `zone-${index}`, labels: {} },
  };
}

/** The index in an id of a target or a probe of the simulation. */
export function indexOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("_") + 1));
}

/** A source of chance of its own for each part, so that a change of one moves no other. */
export function chanceOf({ options }: Pick<Room, "options">, part: string): Random {
  return seededRandom(stableHash(`${options.seed}/${part}`));
}
