/** `quorate mesh`: a whole mesh on one machine, each program a process of its own. */
import { join } from "node:path";
import type { Command } from "commander";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import { formatHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { findFree } from "./listen.ts";
import { createChildren, describeEnd } from "./mesh-children.ts";
import type { Child, ChildEnd, ChildOptions, Children } from "./mesh-children.ts";
import { meshHeader } from "./mesh-header.ts";
import type { MeshPart } from "./mesh-header.ts";
import { createLive } from "./mesh-live.ts";
import { createSignInUrl } from "./sign-in-url.ts";
import { ensureHookSecret, ensureProbe, MESH_PLACES } from "./mesh-setup.ts";
import { probeTokenFile, putChannel, putTargets } from "./mesh-setup.ts";
import { failed, startListening } from "./mesh-start.ts";
import type { Started } from "./mesh-start.ts";
import { durationOption, listenOption, parseIntegerIn, parseListen } from "./parse.ts";
import { once } from "./stopping.ts";

/** Time the children have to end by themselves; all of it must be over within five seconds. */
const PATIENCE_MS = 3_500;

interface MeshFlags {
  data: string;
  listen: HostPort;
  grpcListen: HostPort;
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
  // Asked before anything is started, because a flag of this command can be named then.
  await findFree(flags.listen, "--listen");
  await findFree(flags.grpcListen, "--grpc-listen");
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
  printer.note("Starting an aggregator, three probes, three targets and a webhook receiver …");
  const secretFile = ensureHookSecret(run.folder, context.random);
  const [aggregator, served] = await Promise.all([
    startAggregator(run),
    startServed(run, secretFile),
  ]);
  const url = reachable(aggregator.addresses.get("http") ?? "");
  const grpcAddress = reachable(aggregator.addresses.get("grpc") ?? "");
  const token = readSecretFile(join(flags.data, "admin.token"));
  const client = createApiClient({ url, token });
  await setUp(run, client, { served, secretFile });
  const probes = new Map<string, Child>();
  const live = createLive({ client, clock, printer, stop: run.over, processes: probes });
  run.voice = live;
  const startProbesAndShow = async (): Promise<void> => {
    for (const { name } of MESH_PLACES) probes.set(name, await startProbe(run, name, grpcAddress));
    const parts = partsOf({ aggregator, served, probes });
    const { command } = context;
    // Only a person reads a terminal; what is written into a file must hold no secret.
    const signInUrl = printer.isTerminal ? await createSignInUrl(client, url, clock) : null;
    const told = { url, grpcAddress, data: flags.data, parts, command, signInUrl };
    const header = meshHeader(told, printer);
    header.forEach((line) => printer.line(line));
    await live.show();
  };
  const { child } = aggregator;
  const aggregatorEnded = child.ended.then(() => failed(child));
  await Promise.race([live.listen(), startProbesAndShow(), aggregatorEnded]);
}

/** Where to connect to: what listens on every address is reached on this machine's own. */
function reachable(address: string): string {
  return address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]");
}

function common(run: MeshRun, name: string): Omit<ChildOptions, "args"> {
  const onUnexpectedEnd = (child: Child, end: ChildEnd): void =>
    run.voice.tell(`${name} (process ${child.pid}) ${describeEnd(end)}; it is not started again.`);
  return { name, logFile: join(run.folder, "logs", `${name}.log`), onUnexpectedEnd };
}

function startAggregator(run: MeshRun): Promise<Started> {
  const { data, listen, grpcListen, heartbeatMs } = run.flags;
  const args = ["aggregator", "--data", data, "--listen", formatHostPort(listen)];
  args.push("--grpc-listen", formatHostPort(grpcListen), "--heartbeat-ms", String(heartbeatMs));
  return startListening(run.children, run.context.clock, {
    ...common(run, "aggregator"),
    args,
    wanted: ["http", "grpc"],
    // Told by whoever waits for it: the start, or the live view.
    onUnexpectedEnd: () => undefined,
  });
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
  aggregator: Started;
  served: Served;
  probes: ReadonlyMap<string, Child>;
}): MeshPart[] {
  const part = ({ name, pid }: Child, place: string): MeshPart => ({ name, pid, place });
  const listening = ({ child, addresses }: Started): MeshPart =>
    part(child, [...addresses.values()].join(" "));
  return [
    listening(mesh.aggregator),
    ...MESH_PLACES.flatMap(({ name, region, zone }) => {
      const child = mesh.probes.get(name);
      return child ? [part(child, `probe in region ${region}, zone ${zone}`)] : [];
    }),
    ...Object.values(mesh.served).map(listening),
  ];
}
