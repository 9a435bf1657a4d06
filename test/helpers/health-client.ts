/** grpc.health.v1.Health by a real grpc-js client. */
import { credentials, type ServiceError, type StatusObject } from "@grpc/grpc-js";
import {
  type HealthCheckResponse,
  type HealthCheckResponse_ServingStatus,
  HealthClient,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";

/** Name of a serving status, such as SERVING. */
export type ServingName = Exclude<keyof typeof HealthCheckResponse_ServingStatus, "UNRECOGNIZED">;

const NAMES: readonly ServingName[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

const nameOf = ({ status }: HealthCheckResponse): ServingName => NAMES[status] ?? "UNKNOWN";

/** A watch of one service. */
export interface HealthWatch {
  /** Every status that came, in order. */
  readonly seen: ServingName[];
  readonly ended: Promise<StatusObject>;
  cancel(): void;
}

/** A client of the health service on this machine. */
export interface HealthProbe {
  /** The status of a service; rejects with the ServiceError. */
  check(service: string): Promise<ServingName>;
  watch(service: string): HealthWatch;
  close(): void;
}

/** Connects to the health service of a port. */
export function connectHealth(port: number): HealthProbe {
  const client = new HealthClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  return {
    check: (service) =>
      new Promise((resolve, reject) => {
        client.check({ service }, (error: ServiceError | null, response) => {
          if (error !== null) reject(error);
          else resolve(nameOf(response));
        });
      }),
    watch(service) {
      const call = client.watch({ service });
      const seen: ServingName[] = [];
      call.on("data", (response: HealthCheckResponse) => seen.push(nameOf(response)));
      call.on("error", () => undefined);
      const ended = new Promise<StatusObject>((resolve) => call.on("status", resolve));
      return { seen, ended, cancel: () => call.cancel() };
    },
    close: () => client.close(),
  };
}
