/** A mesh of real processes on real sockets, and what a test asks of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import { messageOf } from "../../shared/errors.ts";
import { openJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { patiently } from "./patience.ts";
import { startProgram } from "./program.ts";
import type { Program } from "./program.ts";
import { openUplink } from "./uplink.ts";
import type { Uplink } from "./uplink.ts";

/** A probe of the mesh. */
export interface RealProbe {
  name: string;
  id: string;
  token: string;
  dataDir: string;
  /** Its process now, or the last one. */
  program(): Program;
  /** Starts a process of it; the one before must have ended. */
  start(): void;
}

/** A running mesh. */
export interface RealMesh {
  url: string;
  grpcPort: number;
  token: string;
  client: ApiClient;
  /** Everything told since the mesh began. */
  journal: Journal;
  aggregator(): Program;
  /** Starts the aggregator anew, on the same data and the same ports. */
  startAggregator(): Promise<void>;
  /** Makes a probe and starts it; its zone has its name. Dials the aggregator unless told else. */
  addProbe(name: string, dialedPort?: number): Promise<RealProbe>;
  /** The same for a probe that stands elsewhere. */
  addProbeAt(name: string, place: ProbePlace): Promise<RealProbe>;
  /** Adds an http target that is looked at twice a second or slower, and fails after two. */
  addTarget(name: string, port: number, changes?: object): Promise<void>;
  /** Resolves once every probe is eligible and votes ok on each of these targets. */
  untilWell(...targets: string[]): Promise<void>;
  /** Resolves once a probe's vote on each of these targets is as said. */
  untilVote(probe: string, vote: string, targets: readonly string[]): Promise<void>;
  /** Resolves once a target's verdict is as said. */
  untilState(target: string, state: string): Promise<void>;
  /** A journal that begins now. */
  openJournal(): Promise<Journal>;
  /** Called when the test is over, however it ended, after the probes have ended; newest first. */
  onClose(undo: () => Promise<void> | void): void;
}

/** Where a probe stands. */
export interface ProbePlace {
  /** host:port of the aggregator as it is seen from there. */
  aggregator: string;
  /** Default: the region of its name. */
  region?: string;
  /** Words before the command, that run it there. */
  through?: readonly string[];
  /** Further flags; they come last. */
  flags?: readonly string[];
}

/** What differs from a plain mesh. */
export interface RealMeshOptions {
  /** Address that the gRPC port listens on. Default 127.0.0.1. */
  grpcHost?: string;
  /** Further flags of the aggregator. Default none. */
  flags?: readonly string[];
  /** Further environment of the aggregator. Default none. */
  env?: Record<string, string>;
  /** Time between heartbeats; offline after three of them, so shorter is faster and noisier. */
  heartbeatMs?: number;
}

/** A mesh that whoever opened it closes. */
export interface OpenMesh extends RealMesh {
  close(): Promise<void>;
  /** What was told, and what the processes said, for the message of a failure. */
  report(): Promise<string>;
}

/** Regions of the probes of most tests; every other one stands in the north. */
const REGIONS = new Map([
  ["rack-a", "east"],
  ["rack-b", "east"],
  ["rack-c", "west"],
]);

interface Ports {
  http: number;
  grpc: number;
}

/** Starts an aggregator in a folder, on these ports (0: any), and waits until it is ready. */
async function launch(data: string, options: Required<RealMeshOptions> & Ports) {
  const { heartbeatMs, grpcHost, http, grpc, flags, env } = options;
  const args = ["aggregator", "--data", data, "--heartbeat-ms", String(heartbeatMs)];
  args.push("--listen", `127.0.0.1:${http}`, "--grpc-listen", `${grpcHost}:${grpc}`);
  if (grpcHost !== "127.0.0.1") args.push("--insecure");
  const program = startProgram([...args, ...flags], { env });
  const [, url = ""] = await program.says(/^http (http:\S+)$/m);
  const [, grpcPort] = await program.says(/^grpc [\d.]+:(\d+)$/m);
  return { program, url, httpPort: Number(new URL(url).port), grpcPort: Number(grpcPort) };
}

/** Opens a mesh without probes. */
export async function openRealMesh(options: RealMeshOptions): Promise<OpenMesh> {
  const { heartbeatMs = 800, grpcHost = "127.0.0.1", flags = [], env = {} } = options;
  const how = { heartbeatMs, grpcHost, flags, env };
  const folder = mkdtempSync(join(tmpdir(), "quorate-e2e-"));
  const data = join(folder, "aggregator");
  const first = await launch(data, { ...how, http: 0, grpc: 0 });
  const { url, httpPort, grpcPort } = first;
  const token = readFileSync(join(data, "admin.token"), "utf8").trim();
  const client = createApiClient({ url, token });
  const probes: RealProbe[] = [];
  const undos: (() => Promise<void> | void)[] = [];
  let aggregator = first.program;
  const journal = await openJournal(client);
  const addProbeAt = async (name: string, place: ProbePlace): Promise<RealProbe> => {
    const probe = await makeProbe({ client, folder, place }, name);
    probes.push(probe);
    probe.start();
    return probe;
  };
  return {
    url,
    grpcPort,
    token,
    client,
    journal,
    aggregator: () => aggregator,
    async startAggregator() {
      const ports = { http: httpPort, grpc: grpcPort };
      const again = await launch(data, { ...how, ...ports });
      aggregator = again.program;
    },
    addProbe: (name, port = grpcPort) => addProbeAt(name, { aggregator: `127.0.0.1:${port}` }),
    addProbeAt,
    ...questions(client),
    openJournal: () => openJournal(client),
    onClose: (undo) => void undos.unshift(undo),
    async report() {
      const told = await journal.lines().catch((error: unknown) => [messageOf(error)]);
      const programs = [aggregator, ...probes.map((probe) => probe.program())];
      return [...told, ...programs.map((program) => program.errors())].join("\n");
    },
    async close() {
      for (const probe of probes) await probe.program().close();
      for (const undo of undos) await undo();
      await aggregator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Room {
  client: ApiClient;
  folder: string;
  place: ProbePlace;
}

async function makeProbe(room: Room, name: string): Promise<RealProbe> {
  const { client, folder, place } = room;
  const region = place.region ?? REGIONS.get(name) ?? "north";
  const { probe, token } = await client.probes.create({ name, region, zone: name });
  const tokenFile = join(folder, `${name}.token`);
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const dataDir = join(folder, name);
  const args = ["probe", "--aggregator", place.aggregator];
  args.push("--token-file", tokenFile, "--data", dataDir, "--health-listen", "127.0.0.1:0");
  args.push(...(place.flags ?? []));
  let program: Program | null = null;
  return {
    name,
    id: probe.id,
    token,
    dataDir,
    program() {
      if (program === null) throw new Error(`${name} was never started`);
      return program;
    },
    start: () => void (program = startProgram(args, { through: place.through ?? [] })),
  };
}

/** What a test asks of the API again and again. */
function questions(client: ApiClient) {
  const untilVote = async (probe: string, vote: string, targets: readonly string[]) => {
    for (const target of targets) {
      await patiently(`${probe} votes ${vote} on ${target}`, async () => {
        const { vantages } = await client.verdicts.explain(target);
        return vantages.some((one) => one.probeName === probe && one.vote === vote);
      });
    }
  };
  return {
    untilVote,
    async untilState(target: string, state: string) {
      await patiently(`${target} is ${state}`, async () => {
        return (await client.verdicts.get(target)).state === state;
      });
    },
    async addTarget(name: string, port: number, changes: object = {}) {
      const options = { url: `http://127.0.0.1:${port}/` };
      const common = { name, kind: "http", options, intervalMs: 800, timeoutMs: 500, fall: 2 };
      await client.targets.create({ ...common, ...changes });
    },
    async untilWell(...targets: string[]) {
      // After a restart they are eligible as before, and some have not come back yet.
      await patiently("every probe is connected and eligible", async () => {
        const { items } = await client.probes.list();
        return items.every(({ status }) => status.connected && status.state === "eligible");
      });
      const { items } = await client.probes.list();
      for (const { name } of items) await untilVote(name, "ok", targets);
    },
  };
}

/** Adds probes that dial everything directly. */
export async function addProbes(mesh: RealMesh, ...names: string[]): Promise<RealProbe[]> {
  const probes: RealProbe[] = [];
  for (const name of names) probes.push(await mesh.addProbe(name));
  return probes;
}

/** Adds a probe that dials everything through an uplink of its own. */
export async function addProbeBehindUplink(
  mesh: RealMesh,
  name: string,
): Promise<{ probe: RealProbe; uplink: Uplink }> {
  const uplink = await openUplink(mesh.grpcPort);
  mesh.onClose(() => uplink.close());
  return { probe: await mesh.addProbe(name, uplink.port), uplink };
}

/** A test in a mesh of its own; a failure tells what the mesh's processes said. */
export function meshTest(
  name: string,
  body: (mesh: RealMesh) => Promise<void>,
  options: RealMeshOptions = {},
): void {
  test(name, { timeout: 170_000 }, async () => {
    const mesh = await openRealMesh(options);
    try {
      await body(mesh);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${await mesh.report()}`, { cause: error });
    } finally {
      await mesh.close();
    }
  });
}
