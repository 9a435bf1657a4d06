/** `quorate mesh`: a whole mesh on one machine, each program a process of its own. */
import { join } from "node:path";
import type { Command } from "commander";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { findFree } from "./listen.ts";
import { createChildren, describeEnd } from "./mesh-children.ts";
import type { Child, ChildEnd, ChildOptions, Children } from "./mesh-children.ts";
import { commandName, meshHeader } from "./mesh-header.ts";
import type { MeshPart } from "./mesh-header.ts";
import { createLive } from "./mesh-live.ts";
import { ensureHookSecret, ensureProbe, MESH_PLACES } from "./mesh-setup.ts";
import { probeTokenFile, putChannel, putTargets } from "./mesh-setup.ts";
import { failed, startListening, untilReady } from "./mesh-start.ts";
import type { Started } from "./mesh-start.ts";
import {
  durationOption,
  formatListen,
  listenOption,
  parseIntegerIn,
  parseListen,
} from "./parse.ts";
import type { ListenAddress } from "./parse.ts";
import { once } from "./stopping.ts";

/** Time the children have to end by themselves; all of it must be over within five seconds. */
const PATIENCE_MS = 3_500;

interface MeshFlags {
  data: string;
  listen: ListenAddress;
  grpcListen: ListenAddress;
  interval: number;
  period: number;
  heartbeatMs: number;
}

/** Adds `quorate mesh`. */
export function addMesh(program: Command, context: CliContext): void {
  program
    .command("mesh")
    .description("a mesh to try: an aggregator, three probes, three targets, a webhook receiver")
    .option(
      "--data <dir>",
      "folder of everything durable; used again at the next start",
      "./.quorate",
    )
    .addOption(listenOption("--listen <host:port>", "where the API listens", "127.0.0.1:7700"))
    .addOption(listenOption("--grpc-listen <host:port>", "where probes connect", "127.0.0.1:7701"))
    .addOption(durationOption("--interval <duration>", "time between checks of one vantage", "10s"))
    .addOption(durationOption("--period <duration>", "time until the flipping target flips", "60s"))
    .option("--heartbeat-ms <n>", "time between heartbeats", parseIntegerIn(100, 60_000), 2_000)
    .action((flags: MeshFlags) => runMesh(context, flags));
}

async function runMesh(context: CliContext, flags: MeshFlags): Promise<void> {
  if (flags.listen.port !== 0 && flags.listen.port === flags.grpcListen.port) {
    throw new UsageError("Expected two different ports for --listen and --grpc-listen.");
  }
  const { clock, printer } = context;
  const stop = context.stopSignal();
  const over = new AbortController();
  const run: MeshRun = {
    context,
    flags,
    children: createChildren(context.self, clock),
    folder: join(flags.data, "mesh"),
    over: over.signal,
    voice: { tell: (text) => printer.note(printer.clean(text)) },
  };
  try {
    await Promise.race([once(stop), startAndShow(run)]);
  } finally {
    over.abort();
    printer.note("Stopping …");
    await run.children.stopAll(PATIENCE_MS);
  }
}

interface MeshRun {
  context: CliContext;
  flags: MeshFlags;
  children: Children;
  /** Folder of the mesh's own files: tokens, spools, logs. */
  folder: string;
  /** Aborted when the mesh is being ended, for whatever reason. */
  over: AbortSignal;
  /** Who tells of happenings: standard error until the live view stands. */
  voice: { tell: (text: string) => void };
}

/** Runs until it is over; rejects when the aggregator ends although nobody asked it to. */
async function startAndShow(run: MeshRun): Promise<void> {
  const { context, flags } = run;
  const { clock, printer } = context;
  const http = await findFree(flags.listen, "--listen");
  const grpc = await findFree(flags.grpcListen, "--grpc-listen");
  const url = `http://${formatListen(reachable(http))}`;
  printer.note("Starting an aggregator, three probes, three targets and a webhook receiver …");
  const secretFile = ensureHookSecret(run.folder, context.random);
  const [aggregator, served] = await Promise.all([
    startAggregator(run, { http, grpc, url }),
    startServed(run, secretFile),
  ]);
  const token = readSecretFile(join(flags.data, "admin.token"));
  const client = createApiClient({ url, token });
  await setUp(run, client, { served, secretFile });
  const processes = new Map<string, Child>();
  const live = createLive({ client, clock, printer, stop: run.over, processes });
  const grpcAddress = formatListen(reachable(grpc));
  for (const { name } of MESH_PLACES) processes.set(name, await startProbe(run, name, grpcAddress));
  const parts = partsOf({ aggregator, url, served, probes: processes });
  const command = commandName(context.self.args.at(-1) ?? "", process.cwd());
  const header = meshHeader({ url, grpcAddress, data: flags.data, parts, command }, printer);
  header.forEach((line) => printer.line(line));
  run.voice = live;
  await Promise.race([live.run(), aggregator.ended.then(() => failed(aggregator))]);
}

/** Where to connect to: a server on every address is reached on this machine's own. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === "0.0.0.0") return { host: "127.0.0.1", port };
  return host === "::" ? { host: "::1", port } : { host, port };
}

function common(run: MeshRun, name: string): Omit<ChildOptions, "args"> {
  const onUnexpectedEnd = (child: Child, end: ChildEnd): void =>
    run.voice.tell(`${name} (process ${child.pid}) ${describeEnd(end)}; it is not started again.`);
  return { name, logFile: join(run.folder, "logs", `${name}.log`), onUnexpectedEnd };
}

async function startAggregator(
  run: MeshRun,
  { http, grpc, url }: { http: ListenAddress; grpc: ListenAddress; url: string },
): Promise<Child> {
  const args = ["aggregator", "--data", run.flags.data, "--listen", formatListen(http)];
  args.push("--grpc-listen", formatListen(grpc));
  args.push("--heartbeat-ms", String(run.flags.heartbeatMs));
  const child = await run.children.start({
    ...common(run, "aggregator"),
    args,
    // Told by whoever waits for it: the start, or the live view.
    onUnexpectedEnd: () => undefined,
  });
  await untilReady(url, child, run.context.clock);
  return child;
}

/** The targets' servers and the webhook receiver, by name. */
type Served = Record<"steady" | "duke" | "health" | "hook", Started>;

async function startServed(run: MeshRun, secretFile: string): Promise<Served> {
  const start = (name: string, args: string[], wanted: string[]): Promise<Started> =>
    startListening(run.children, run.context.clock, {
      ...common(run, name),
      args,
      wanted,
      onLine: (line) => void (name === "hook" && run.voice.tell(`webhook  ${line}`)),
    });
  const period = `${run.flags.period}ms`;
  const [steady, duke, health, hook] = await Promise.all([
    start("steady", ["duke", "--steady"], ["http"]),
    start("duke", ["duke", "--period", period], ["http"]),
    start("health", ["duke", "--steady", "--grpc-listen", "127.0.0.1:0"], ["http", "grpc"]),
    start("hook", ["hook", "--secret-file", secretFile], ["webhook"]),
  ]);
  return { steady, duke, health, hook };
}

async function setUp(
  run: MeshRun,
  client: ApiClient,
  { served, secretFile }: { served: Served; secretFile: string },
): Promise<void> {
  const addressOf = (name: keyof Served, word: string): string =>
    served[name].addresses.get(word) ?? "";
  for (const place of MESH_PLACES) await ensureProbe(client, run.folder, place);
  await putChannel(client, addressOf("hook", "webhook"), secretFile);
  const addresses = {
    steadyUrl: addressOf("steady", "http"),
    dukeUrl: addressOf("duke", "http"),
    grpc: parseListen(addressOf("health", "grpc")),
  };
  await putTargets(client, addresses, run.flags.interval);
}

function startProbe(run: MeshRun, name: string, grpcAddress: string): Promise<Child> {
  const args = ["probe", "--aggregator", grpcAddress];
  args.push("--token-file", probeTokenFile(run.folder, name), "--data", join(run.folder, name));
  args.push("--health-listen", "127.0.0.1:0");
  return run.children.start({ ...common(run, name), args });
}

function partsOf(mesh: {
  aggregator: Child;
  url: string;
  served: Served;
  probes: ReadonlyMap<string, Child>;
}): MeshPart[] {
  const part = ({ name, pid }: Child, place: string): MeshPart => ({ name, pid, place });
  return [
    part(mesh.aggregator, mesh.url),
    ...MESH_PLACES.flatMap(({ name, region, zone }) => {
      const child = mesh.probes.get(name);
      return child ? [part(child, `probe in region ${region}, zone ${zone}`)] : [];
    }),
    ...Object.values(mesh.served).map(({ child, addresses }) =>
      part(child, [...addresses.values()].join(" ")),
    ),
  ];
}
