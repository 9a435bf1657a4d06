/**
 * grpc.health.v1.Health: the aggregator's own health under "", and each target's verdict under its
 * name or id. Source: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
import type { Clock } from "../../shared/clock.ts";
import { createHealthService } from "../../shared/grpc-health.ts";
import type { HealthService } from "../../shared/grpc-health.ts";
import {
  type HealthServer,
  HealthCheckResponse_ServingStatus as Serving,
} from "../../shared/proto/gen/grpc/health/v1/health.ts";
import { standingOf } from "../../shared/standing.ts";
import type { Standing } from "../../shared/standing.ts";
import type { Engine, EventBus } from "../ports.ts";
import type { Directory } from "./directory.ts";

/** Time between two looks at the aggregator's own readiness, for those who watch it. */
const READINESS_MS = 1_000;

/** What a standing is to the health protocol. */
const SERVING_OF: Record<Standing, Serving> = {
  serving: Serving.SERVING,
  not_serving: Serving.NOT_SERVING,
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

/** Tells watches of a target by both its id and its name, once for many changes in one turn. */
function createNudge(
  directory: HealthDeps["directory"],
  watches: Pick<HealthService, "look" | "lookAtAll">,
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
  watches: Pick<HealthService, "look">,
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
  let closed = false;

  function statusOf(service: string): Serving {
    if (service === "") return engine.ready() && !closed ? Serving.SERVING : Serving.NOT_SERVING;
    const target = directory.target(service);
    if (target === null) return Serving.SERVICE_UNKNOWN;
    return SERVING_OF[standingOf(engine.verdict(target.id)?.state ?? "unknown")];
  }

  const service = createHealthService({
    statusOf,
    unknownSentence: (shown) =>
      `No target has the name or id ${shown}; "" is the aggregator itself.`,
    stoppingSentence: "The aggregator is stopping; watch again in a moment.",
  });
  const nudge = createNudge(directory, service);
  directory.listen({
    assignmentChanged: () => undefined,
    // A target that came, went or has another name: rare, and old names are known only to watches.
    targetChanged: () => nudge.all(),
    probesChanged: () => undefined,
  });
  let stopFollowing: (() => void) | null = null;

  return {
    open: () => void (stopFollowing ??= follow(deps, nudge, service)),
    handlers: service.handlers,
    close() {
      if (closed) return;
      closed = true;
      stopFollowing?.();
      service.look("");
      service.close();
    },
  };
}
