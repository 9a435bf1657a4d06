/** What is known of a probe from its hello and heartbeats, without its state as a witness. */
import { LIMITS } from "../../shared/limits.ts";
import { noProbeFacts } from "../../shared/probe.ts";
import type { ProbeFacts } from "../../shared/probe.ts";
import type { CanaryAnswer, Heartbeat, Hello } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import { cut } from "./batch-check.ts";

/** The outage that a heartbeat tells of, in log time; null when there was none. */
function outageOf({ lastOutage }: Heartbeat, atMs: number): ProbeFacts["lastOutage"] {
  if (lastOutage === undefined) return null;
  const { lastedMs, endedAgoMs, rounds, wellRounds } = lastOutage;
  const endedAtMs = Math.max(0, atMs - endedAgoMs);
  const why = cut(lastOutage.why, LIMITS.detailCharsMax);
  return { lastedMs, endedAtMs, why, rounds, wellRounds };
}

/** Facts of a probe whose session begins. */
export function factsOfHello(hello: Hello): ProbeFacts {
  return {
    ...noProbeFacts(),
    connected: true,
    version: hello.version === "" ? null : hello.version,
    hostname: hello.hostname === "" ? null : hello.hostname,
    kinds: hello.kinds,
    healthAddress: hello.healthAddress === "" ? null : hello.healthAddress,
  };
}

/** The facts after a heartbeat that came at `atMs` (log time), with the answers that count. */
export function factsAfterHeartbeat(
  facts: ProbeFacts,
  heartbeat: Heartbeat & { canaries: CanaryAnswer[] },
  atMs: number,
): ProbeFacts {
  return {
    ...facts,
    lastHeartbeatAtMs: atMs,
    eventLoopLagMs: heartbeat.eventLoopLagMs,
    cpuMilli: heartbeat.cpuMilli,
    rssBytes: heartbeat.rssBytes,
    loadMilli: heartbeat.loadMilli,
    runningChecks: heartbeat.runningChecks,
    skippedChecks: heartbeat.skippedChecks,
    spooledBatches: heartbeat.spooledBatches,
    droppedBatches: heartbeat.droppedBatches,
    canaries: heartbeat.canaries.map(({ id, ok, latencyUs }) => ({ id, ok, latencyUs })),
    mustFailHeld: heartbeat.mustFailHeld,
    lastOutage: outageOf(heartbeat, atMs) ?? facts.lastOutage,
  };
}
