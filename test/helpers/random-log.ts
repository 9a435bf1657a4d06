/** Random logs for the properties of the verdict rules, from a seed; a failure prints the seed. */
import { seededRandom } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { OutcomeClass } from "../../shared/outcome.ts";
import { POLICY_RULES, policySchema } from "../../shared/target.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import type { EventBody, LogEvent } from "../../aggregator/verdict/event.ts";
import { beat, lookEvent, testProbe, testTarget } from "./verdict-mesh.ts";

/** What a random log may hold. */
export interface RandomLogOptions {
  seed: number;
  /** Events after the mesh is set up. Default 150. */
  events?: number;
  /** Classes that a look may have; `truth` follows whether the target is down. Default truth. */
  looks?: "truth" | "ok" | "uncertified";
  /** Only this probe ever fails; the others are silent or ok. */
  onlyFailing?: string;
  /** Leaves, joins, edits, takeovers and maintenance too. Default true. */
  changes?: boolean;
  /** Targets may choose other rules than `all`, and depend on each other. Default true. */
  policies?: boolean;
  /** Callers report business calls: any, or failed ones only. Default any. */
  calls?: "any" | "failed" | "none";
}

interface World {
  random: Random;
  log: LogEvent[];
  atMs: number;
  beatMs: number;
  probes: { name: string; muted: boolean; sick: boolean; intercepted: boolean; gone: boolean }[];
  targets: Target[];
  down: Map<string, boolean>;
  options: RandomLogOptions;
}

const ZONES = ["z1", "z2", "z3", "z3", "z4"];

/** A random log of 3 to 5 probes and 1 to 4 targets. */
export function randomLog(options: RandomLogOptions): LogEvent[] {
  const random = seededRandom(options.seed);
  const world: World = {
    random,
    log: [],
    atMs: 1_000,
    beatMs: 1_000,
    probes: [],
    targets: [],
    down: new Map(),
    options,
  };
  const probes = 3 + pick(random, 3);
  for (let index = 0; index < probes; index += 1) addProbe(world, index);
  const targets = 1 + pick(random, 4);
  for (let index = 0; index < targets; index += 1) addTarget(world, index);
  advance(world, 16_000);
  for (let count = options.events ?? 150; count > 0; count -= 1) act(world);
  return world.log;
}

function pick(random: Random, bound: number): number {
  return Math.floor(random.float() * bound);
}

function push(world: World, body: EventBody): void {
  world.log.push({ seq: world.log.length + 1, atMs: world.atMs, body });
}

function addProbe(world: World, index: number): void {
  const name = `p${index}`;
  const region = index < 2 ? "east" : "west";
  world.probes.push({ name, muted: false, sick: false, intercepted: false, gone: false });
  push(world, { type: "probe_set", probe: testProbe(name, region, ZONES[index] ?? "z5") });
}

/** Half of the targets go by `all`; a target may depend on one that was made before it. */
function politics(random: Random, index: number): Partial<TargetSpec> {
  const rules = POLICY_RULES[pick(random, 2 * POLICY_RULES.length)] ?? "all";
  const downOn = pick(random, 4) === 0 ? "unreachable" : "failing";
  const policy = policySchema.parse({ rule: rules, k: 2, coverage: pick(random, 2) / 2, downOn });
  const parents = index > 0 && pick(random, 2) === 0 ? [`t${pick(random, index)}`] : [];
  const limit = pick(random, 3) === 0 ? { degradedLatencyMs: 100 } : {};
  return { policy, parents, ...limit };
}

function addTarget(world: World, index: number): void {
  const { random, options } = world;
  const target = testTarget(`t${index}`, index + 1, {
    intervalMs: 5_000 + 5_000 * pick(random, 3),
    timeoutMs: 1_000 + 1_000 * pick(random, 3),
    fall: 1 + pick(random, 3),
    rise: 1 + pick(random, 2),
    ...(options.policies === false ? {} : politics(random, index)),
  });
  world.targets.push(target);
  world.down.set(target.id, false);
  push(world, { type: "target_set", target });
}

function advance(world: World, byMs: number): void {
  const untilMs = world.atMs + byMs;
  while (world.beatMs <= untilMs) {
    world.atMs = Math.max(world.atMs, world.beatMs);
    for (const { name, muted, sick, intercepted, gone } of world.probes) {
      if (muted || gone) continue;
      const canaries = { one: !sick, two: !sick };
      push(world, beat(name, { canaries, mustFailHeld: !intercepted }));
    }
    world.beatMs += 5_000;
  }
  world.atMs = untilMs;
}

function act(world: World): void {
  const { random, options } = world;
  advance(world, pick(random, 10) === 0 ? pick(random, 20_000) : pick(random, 900));
  const dice = pick(random, 100);
  if (dice < 84) look(world);
  else if (dice < 90) flip(world);
  else if (dice < 95) ail(world);
  else if (dice < 96 || options.changes === false) push(world, { type: "tick" });
  else if (dice < 97) call(world);
  else if (dice < 98) maintain(world);
  else change(world);
}

function call({ random, options, ...world }: World): void {
  const kind = options.calls ?? "any";
  const targetId = `t${pick(random, world.targets.length)}`;
  const toMs = world.atMs + pick(random, 2_000) - 1_000;
  const fromMs = toMs - 1_000 - pick(random, 100_000);
  const successes = kind === "failed" ? 0 : pick(random, 30);
  const failures = pick(random, 30);
  const reporter = `app${pick(random, 3)}`;
  if (kind === "none") return;
  const body: EventBody = { type: "calls", targetId, reporter, fromMs, toMs, successes, failures };
  world.log.push({ seq: world.log.length + 1, atMs: world.atMs, body });
}

function maintain(world: World): void {
  const { random, atMs } = world;
  const id = `m${pick(random, 3)}`;
  const fromMs = atMs + pick(random, 20_000) - 10_000;
  const toMs = fromMs + pick(random, 60_000);
  const targets = [`t${pick(random, world.targets.length)}`];
  const labels = {};
  push(world, { type: "maintenance_set", window: { id, name: id, targets, labels, fromMs, toMs } });
}

function flip(world: World): void {
  const target = world.targets[pick(world.random, world.targets.length)];
  if (target) world.down.set(target.id, !world.down.get(target.id));
}

function ail(world: World): void {
  const probe = world.probes[pick(world.random, world.probes.length)];
  if (!probe || world.options.looks === "ok") return;
  const dice = pick(world.random, 6);
  if (dice < 2) probe.muted = !probe.muted;
  else if (dice < 5) probe.sick = !probe.sick;
  else probe.intercepted = !probe.intercepted;
}

function change(world: World): void {
  const { random } = world;
  const index = pick(random, world.targets.length);
  const target = world.targets[index];
  const probe = world.probes[pick(random, world.probes.length)];
  const dice = pick(random, 10);
  if (dice < 3) push(world, { type: "takeover" });
  else if (dice < 5 && probe && !probe.gone) {
    probe.gone = dice === 4;
    push(world, { type: "probe_left", probeId: probe.name, hard: probe.gone });
  } else if (dice < 7 && world.probes.length < ZONES.length) addProbe(world, world.probes.length);
  else if (target) {
    const timeoutMs = 1_000 + 100 * pick(random, 20);
    const spec = { ...target.spec, timeoutMs };
    const edited = { ...target, revision: target.revision + 1, spec };
    world.targets[index] = edited;
    push(world, { type: "target_set", target: edited });
  }
}

function look(world: World): void {
  const { random, options } = world;
  const target = world.targets[pick(random, world.targets.length)];
  if (!target) return;
  const down = world.down.get(target.id) ?? false;
  // A burst: several vantages look at the same moment, as after a recheck.
  const probes = world.probes.filter(({ gone }) => !gone && pick(random, 3) > 0);
  for (const { name } of probes) {
    const lost = options.onlyFailing !== undefined && options.onlyFailing !== name;
    const outcome = lost ? "ok" : classOf(world, down);
    push(
      world,
      lookEvent({
        probe: name,
        target,
        class: outcome,
        endMs: world.atMs - pick(random, 300),
        doubtMs: pick(random, 200),
        attempt: pick(random, 3),
        latencyMs: pick(random, 150),
        certified: options.looks !== "uncertified" && pick(random, 20) > 0,
        replayed: pick(random, 50) === 0,
        ...(outcome === "dns" ? { resolver: `10.0.0.${pick(random, 3)}` } : {}),
      }),
    );
  }
}

function classOf({ random, options }: World, down: boolean): OutcomeClass {
  if (options.looks === "ok") return "ok";
  const failing = options.looks === "uncertified" || (pick(random, 12) === 0 ? !down : down);
  if (!failing) return "ok";
  const classes: OutcomeClass[] = ["dead", "dead", "sub", "dns", "void"];
  return classes[pick(random, classes.length)] ?? "dead";
}
