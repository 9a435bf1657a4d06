/**
 * The server side of grpc.health.v1.Health: Check and Watch over a function that says how a service
 * is. Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { LIMITS } from "./limits.ts";
import type {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthServer,
} from "./proto/gen/grpc/health/v1/health.ts";
import { HealthCheckResponse_ServingStatus as Serving } from "./proto/gen/grpc/health/v1/health.ts";

/** What a health service needs. */
export interface HealthServiceDeps {
  /** How a service is now; SERVICE_UNKNOWN for one that there is not. */
  statusOf(service: string): Serving;
  /** Why a check of an unknown service fails, as a sentence; `shown` is its name in quotes. */
  unknownSentence(shown: string): string;
  /** What is said to watchers who come while it stops, as a sentence. */
  stoppingSentence: string;
}

/** A health service; who owns it says when a status may have changed. */
export interface HealthService {
  readonly handlers: HealthServer;
  /** Tells the watches of a service its status if it changed. */
  look(service: string): void;
  /** Tells every watch. */
  lookAtAll(): void;
  /** Ends every watch; further ones are refused. */
  close(): void;
}

type WatchCall = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/** One watch: sends the newest status, and never more than the stream takes. */
interface Watch {
  /** Sends the present status if it differs from the last one sent. */
  look(): void;
  end(): void;
}

function createWatch(call: WatchCall, statusOf: HealthServiceDeps["statusOf"]): Watch {
  const { service } = call.request;
  let sent: Serving | null = null;
  let blocked = false;
  const look = (): void => {
    const present = statusOf(service);
    if (blocked || present === sent) return;
    sent = present;
    blocked = !call.write({ status: present });
  };
  call.on("drain", () => {
    blocked = false;
    look();
  });
  return { look, end: () => call.end() };
}

/** Watches by the service they ask for. */
function createWatches(limit: number) {
  const byService = new Map<string, Set<Watch>>();
  let count = 0;
  return {
    isFull: () => count >= limit,
    add(service: string, watch: Watch): () => void {
      const watches = byService.get(service) ?? new Set();
      byService.set(service, watches.add(watch));
      count += 1;
      return () => {
        if (!watches.delete(watch)) return;
        count -= 1;
        if (watches.size === 0) byService.delete(service);
      };
    },
    look(service: string): void {
      for (const watch of byService.get(service) ?? []) watch.look();
    },
    lookAtAll(): void {
      for (const watches of byService.values()) for (const watch of watches) watch.look();
    },
    endAll(): void {
      for (const watches of byService.values()) for (const watch of watches) watch.end();
    },
  };
}

/** A name from outside, short enough to be put into an answer. */
const shown = (service: string): string => JSON.stringify(service.slice(0, LIMITS.nameCharsMax));

/** Creates a health service. */
export function createHealthService(deps: HealthServiceDeps): HealthService {
  const { statusOf } = deps;
  const watches = createWatches(LIMITS.subscribersMax);
  let closed = false;

  /** Ends a watch before it began. */
  function refuse(call: WatchCall): void {
    const details = closed
      ? deps.stoppingSentence
      : `${LIMITS.subscribersMax} watches are open, and no more are taken; try again later.`;
    const code = closed ? status.UNAVAILABLE : status.RESOURCE_EXHAUSTED;
    call.emit("error", { code, details });
  }

  return {
    look: watches.look,
    lookAtAll: watches.lookAtAll,
    handlers: {
      check(call, callback) {
        const { service } = call.request;
        const found = statusOf(service);
        if (found !== Serving.SERVICE_UNKNOWN) return callback(null, { status: found });
        callback({ code: status.NOT_FOUND, details: deps.unknownSentence(shown(service)) });
      },
      watch(call) {
        if (closed || watches.isFull()) return refuse(call);
        const watch = createWatch(call, statusOf);
        const remove = watches.add(call.request.service, watch);
        for (const event of ["cancelled", "close", "error"]) call.on(event, remove);
        watch.look();
      },
    },
    close() {
      closed = true;
      watches.endAll();
    },
  };
}
