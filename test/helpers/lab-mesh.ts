/**
 * A mesh of real processes in a net lab: the aggregator at home, each probe on a host of its own,
 * targets on another; and the ground truth, which a scenario's events are compared with.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { ApiEvent } from "../../shared/api/event.ts";
import { aboutOf, eventLine } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { needs } from "./needs.ts";
import { openNetLab } from "./net-lab.ts";
import type { LabHost, NetLab } from "./net-lab.ts";
import { startProgram } from "./program.ts";
import type { Program } from "./program.ts";
import { openRealMesh } from "./real-mesh.ts";
import type { OpenMesh, RealMesh, RealProbe } from "./real-mesh.ts";

/** Port of every target. */
const TARGET_PORT = 8_080;
/** Port at which probes answer their peers. */
const HEALTH_PORT = 7_710;

/** A probe and the host it runs on. */
export interface LabProbe extends RealProbe {
  host: LabHost;
}

/** A target that really is up or down. */
export interface LabTarget {
  host: LabHost;
  /** Kills its process and waits for the end; its port refuses from then on. */
  kill(): Promise<void>;
  /** Starts it again and waits until it listens. */
  revive(): Promise<void>;
}

/** A mesh in a lab. */
export interface LabMesh {
  net: NetLab;
  mesh: RealMesh;
  /** What was told since the present scenario began. */
  journal(): Journal;
  probe(name: string): LabProbe;
  target(name: string): LabTarget;
  /** Every target. */
  targets(): string[];
  /** Starts a process on a host of its own that answers, and has it looked at. */
  addTarget(name: string, changes?: object): Promise<LabTarget>;
  /**
   * Kills a target, waits until it is called down, gives the sentence that says so, starts it
   * again and waits until it is well: proof that a fault hides no real outage.
   */
  outage(name: string): Promise<string>;
  /** Waits until each of these probes was called so since the scenario began. */
  untilProbes(event: string, ...names: string[]): Promise<void>;
  /** Waits until every probe is eligible and reaches every target, and every target is up. */
  untilWell(): Promise<void>;
}

/** Which probes stand where. */
export interface LabPlan {
  /** Probes by region. */
  regions: Record<string, readonly string[]>;
  /** Targets that stand for the lab's time. */
  targets: readonly string[];
  /** Name server of the hosts of a region: a look at the net gives its address. */
  resolvers?: (net: NetLab) => Record<string, string>;
  heartbeatMs?: number;
}

/** One scenario: a statement, and what shows it. */
export type Scenario = readonly [statement: string, body: (lab: LabMesh) => Promise<void>];

/** Times at which a target was really down, by the clock of this machine. */
interface Outage {
  name: string;
  fromMs: number;
  toMs: number;
}

/** How targets are looked at: as often as keeps the lab short on a busy machine of two cores. */
const PACE = { intervalMs: 500, timeoutMs: 400, fall: 2 };

/** Words that call a target out of order. */
const ACCUSATIONS = ["target.down", "target.sub_healthy"];
/** Evidence from before a recovery may still be counted in a verdict so much later. */
const ECHO_MS = 1_000;

/**
 * Runs scenarios one after the other in one lab. After each the ground truth is checked: every
 * accusation has its real outage, every outage its accusation, and all is well again.
 */
export function labTest(statement: string, plan: LabPlan, scenarios: readonly Scenario[]): void {
  test(statement, { timeout: 170_000, ...needs("ip", "netns") }, async (t) => {
    const net = openNetLab();
    try {
      const mesh = await openRealMesh({
        grpcHost: net.home,
        heartbeatMs: plan.heartbeatMs ?? 1_000,
      });
      try {
        const lab = await told(mesh, populate({ net, mesh }, plan));
        let failed = false;
        for (const [name, body] of scenarios) {
          await t.test(name, { skip: failed && "the scenario before it failed" }, async () => {
            failed = true;
            await told(mesh, runScenario(lab, body));
            failed = false;
          });
        }
      } finally {
        await mesh.close();
      }
    } finally {
      net.close();
    }
  });
}

/** What fails tells what the mesh's processes said. */
async function told<Result>(mesh: OpenMesh, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${await mesh.report()}`, { cause: error });
  }
}

interface Ground {
  net: NetLab;
  mesh: OpenMesh;
}

interface PopulatedLab extends LabMesh {
  begin(): Promise<void>;
  outages: Outage[];
}

async function runScenario(
  lab: PopulatedLab,
  body: (lab: LabMesh) => Promise<void>,
): Promise<void> {
  await lab.begin();
  await body(lab);
  await lab.untilWell();
  checkTruth(await lab.journal().all(), lab.outages);
}

/** No healthy target was called down, and no outage was missed. */
function checkTruth(events: readonly ApiEvent[], outages: readonly Outage[]): void {
  const accusations = events.filter(({ type }) => ACCUSATIONS.includes(type));
  const within = (event: ApiEvent, { name, fromMs, toMs }: Outage): boolean => {
    const atMs = Date.parse(event.timestamp);
    return aboutOf(event) === name && atMs >= fromMs && atMs <= toMs + ECHO_MS;
  };
  const falsely = accusations.filter((event) => !outages.some((one) => within(event, one)));
  assert.deepEqual(falsely.map(eventLine), [], "no healthy target is called down");
  const missed = outages.filter((one) => !accusations.some((event) => within(event, one)));
  assert.deepEqual(missed, [], "every real outage is found");
}

async function populate(ground: Ground, plan: LabPlan): Promise<PopulatedLab> {
  const { net, mesh } = ground;
  const probes = await addProbes(ground, plan);
  const targets = new Map<string, LabTarget>();
  const outages: Outage[] = [];
  let journal = mesh.journal;
  const lab: PopulatedLab = {
    ...ground,
    outages,
    journal: () => journal,
    probe: (name) => known(probes, name),
    target: (name) => known(targets, name),
    targets: () => [...targets.keys()],
    async addTarget(name, changes = {}) {
      const host = net.addHost(name, "hosting");
      const target = createTarget(host, (isDown) => noteTruth(outages, { name, isDown }));
      mesh.onClose(() => target.kill());
      await target.revive();
      const options = { url: `http://${host.address}:${TARGET_PORT}/` };
      await mesh.addTarget(name, TARGET_PORT, { options, ...PACE, ...changes });
      targets.set(name, target);
      return target;
    },
    async outage(name) {
      const target = known(targets, name);
      await target.kill();
      const { data } = await journal.event({ type: "target.down", about: name });
      await target.revive();
      await journal.event({ type: "incident.resolved", about: name });
      return data.sentence;
    },
    async untilProbes(event, ...names) {
      for (const about of names) await journal.event({ type: `probe.${event}`, about });
    },
    async untilWell() {
      await mesh.untilWell(...targets.keys());
      for (const name of targets.keys()) await mesh.untilState(name, "up");
    },
    async begin() {
      outages.length = 0;
      journal = await mesh.openJournal();
    },
  };
  for (const name of plan.targets) await lab.addTarget(name);
  await lab.untilWell();
  return lab;
}

async function addProbes({ net, mesh }: Ground, plan: LabPlan): Promise<Map<string, LabProbe>> {
  const probes = new Map<string, LabProbe>();
  const resolvers = plan.resolvers?.(net) ?? {};
  for (const [region, names] of Object.entries(plan.regions)) {
    for (const name of names) {
      const host = net.addHost(name, region, resolvers[region]);
      const flags = ["--insecure", "--health-listen", `${host.address}:${HEALTH_PORT}`];
      const aggregator = `${net.home}:${mesh.grpcPort}`;
      const place = { aggregator, region, through: host.through, flags };
      probes.set(name, { ...(await mesh.addProbeAt(name, place)), host });
    }
  }
  return probes;
}

function noteTruth(outages: Outage[], { name, isDown }: { name: string; isDown: boolean }): void {
  const nowMs = systemClock().wallMs();
  if (isDown) return void outages.push({ name, fromMs: nowMs, toMs: Infinity });
  for (const outage of outages) {
    if (outage.name === name) outage.toMs = Math.min(outage.toMs, nowMs);
  }
}

function known<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  assert.ok(value !== undefined, `the lab has ${name}`);
  return value;
}

function createTarget(host: LabHost, onChange: (isDown: boolean) => void): LabTarget {
  let program: Program | null = null;
  return {
    host,
    async kill() {
      if (program === null) return;
      onChange(true);
      await program.close();
      program = null;
    },
    async revive() {
      const args = ["duke", "--steady", "--listen", `0.0.0.0:${TARGET_PORT}`];
      program = startProgram(args, { through: host.through });
      await program.says(/^http /m);
      onChange(false);
    },
  };
}
