/** A probe: the program at a place, as the aggregator keeps it. */
import { z } from "zod";
import { labelsSchema, nameSchema } from "./target.ts";
import type { OutageFacts } from "./outage.ts";
import type { ProbeState } from "./verdict.ts";

/** What a caller says of a probe. */
export const probeSpecSchema = z
  .strictObject({
    name: nameSchema,
    region: nameSchema.describe("Region the probe stands in."),
    zone: nameSchema.describe("Failure domain: rack, zone or uplink it shares with others."),
    labels: labelsSchema.default({}),
  })
  .meta({
    id: "ProbeSpec",
    description: "What a caller says of a probe.",
    example: { name: "rack-a", region: "north", zone: "north-1" },
  });

/** What a caller says of a probe, defaults filled in. */
export type ProbeSpec = z.output<typeof probeSpecSchema>;

/** A probe as stored. */
export interface Probe {
  id: string;
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** True once drained: it gets no checks and leaves the roster. */
  draining: boolean;
  spec: ProbeSpec;
}

/** What is known of a probe at this moment, from its session and heartbeats. */
export interface ProbeStatus {
  state: ProbeState;
  /** Why, as a sentence; empty when eligible. */
  reason: string;
  sinceMs: number;
  connected: boolean;
  version: string | null;
  hostname: string | null;
  kinds: string[];
  healthAddress: string | null;
  lastHeartbeatAtMs: number | null;
  eventLoopLagMs: number | null;
  cpuMilli: number | null;
  rssBytes: number | null;
  loadMilli: number | null;
  runningChecks: number | null;
  /** Checks that could not start in time between the last two heartbeats; above 0: overloaded. */
  skippedChecks: number | null;
  spooledBatches: number | null;
  droppedBatches: number | null;
  canaries: { id: string; ok: boolean; latencyUs: number }[];
  mustFailHeld: boolean | null;
  /** The last time without a session that the probe told of; null when it told of none. */
  lastOutage: (OutageFacts & { endedAtMs: number }) | null;
}

/** Facts of a probe's session and last heartbeat; kept after the session ended. */
export type ProbeFacts = Omit<ProbeStatus, "state" | "reason" | "sinceMs">;

/** Facts of a probe that has not said hello. */
export function noProbeFacts(): ProbeFacts {
  return {
    connected: false,
    version: null,
    hostname: null,
    kinds: [],
    healthAddress: null,
    lastHeartbeatAtMs: null,
    eventLoopLagMs: null,
    cpuMilli: null,
    rssBytes: null,
    loadMilli: null,
    runningChecks: null,
    skippedChecks: null,
    spooledBatches: null,
    droppedBatches: null,
    canaries: [],
    mustFailHeld: null,
    lastOutage: null,
  };
}
