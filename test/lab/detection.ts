/**
 * Detection on real processes: targets, each a process of its own, are killed at random instants,
 * and the time until `target.down` arrives on the event stream is taken.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { messageOf } from "../../shared/errors.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { seededRandom } from "../../shared/random.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import { CANARY_TIMEOUT_MS } from "../../probe/canary.ts";
import { openRealMesh } from "../helpers/real-mesh.ts";
import type { OpenMesh } from "../helpers/real-mesh.ts";
import { aboutOf } from "../helpers/journal.ts";
import { patiently } from "../helpers/patience.ts";

/** What is measured. */
export interface DetectionPlan {
  /** Targets that are killed, one trial each. */
  trials: number;
  intervalMs: number;
  timeoutMs: number;
  fall: number;
  vantages: number;
  /** Of the instants at which targets are killed. */
  seed: number;
  /** Told what happens as it happens. */
  say?: (line: string) => void;
}

/** What was measured. */
export interface Detection {
  /** Time from each kill to its `target.down`, ascending. */
  delaysMs: number[];
  /** Events that called a target down that was not killed. */
  falsely: string[];
}

/** One term of the bound: its sign in VERDICTS section 8, its length, and why it is so long. */
export interface BoundTerm {
  sign: string;
  ms: number;
  why: string;
}

/** The bound on detection, with its terms. */
export interface DetectionBound {
  ms: number;
  terms: BoundTerm[];
}

/** A port of this machine refuses within microseconds; the rest is for a busy machine. */
const REFUSED_MS = 100;
/** Delivery of one message beyond the time its batch waits; on one machine all of it is slack. */
const DELIVERY_SLACK_MS = 50;

/**
 * L = g + 2(τ + κ + δ + w) + ρ + (fall − 1) × max(fast, τ), VERDICTS section 8, for a connection
 * that is refused (τ) or, with `attemptMs`, for attempts that take that long.
 */
export function detectionBound(plan: DetectionPlan, attemptMs = REFUSED_MS): DetectionBound {
  const { windowMs, fastMs } = DEFAULT_SETTINGS;
  const g = plan.intervalMs / plan.vantages;
  const fast = Math.min(fastMs, plan.intervalMs);
  const delivery = LIMITS.batchWaitMs + DELIVERY_SLACK_MS;
  const terms = [
    { sign: "g", ms: g, why: `interval ${plan.intervalMs} ms over ${plan.vantages} vantages` },
    { sign: "τ", ms: attemptMs, why: "one attempt" },
    { sign: "κ", ms: CANARY_TIMEOUT_MS, why: "deadline of a canary" },
    { sign: "δ", ms: delivery, why: "a batch's wait, and 50 ms for its way" },
    { sign: "w", ms: windowMs, why: "one evaluation window" },
    { sign: "ρ", ms: delivery, why: "the way of the wish to look again" },
    { sign: "fast", ms: fast, why: "least time between two attempts of a burst" },
  ];
  const burst = (plan.fall - 1) * Math.max(fast, attemptMs);
  const looks = 2 * (attemptMs + CANARY_TIMEOUT_MS + delivery + windowMs);
  return { ms: g + looks + delivery + burst, terms };
}

/** The value below or at which a share of ascending figures lies; nearest rank. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN;
}

/** A target as a process that does nothing but answer; it says its port and serves until killed. */
const TARGET_SOURCE = `
  const server = require("node:http").createServer((request, response) => response.end("up"));
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  process.stdin.on("close", () => process.exit()).resume();`;

interface Victim {
  name: string;
  process: ChildProcess;
  /** When it was killed, on this process's monotonic clock; null while it lives. */
  killedMonoMs: number | null;
  downMonoMs: number | null;
}

/** Measures; rejects when a target that was killed is never called down. */
export async function measureDetection(plan: DetectionPlan): Promise<Detection> {
  const heartbeatMs = Math.min(DEFAULT_SETTINGS.heartbeatMs, plan.intervalMs);
  const mesh = await openRealMesh({ heartbeatMs });
  try {
    return await measureIn(mesh, plan);
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${await mesh.report()}`, { cause: error });
  } finally {
    await mesh.close();
  }
}

async function measureIn(mesh: OpenMesh, plan: DetectionPlan): Promise<Detection> {
  const { say = () => undefined } = plan;
  const clock = systemClock();
  const random = seededRandom(plan.seed);
  for (let place = 1; place <= plan.vantages; place += 1) await mesh.addProbe(`place-${place}`);
  const victims: Victim[] = [];
  for (let trial = 1; trial <= plan.trials; trial += 1) {
    victims.push(await addVictim(mesh, `trial-${trial}`, plan));
  }
  say(`${plan.trials} targets are up; waiting until each vantage has seen each of them`);
  for (const { name } of victims) await mesh.untilWell(name);

  const stop = new AbortController();
  mesh.onClose(() => stop.abort());
  const falsely: string[] = [];
  const watching = watchDowns({ mesh, victims, falsely, signal: stop.signal });
  // Twice round the interval, so that every phase of every vantage is met.
  const spanMs = 2 * plan.intervalMs;
  say(`killing them at random instants of ${spanMs / 1_000} s`);
  const instants = victims.map((victim) => ({ victim, atMs: random.float() * spanMs }));
  const startMonoMs = clock.monoMs();
  for (const { victim, atMs } of instants.sort((left, right) => left.atMs - right.atMs)) {
    await sleep(clock, Math.max(0, startMonoMs + atMs - clock.monoMs()));
    victim.killedMonoMs = clock.monoMs();
    victim.process.kill("SIGKILL");
  }
  await patiently("every killed target is called down", () =>
    victims.every(({ downMonoMs }) => downMonoMs !== null),
  );
  stop.abort();
  await watching;
  const delays = victims.map(({ killedMonoMs, downMonoMs }) => {
    return (downMonoMs ?? Number.NaN) - (killedMonoMs ?? Number.NaN);
  });
  return { delaysMs: delays.sort((left, right) => left - right), falsely };
}

async function addVictim(mesh: OpenMesh, name: string, plan: DetectionPlan): Promise<Victim> {
  const stdio = ["pipe", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, ["-e", TARGET_SOURCE], { stdio: [...stdio] });
  child.stdin?.on("error", () => undefined);
  mesh.onClose(() => void child.kill("SIGKILL"));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.stdout?.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
  });
  const { intervalMs, timeoutMs, fall } = plan;
  await mesh.addTarget(name, port, { intervalMs, timeoutMs, fall });
  return { name, process: child, killedMonoMs: null, downMonoMs: null };
}

interface Watch {
  mesh: OpenMesh;
  victims: readonly Victim[];
  falsely: string[];
  signal: AbortSignal;
}

/** Reads the event stream, and notes when each target was called down. */
async function watchDowns({ mesh, victims, falsely, signal }: Watch): Promise<void> {
  const clock = systemClock();
  const stream = mesh.client.events.stream({ types: "target.down", signal });
  for await (const event of stream) {
    const victim = victims.find(({ name }) => name === aboutOf(event));
    if (victim === undefined || victim.killedMonoMs === null) falsely.push(aboutOf(event));
    else victim.downMonoMs ??= clock.monoMs();
  }
}
