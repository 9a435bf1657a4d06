/** A probe as the API shows it. */
import { z } from "zod";
import { labelsSchema } from "../target.ts";
import { PROBE_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";

const number = z.number().nullable();

const probeOutageSchema = z
  .object({
    startedAt: timeSchema,
    endedAt: timeSchema,
    lost: z
      .enum(["aggregator", "network", "unknown"])
      .describe("`aggregator`: its other canaries passed; `network`: they failed too."),
    why: z.string().describe("What ended the session."),
    sentence: z.string().describe("What was lost, for how long, and how the probe knows."),
  })
  .meta({ id: "ProbeOutage", description: "The last time a probe had no session." });

const probeStatusSchema = z
  .object({
    state: z.enum(PROBE_STATES),
    reason: z.string().describe("Why it is in that state; empty when eligible."),
    since: timeSchema,
    connected: z.boolean(),
    version: z.string().nullable(),
    hostname: z.string().nullable(),
    kinds: z.array(z.string()).describe("Kinds of check it can run."),
    healthAddress: z.string().nullable(),
    lastHeartbeatAt: timeSchema.nullable(),
    eventLoopLagMs: number,
    cpuMilli: number,
    rssBytes: number,
    loadMilli: number,
    runningChecks: number,
    spooledBatches: number,
    droppedBatches: number,
    canaries: z.array(z.object({ id: z.string(), ok: z.boolean(), latencyUs: z.number() })),
    mustFailHeld: z.boolean().nullable().describe("False: its network answers for everybody."),
    lastOutage: probeOutageSchema.nullable(),
  })
  .meta({ id: "ProbeStatus", description: "What is known of a probe at this moment." });

/** A probe as the API shows it. */
export const probeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    region: z.string(),
    zone: z.string().describe("Failure domain."),
    labels: labelsSchema,
    draining: z.boolean(),
    revision: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    status: probeStatusSchema,
  })
  .meta({ id: "Probe", description: "The program at a vantage point." });

/** A probe as the API shows it. */
export type ApiProbe = z.output<typeof probeSchema>;

/** A page of probes by name. */
export const probePageSchema = pageSchema(probeSchema, "ProbePage");

/** The answer to the making of a probe; the token is shown this once. */
export const probeCreatedSchema = z
  .object({
    probe: probeSchema,
    token: z.string().describe("Proves the probe's identity. Shown once, stored hashed."),
    join: z.string().describe("The command that starts this probe, on one line."),
  })
  .meta({ id: "ProbeCreated", description: "A new probe with its token." });
