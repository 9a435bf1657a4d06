/** Wiring of `quorate probe`; main.ts loads it. */
import { hostname } from "node:os";
import { monoOriginMs, systemClock } from "../shared/clock.ts";
import { QuorateError, messageOf } from "../shared/errors.ts";
import { formatHostPort, isLoopbackHost } from "../shared/host-port.ts";
import type { HostPort } from "../shared/host-port.ts";
import { createLog } from "../shared/log.ts";
import type { Log, LogLevel } from "../shared/log.ts";
import { systemRandom } from "../shared/random.ts";
import { VERSION } from "../shared/version.ts";
import { linkChannel } from "./channel.ts";
import { createShelf } from "./checks/shelf.ts";
import { youngSpaceKeeper } from "./frugal.ts";
import { createProbe } from "./probe.ts";
import type { ProbeDeps } from "./probe.ts";
import { openSecrets } from "./secrets.ts";
import { forkWorker } from "./workers/fork.ts";

/** Time a probe has to hand over its last results when it is told to stop. */
const STOP_DEADLINE_MS = 2_000;

/** Exit code when the aggregator will not have this probe back: the token is of no use any more. */
const EXIT_REFUSED = 4;

/** Options of `quorate probe`, as its flags say them. */
export interface ProbeOptions {
  /** gRPC address of the aggregator. */
  aggregator: HostPort;
  /** Probe token; a secret. */
  token: string;
  /** Folder of the spool, of this probe alone. */
  data: string;
  /** Certificate authority of the aggregator, a PEM file. Default: the roots Node carries. */
  ca?: string | undefined;
  /** Allows plaintext to an address that is not loopback. Default false. */
  insecure?: boolean | undefined;
  /** Local address that checks connect from. Default: the system's choice. */
  sourceAddress?: string | undefined;
  /**
   * Where the health endpoint listens; null: nowhere. Default a free port: of the source address if
   * one is given, of 127.0.0.1 when the aggregator is on this machine, else of every address.
   */
  healthListen?: HostPort | null | undefined;
  /** Where its own view of its targets is served as gRPC health. Default: nowhere. */
  serveHealth?: HostPort | undefined;
  /** Address that nothing may answer. Default: what the aggregator names. */
  mustFail?: HostPort | undefined;
  /** Name that every resolver knows, asked of a resolver that failed. Default: none. */
  knownGoodName?: string | undefined;
  /** File of secrets that checks name as `${secret:name}`. Default: the environment alone. */
  secrets?: string | undefined;
  /** Commands that exec checks may run, by name: program and arguments. Default: none. */
  allowExec?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Processes that run the checks; 0: this one does. Default 0. */
  workers?: number | undefined;
  /** Default `info`. */
  logLevel?: LogLevel | undefined;
  /** Ends the probe when aborted. Default: SIGINT, SIGTERM and SIGHUP of this process. */
  stopSignal?: AbortSignal | undefined;
}

/** Runs a probe until it is told to stop or is refused; resolves with the exit code. */
export async function runProbe(options: ProbeOptions): Promise<number> {
  const log = createLog("probe", options.logLevel ?? "info");
  const stopping = options.stopSignal ?? processSignal();
  try {
    return await runUntil(stopping, options, log);
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    log.error({ code: error.code }, messageOf(error));
    return 1;
  }
}

async function runUntil(stopping: AbortSignal, options: ProbeOptions, log: Log): Promise<number> {
  let refusal: string | null = null;
  const over = new AbortController();
  const onRefused = (why: string): void => {
    refusal = why;
    over.abort();
  };
  stopping.addEventListener("abort", () => over.abort(), { once: true });
  const probe = createProbe({ ...(await depsOf(options, log)), onRefused });
  await probe.start();
  const { bootId } = probe;
  const addresses = {
    healthAddress: probe.healthAddress(),
    servedHealthAddress: probe.servedHealthAddress(),
  };
  log.info({ bootId, ...addresses }, "The probe runs.");
  if (!stopping.aborted) await aborted(over.signal);
  await probe.stop({ reason: "The probe is stopping.", deadlineMs: STOP_DEADLINE_MS });
  log.info({ bootId }, "The probe has stopped.");
  return refusal === null ? 0 : EXIT_REFUSED;
}

async function depsOf(options: ProbeOptions, log: Log): Promise<ProbeDeps> {
  const { aggregator, ca, insecure, mustFail } = options;
  const secrets = await openSecrets({ file: options.secrets, log });
  const shelf = createShelf({ secrets, commands: options.allowExec });
  const kinds = shelf.names;
  const mustFailAddress = mustFail ? formatHostPort(mustFail) : null;
  const knownGoodName = options.knownGoodName ?? null;
  const setup = { kinds, mustFailAddress, knownGoodName };
  const keepYoung = youngSpaceKeeper();
  return {
    clock: systemClock(),
    random: systemRandom(),
    log,
    channel: linkChannel({ ...aggregator, caFile: ca, insecure: insecure ?? false }),
    token: options.token,
    dataDir: options.data,
    version: VERSION,
    hostname: hostname(),
    ...setup,
    loadKinds: shelf.load,
    onVitals: ({ cpuMilli }) => keepYoung(cpuMilli),
    prepareCheck: shelf.prepareCheck,
    sourceAddress: options.sourceAddress,
    healthListen:
      options.healthListen === undefined ? healthDefault(options) : options.healthListen,
    serveHealth: options.serveHealth
      ? { listen: options.serveHealth, insecure: insecure ?? false }
      : null,
    crew: crewOf(options, setup),
  };
}

function crewOf(
  options: ProbeOptions,
  setup: Pick<ProbeDeps, "kinds" | "mustFailAddress" | "knownGoodName">,
): ProbeDeps["crew"] {
  const { workers = 0, sourceAddress, secrets, allowExec, logLevel = "info" } = options;
  if (workers === 0) return null;
  if (options.serveHealth !== undefined) {
    throw new QuorateError(
      "invalid",
      "Expected --workers or --serve-health, not both: a probe serves the view of its own process.",
    );
  }
  const own = { originMs: monoOriginMs(), sourceAddress, secrets, allowExec, logLevel };
  return { workers, start: forkWorker, setup: { ...setup, ...own } };
}

/** Peers of other machines must reach it; which of its addresses they see, the aggregator tells. */
function healthDefault({ aggregator, sourceAddress }: ProbeOptions): HostPort {
  const everywhere = isLoopbackHost(aggregator.host) ? "127.0.0.1" : "::";
  return { host: sourceAddress ?? everywhere, port: 0 };
}

function processSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort());
  }
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
