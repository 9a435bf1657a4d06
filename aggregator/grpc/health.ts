/**
 * grpc.health.v1.Health: the aggregator's own health under "", and each target's verdict under its
 * name or id. Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  type HealthServer,
  HealthCheckResponse_ServingStatus as Serving,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import type { Engine, EventBus } from "../ports.ts";
import type { Directory } from "./directory.ts";

/** Time between two looks at the aggregator's own readiness, for those who watch it. */
const READINESS_MS = 1_000;

/**
 * What a verdict is to the health protocol. Only a verdict that witnesses agree on says
 * NOT_SERVING: a suspicion holds on to SERVING, and too little evidence is UNKNOWN.
 */
const SERVING_OF: Record<VerdictState, Serving> = {
  up: Serving.SERVING,
  degraded: Serving.SERVING,
  partial: Serving.SERVING,
  suspect: Serving.SERVING,
  recovering: Serving.SERVING,
  down: Serving.NOT_SERVING,
  sub_healthy: Serving.NOT_SERVING,
  unknown: Serving.UNKNOWN,
};

/** What the health service needs. */
export interface HealthDeps {
  clock: Clock;
  engine: Pick<Engine, "verdict" | "ready">;
  bus: Pick<EventBus, "subscribe">;
  directory: Pick<Directory, "target" | "listen">;
}

/** The health service. */
export interface Health {
  readonly handlers: HealthServer;
  /** Begins to follow verdicts, by one subscription to the event bus for every watch. */
  open(): void;
  /** Answers NOT_SERVING for the aggregator from here on, and ends every watch. */
  close(): void;
}

type WatchCall = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/** One watch: sends the newest status, and never more than the stream takes. */
interface Watch {
  /** Sends the present status if it differs from the last one sent. */
  look(): void;
  end(): void;
}

/** A name from outside, short enough to be put into an answer. */
const shown = (service: string): string => JSON.stringify(service.slice(0, LIMITS.nameCharsMax));

function createWatch(call: WatchCall, statusOf: (service: string) => Serving): Watch {
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

/** Ends a watch before it began. */
function refuse(call: WatchCall, isStopping: boolean): void {
  const details = isStopping
    ? "The aggregator is stopping; watch again in a moment."
    : `${LIMITS.subscribersMax} watches are open, and no more are taken; try again later.`;
  const code = isStopping ? status.UNAVAILABLE : status.RESOURCE_EXHAUSTED;
  call.emit("error", { code, details });
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

/** Tells watches of a target by both its id and its name, once for many changes in one turn. */
function createNudge(
  directory: HealthDeps["directory"],
  watches: ReturnType<typeof createWatches>,
) {
  const targetIds = new Set<string>();
  let all = false;
  const run = (): void => {
    const ids = [...targetIds];
    targetIds.clear();
    if (all) watches.lookAtAll();
    all = false;
    for (const id of ids) {
      watches.look(id);
      const target = directory.target(id);
      if (target !== null) watches.look(target.spec.name);
    }
  };
  return {
    target(targetId: string): void {
      if (targetIds.size === 0 && !all) setImmediate(run);
      targetIds.add(targetId);
    },
    all(): void {
      if (targetIds.size === 0 && !all) setImmediate(run);
      all = true;
    },
  };
}

/** Follows verdicts and the aggregator's readiness; returns the end of it. */
function follow(
  deps: HealthDeps,
  nudge: ReturnType<typeof createNudge>,
  watches: ReturnType<typeof createWatches>,
): () => void {
  const unsubscribe = deps.bus.subscribe((events) => {
    for (const { event } of events) {
      if (event.data.target !== undefined) nudge.target(event.data.target.id);
    }
  });
  const readiness = deps.clock.every(READINESS_MS, () => watches.look(""));
  return () => {
    unsubscribe();
    readiness.cancel();
  };
}

/** Creates the health service; it answers checks, and watches follow changes once it is open. */
export function createHealth(deps: HealthDeps): Health {
  const { engine, directory } = deps;
  const watches = createWatches(LIMITS.subscribersMax);
  const nudge = createNudge(directory, watches);
  let closed = false;

  function statusOf(service: string): Serving {
    if (service === "") return engine.ready() && !closed ? Serving.SERVING : Serving.NOT_SERVING;
    const target = directory.target(service);
    if (target === null) return Serving.SERVICE_UNKNOWN;
    return SERVING_OF[engine.verdict(target.id)?.state ?? "unknown"];
  }

  directory.listen({
    assignmentChanged: () => undefined,
    // A target that came, went or has another name: rare, and old names are known only to watches.
    targetChanged: () => nudge.all(),
    probesChanged: () => undefined,
  });
  let stopFollowing: (() => void) | null = null;

  return {
    open: () => void (stopFollowing ??= follow(deps, nudge, watches)),
    handlers: {
      check(call, callback) {
        const { service } = call.request;
        const found = statusOf(service);
        if (found !== Serving.SERVICE_UNKNOWN) return callback(null, { status: found });
        callback({
          code: status.NOT_FOUND,
          details: `No target has the name or id ${shown(service)}; "" is the aggregator itself.`,
        });
      },
      watch(call) {
        if (closed || watches.isFull()) return refuse(call, closed);
        const watch = createWatch(call, statusOf);
        const remove = watches.add(call.request.service, watch);
        for (const event of ["cancelled", "close", "error"]) call.on(event, remove);
        watch.look();
      },
    },
    close() {
      if (closed) return;
      closed = true;
      stopFollowing?.();
      watches.look("");
      watches.endAll();
    },
  };
}
