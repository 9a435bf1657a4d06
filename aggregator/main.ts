/** `quorate aggregator`: opens the data directory, starts, and stops on a signal. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedCanary } from "../shared/canary.ts";
import { systemClock } from "../shared/clock.ts";
import type { Clock, Timer } from "../shared/clock.ts";
import { QuorateError, messageOf } from "../shared/errors.ts";
import { settleHeap } from "../shared/frugal.ts";
import type { HostPort } from "../shared/host-port.ts";
import { createLog } from "../shared/log.ts";
import type { Log, LogLevel } from "../shared/log.ts";
import type { OidcOptions } from "../shared/oidc.ts";
import { systemRandom } from "../shared/random.ts";
import { parseTargetList } from "../shared/target-list.ts";
import { createAggregator } from "./aggregator.ts";
import type { Aggregator } from "./aggregator.ts";
import type { GrpcTls } from "./grpc/server.ts";
import type { Registry } from "./registry/registry.ts";
import { openSqliteStore } from "./store/sqlite.ts";

/** Options of the program, as the command line gives them. */
export interface AggregatorProgramOptions {
  /** Data directory; made when it is not there. */
  data: string;
  listen: HostPort;
  grpcListen: HostPort;
  /** File with the certificate chain of both ports, PEM. */
  tlsCert?: string;
  /** File with its private key, PEM. */
  tlsKey?: string;
  insecure: boolean;
  heartbeatMs: number;
  /** How long the log can be replayed; 0: not at all. */
  keepLog?: number;
  /** Whether channels of kind exec may run commands on this machine. Default false. */
  allowExecChannels?: boolean;
  /** Whether /verdict and /badge answer anybody, without a token. Default false. */
  publicVerdicts?: boolean;
  /** Where load balancers ask by agent check; absent: nowhere. */
  agentListen?: HostPort;
  /** Outside URL that is told while the mesh watches; absent: none. */
  deadMan?: URL;
  /** Time between two tellings. Default 60,000. */
  deadManEvery?: number;
  /** Reference endpoints of the probes, and what they use as the one that is this aggregator. */
  canary?: NamedCanary[];
  advertise?: string;
  /** Address that nothing may answer, for every probe. */
  mustFail?: HostPort;
  /** URL of the API as people reach it, for links in messages; absent: no links. */
  publicUrl?: string;
  /** Networks of proxies whose X-Forwarded-* headers are believed. Default none. */
  trustProxy?: readonly string[];
  /** Origins of other sites whose pages may use the API with a token. Default none. */
  corsOrigin?: readonly string[];
  /** Time without a request after which a browser is signed out. Default 12 h. */
  sessionIdle?: number;
  /** Time after which a browser is signed out in any case. Default 7 days. */
  sessionMax?: number;
  /** Identity provider where people sign in; absent: none. */
  oidc?: OidcOptions;
  /** QUORATE_TARGETS; null: not set. */
  targets?: string | null;
  /** Called once it is ready; resolves with what has to be called before it stops. */
  configure?: (door: ConfigDoor) => Promise<() => Promise<void>>;
  logLevel: LogLevel;
}

/** What a configuration is applied through. */
interface ConfigDoor {
  ask: Aggregator["ask"];
  /** Runs `use` with a token that is valid no longer than it runs. */
  withToken: (use: (secret: string) => Promise<void>) => Promise<void>;
  data: string;
  clock: Clock;
  log: Log;
}

/** Longest time the token of a configuration is valid, should a crash leave it behind. */
const CONFIG_TOKEN_MS = 600_000;

/** Time that a stop may take before what is left is cut off. */
const STOP_MS = 3_000;

/** Runs an aggregator until a signal ends it; resolves with the exit code. */
export async function runAggregator(options: AggregatorProgramOptions): Promise<number> {
  const log = createLog("aggregator", options.logLevel);
  const clock = systemClock();
  const random = systemRandom();
  try {
    const targets = parseTargetList(options.targets ?? "");
    await mkdir(options.data, { recursive: true, mode: 0o700 });
    const tls = await readTls(options);
    const store = openSqliteStore({ path: join(options.data, "quorate.db"), clock, log });
    const { keepLog: keepLogMs } = options;
    const { canary: canaries, advertise: advertisedUrl } = options;
    const deadMan = deadManOf(options);
    const { sessionIdle: sessionIdleMs, sessionMax: sessionMaxMs } = options;
    const access = { corsOrigins: options.corsOrigin, sessionIdleMs, sessionMaxMs };
    const named = { tls, keepLogMs, canaries, advertisedUrl, targets, deadMan, ...access };
    const aggregator = createAggregator({
      store,
      clock,
      random,
      log,
      options: { ...options, ...named },
    });
    const stopped = untilSignal();
    const code = await run({ aggregator, options, log, clock }, stopped);
    await store.close();
    return code;
  } catch (error) {
    log.error({}, messageOf(error));
    return 1;
  }
}

function deadManOf({ deadMan: url, deadManEvery: everyMs = 60_000 }: AggregatorProgramOptions) {
  return url === undefined ? undefined : { url, everyMs };
}

interface Run {
  aggregator: Aggregator;
  options: AggregatorProgramOptions;
  log: Log;
  clock: Clock;
}

async function run(
  { aggregator, options, log, clock }: Run,
  stopped: Promise<string>,
): Promise<number> {
  let code = 0;
  let endConfig: (() => Promise<void>) | undefined;
  let heap: Timer | undefined;
  try {
    await keepAdminToken(aggregator.registry, options.data);
    const { httpUrl: http, grpcAddress: grpc, agentAddress: agent } = await aggregator.start();
    heap = settleHeap(clock);
    if (agent !== undefined) process.stdout.write(`agent ${agent}\n`);
    process.stdout.write(`http ${http}\ngrpc ${grpc}\n`);
    log.info({ http, grpc, agent, data: options.data }, "The aggregator is ready.");
    const door = configDoor({ aggregator, options, log, clock });
    endConfig = await options.configure?.(door);
    const signal = await stopped;
    log.info({ signal }, "The aggregator stops.");
  } catch (error) {
    log.error({}, messageOf(error));
    code = 1;
  }
  // A part that does not let go must not keep the process; what was acknowledged is on disk.
  const cutOff = clock.after(2 * STOP_MS, () => process.exit(1));
  heap?.cancel();
  await endConfig?.();
  await aggregator.stop(STOP_MS);
  cutOff.cancel();
  return code;
}

function configDoor({ aggregator, options, log, clock }: Run): ConfigDoor {
  const { tokens } = aggregator.registry;
  return {
    ask: (url, init) => aggregator.ask(url, init),
    withToken: async (use) => {
      const expiresAtMs = clock.wallMs() + CONFIG_TOKEN_MS;
      const { token, secret } = await tokens.issue({ name: "config", scope: "write", expiresAtMs });
      try {
        await use(secret);
      } finally {
        await tokens.delete(token.id);
      }
    },
    data: options.data,
    clock,
    log,
  };
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve(signal));
  });
}

async function readTls({ tlsCert, tlsKey }: AggregatorProgramOptions): Promise<GrpcTls | null> {
  if (tlsCert === undefined || tlsKey === undefined) return null;
  return { certPem: await readPem(tlsCert), keyPem: await readPem(tlsKey) };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const sentence = `Expected a readable PEM file at ${file}: ${messageOf(error)}.`;
    throw new QuorateError("invalid", sentence);
  }
}

/** The first start makes the admin token; only its owner may read the file. */
async function keepAdminToken(registry: Registry, folder: string): Promise<void> {
  const issued = await registry.tokens.ensureAdmin();
  if (!issued) return;
  const file = join(folder, "admin.token");
  await writeFile(file, `${issued.secret}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}
