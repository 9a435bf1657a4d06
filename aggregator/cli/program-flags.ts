/** Flags of the two programs, as the command line gives them. */
import type { NamedCanary } from "../../shared/canary.ts";
import type { HostPort } from "../../shared/host-port.ts";
import type { LogLevel } from "../../shared/log.ts";
import type { AccessFlags } from "./access-flags.ts";
import type { configureFrom } from "./configure.ts";

/** Flags of `quorate aggregator` as commander reads them: the URL may be a secret, and broken. */
export interface RawAggregatorFlags extends Omit<AggregatorFlags, "deadMan" | keyof AccessFlags> {
  deadMan?: string;
}

/** Flags of `quorate aggregator`. */
export interface AggregatorFlags extends AccessFlags {
  /** Outside URL that is told while the mesh watches. */
  deadMan?: URL;
  data: string;
  listen: HostPort;
  grpcListen: HostPort;
  tlsCert?: string;
  tlsKey?: string;
  insecure: boolean;
  heartbeatMs: number;
  /** How long the log can be replayed, milliseconds. */
  keepLog: number;
  allowExecChannels?: boolean;
  publicVerdicts?: boolean;
  /** Where load balancers ask by agent check. */
  agentListen?: HostPort;
  /** Time between two tellings of the outside URL, milliseconds. */
  deadManEvery: number;
  /** Reference endpoints of probes. */
  canary?: NamedCanary[];
  /** URL that probes use as the canary that is this aggregator. */
  advertise?: string;
  /** URL of the API as people reach it, for links in messages. */
  publicUrl?: string;
  /** Address that nothing may answer, for every probe. */
  mustFail?: HostPort;
  /** QUORATE_TARGETS; absent or null: not set. */
  targets?: string | null;
  /** The configuration file that the aggregator keeps. */
  config?: string;
  /** Called once the aggregator is ready; resolves with what stops it. */
  configure?: ReturnType<typeof configureFrom>;
  logLevel: LogLevel;
}

/** Flags of `quorate probe`, as commander reads them. */
export interface RawProbeFlags {
  aggregator: HostPort;
  tokenFile?: string;
  data: string;
  ca?: string;
  insecure: boolean;
  /** File of secrets that checks name. */
  secrets?: string;
  sourceAddress?: string;
  /** False: --no-health. */
  health: boolean;
  healthListen?: HostPort;
  mustFail?: HostPort;
  knownGoodName?: string;
  allowExec?: ReadonlyMap<string, readonly string[]>;
  /** Where the probe's own view of its targets is served. */
  serveHealth?: HostPort;
  /** Processes that run the checks; 0: the probe's own. */
  workers: number;
  logLevel: LogLevel;
}

/** Flags of `quorate probe`, the token read. */
export interface ProbeFlags extends Omit<RawProbeFlags, "tokenFile" | "health" | "healthListen"> {
  token: string;
  /** Where the probe answers its peers' canaries; null: nowhere; undefined: its own default. */
  healthListen: HostPort | null | undefined;
  /** Aborted when the program is asked to stop. */
  stopSignal: AbortSignal;
}
