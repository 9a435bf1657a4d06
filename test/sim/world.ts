/** The simulated network and targets: what a probe sees when it looks. */
import type { Random } from "../../shared/random.ts";
import type { ReasonCode } from "../../shared/reason.ts";
import { FAULT_KINDS } from "./faults.ts";
import type { Background, Fault, FaultKind, Victim } from "./faults.ts";

/** What a look at a target will give. */
export interface Seen {
  reason: ReasonCode;
  /** Time the answer takes; Infinity when only the deadline ends the look. */
  lastsMs: number;
  /** For the class dns: who was asked. */
  resolver?: string;
}

/** The state of the network and of the targets. */
export interface World {
  readonly vantages: number;
  readonly targets: number;
  /** Regions with probes; the targets of one more region have no probe beside them. */
  readonly regions: number;
  readonly background: Background;
  /** How bad each kind of fault is now, by victim; a sum, because faults can overlap. */
  readonly level: Record<FaultKind, Float64Array>;
  /** Whether the aggregator's port answers, and the probes' health endpoints. */
  aggregatorUp: boolean;
  readonly probeUp: boolean[];
  /** Number of faults that are on. */
  faults: number;
}

/** How large a world is. */
export interface WorldSize {
  vantages: number;
  targets: number;
  background: Background;
}

/** Resolver that most probes share. */
const SHARED_RESOLVER = "10.0.0.53";
/** Resolver on the last probe's own host. */
const OWN_RESOLVER = "127.0.0.53";
/** A resolver is given up after this. */
const RESOLVER_TIMEOUT_MS = 4_000;

/** Number of regions that have probes. */
function regionsOf(vantages: number): number {
  return Math.min(3, vantages);
}

/** Victims of each sort, for the plan of faults. */
export function victimsOf(vantages: number, targets: number): Record<Victim, number> {
  const regions = regionsOf(vantages) + 1;
  return { probe: vantages, region: regions, pair: regions * regions, target: targets, mesh: 1 };
}

/** A world in which nothing is wrong. */
export function createWorld({ vantages, targets, background }: WorldSize): World {
  const most = Math.max(...Object.values(victimsOf(vantages, targets)));
  const column = (): Float64Array => new Float64Array(most);
  const level: Record<FaultKind, Float64Array> = {
    uplink: column(),
    data_uplink: column(),
    egress: column(),
    lossy: column(),
    overload: column(),
    crash: column(),
    freeze: column(),
    control: column(),
    liar_given_away: column(),
    liar_hidden: column(),
    liar_failing: column(),
    transit: column(),
    power: column(),
    route: column(),
    resolver: column(),
    restart: column(),
    clock: column(),
    refused: column(),
    hanging: column(),
    wrong: column(),
    flapping: column(),
  };
  return {
    vantages,
    targets,
    regions: regionsOf(vantages),
    background,
    level,
    aggregatorUp: true,
    probeUp: Array.from({ length: vantages }, () => false),
    faults: 0,
  };
}

/** Begins or ends a fault; `sign` is 1 or -1. */
export function shift(world: World, fault: Fault, sign: 1 | -1): void {
  const column = world.level[fault.kind];
  const level = (column[fault.who] ?? 0) + sign * severityOf(fault);
  column[fault.who] = Math.abs(level) < 1e-9 ? 0 : level;
  world.faults += sign;
  if (world.faults === 0) for (const kind of FAULT_KINDS) world.level[kind].fill(0);
}

function severityOf({ kind, strength }: Fault): number {
  switch (kind) {
    case "lossy":
      return 0.05 + 0.45 * strength;
    case "overload":
      return 0.2 + 0.8 * strength;
    case "hanging":
      return 0.1 + 0.9 * strength;
    default:
      return 1;
  }
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? 0;
}

/** Region of a probe. */
export function regionOf(world: World, probe: number): number {
  return probe % world.regions;
}

/** Region that hosts a target. */
export function hostOf(world: World, target: number): number {
  return target % (world.regions + 1);
}

/** Every second target is checked by name; all probes but the last ask the shared resolver. */
function resolverOf(world: World, probe: number): string {
  return probe === world.vantages - 1 ? OWN_RESOLVER : SHARED_RESOLVER;
}

/** Whether the probe reaches anything outside by the way its checks go. */
function dataUp({ level }: World, probe: number): boolean {
  return at(level.uplink, probe) + at(level.data_uplink, probe) === 0;
}

/** Whether messages pass between a probe and the aggregator, which stands in no region. */
export function controlUp(world: World, probe: number): boolean {
  const { level } = world;
  const region = regionOf(world, probe);
  const cut = at(level.uplink, probe) + at(level.control, probe);
  return cut + at(level.transit, region) + at(level.power, region) === 0;
}

/** Something that is looked at as a canary: a peer by its index, or one of these. */
export const CANARY = { aggregator: -1, mustFail: -2 } as const;

/** Whether a canary answers a probe now. */
export function canaryAnswers(world: World, probe: number, canary: number): boolean {
  const { level } = world;
  if (canary === CANARY.mustFail) return at(level.liar_given_away, probe) > 0;
  if (!dataUp(world, probe)) return false;
  const own = regionOf(world, probe);
  if (canary === CANARY.aggregator) return world.aggregatorUp && at(level.transit, own) === 0;
  if (!world.probeUp[canary] || !dataUp(world, canary)) return false;
  const other = regionOf(world, canary);
  return own === other || at(level.transit, own) + at(level.transit, other) === 0;
}

/** Share of a probe's connections that are lost on its way, or for want of breath. */
export function lossOf({ level }: World, probe: number): number {
  return at(level.lossy, probe) + 0.1 * at(level.overload, probe);
}

/** Who looks at what; chance is the probe's own. */
export interface Looking {
  probe: number;
  target: number;
  random: Random;
}

/** Looks at a target. */
export function look(world: World, looking: Looking): Seen {
  const { random } = looking;
  const lost = random.float() < world.background.noise;
  const trouble = world.faults > 0 ? troubleOf(world, looking) : null;
  if (trouble) return trouble;
  if (lost) return { reason: "connect_timeout", lastsMs: Infinity };
  return { reason: "ok", lastsMs: 5 + 80 * random.float() };
}

/** The first thing that is in the way: the probe, the resolver, the path, or the target. */
function troubleOf(world: World, looking: Looking): Seen | null {
  const { level } = world;
  const { probe, target, random } = looking;
  const strain = at(level.overload, probe);
  if (at(level.liar_given_away, probe) + at(level.liar_hidden, probe) > 0) {
    return { reason: "ok", lastsMs: 2 };
  }
  if (at(level.liar_failing, probe) > 0) return { reason: "http_status", lastsMs: 20 };
  if (strain > 0 && random.float() < 0.4 * strain) return { reason: "out_of_sockets", lastsMs: 1 };
  if (strain > 0 && random.float() < 0.2 * strain) {
    return { reason: "read_timeout", lastsMs: Infinity };
  }
  if (!resolves(world, probe, target)) {
    const resolver = resolverOf(world, probe);
    return { reason: "resolver_timeout", lastsMs: RESOLVER_TIMEOUT_MS, resolver };
  }
  if (!arrives(world, looking)) return { reason: "connect_timeout", lastsMs: Infinity };
  return brokenAnswer(world, looking);
}

function resolves(world: World, probe: number, target: number): boolean {
  if (target % 2 === 0) return true;
  if (!dataUp(world, probe)) return false;
  return at(world.level.resolver, 0) === 0 || resolverOf(world, probe) !== SHARED_RESOLVER;
}

/** Whether packets reach the target's region and come back. */
function arrives(world: World, { probe, target, random }: Looking): boolean {
  const { level } = world;
  const own = regionOf(world, probe);
  const host = hostOf(world, target);
  if (!dataUp(world, probe) || at(level.egress, probe) > 0) return false;
  if (at(level.power, host) > 0 || at(level.route, own * (world.regions + 1) + host) > 0) {
    return false;
  }
  if (own !== host && at(level.transit, own) + at(level.transit, host) > 0) return false;
  const loss = at(level.lossy, probe);
  return loss === 0 || random.float() >= loss;
}

/** What a broken target answers; null when it is well. */
function brokenAnswer({ level }: World, { target, random }: Looking): Seen | null {
  const hanging = at(level.hanging, target);
  const soonMs = 5 + 80 * random.float();
  if (at(level.refused, target) + at(level.flapping, target) > 0) {
    return { reason: "connection_refused", lastsMs: soonMs };
  }
  if (hanging > 0.5) return { reason: "connect_timeout", lastsMs: Infinity };
  if (hanging > 0) return { reason: "read_timeout", lastsMs: Infinity };
  if (at(level.wrong, target) > 0) return { reason: "http_status", lastsMs: soonMs };
  return null;
}
