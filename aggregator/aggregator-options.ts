/** What one aggregator is told: where it listens, and how it speaks. */
import type { NamedCanary } from "../shared/canary.ts";
import type { HostPort } from "../shared/host-port.ts";
import type { ListedTarget } from "../shared/target-list.ts";
import type { DeadManOptions } from "./dead-man.ts";
import type { GrpcTls } from "./grpc/server.ts";
import type { AccessOptions } from "./http/context.ts";

/** Where one aggregator listens and how it speaks. */
export interface AggregatorOptions extends AccessOptions {
  /** Address of the API. */
  listen: HostPort;
  /** Address of the gRPC port. */
  grpcListen: HostPort;
  /** Certificate and key of both ports; null: plaintext. */
  tls: GrpcTls | null;
  /** Whether plaintext gRPC may be spoken on an address that is not loopback. */
  insecure: boolean;
  /** Time between heartbeats of a probe. */
  heartbeatMs: number;
  /** How long the log can be replayed. Default 30 days; 0: not at all. */
  keepLogMs?: number | undefined;
  /** Whether channels of kind exec may run commands on this machine. Default false. */
  allowExecChannels?: boolean | undefined;
  /** Where load balancers ask by agent check. Default nowhere. */
  agentListen?: HostPort | undefined;
  /** What is told from outside that the mesh watches. Default nothing. */
  deadMan?: DeadManOptions | undefined;
  /** Reference endpoints of the probes. Default none: there are the mesh's own. */
  canaries?: readonly NamedCanary[] | undefined;
  /** URL of the canary that is this aggregator. Default: the address each probe dialled. */
  advertisedUrl?: string | undefined;
  /** Address that nothing may answer, for every probe. Default none. */
  mustFail?: HostPort | undefined;
  /** Data directory, for backups. Default: none is made. */
  data?: string | undefined;
  /** Time without a request after which a browser is signed out. Default 12 h. */
  sessionIdleMs?: number | undefined;
  /** Time after which a browser is signed out in any case. Default 7 days. */
  sessionMaxMs?: number | undefined;
  /** Targets that are made when there is none of their name. Default none. */
  targets?: readonly ListedTarget[] | undefined;
}
