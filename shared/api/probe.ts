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
    state: z.enum(PROBE_STATES).describe("What the aggregator makes of it."),
    reason: z.string().describe("Why it is in that state; empty when eligible."),
    since: timeSchema,
    connected: z.boolean().describe("Whether its session is open."),
    version: z.string().nullable().describe("Version of its program; null until it said so."),
    hostname: z.string().nullable().describe("Name of its machine; null until it said so."),
    kinds: z.array(z.string()).describe("Kinds of check it can run."),
    healthAddress: z.string().nullable().describe("Where it answers the other probes, HOST:PORT."),
    lastHeartbeatAt: timeSchema.nullable(),
    eventLoopLagMs: number.describe("How late its event loop is."),
    cpuMilli: number.describe("Processor time in thousandths of one core."),
    rssBytes: number.describe("Memory it holds."),
    loadMilli: number.describe("Load of its machine over one minute, in thousandths."),
    runningChecks: number.describe("Checks on their way."),
    skippedChecks: number.describe(
      "Checks that could not start in time before the last heartbeat; above 0 it is overloaded.",
    ),
    spooledBatches: number.describe("Batches of results that wait for the aggregator."),
    droppedBatches: number.describe("Batches it dropped because its spool was full."),
    canaries: z
      .array(
        z.object({
          id: z.string().describe("Id of the canary."),
          ok: z.boolean().describe("Whether it was reached."),
          latencyUs: z.number().describe("Duration of the dial."),
        }),
      )
      .describe("What it compares itself with, as it saw them last."),
    mustFailHeld: z.boolean().nullable().describe("False: its network answers for everybody."),
    lastOutage: probeOutageSchema.nullable(),
  })
  .meta({ id: "ProbeStatus", description: "What is known of a probe at this moment." });

/** A probe as the API shows it. */
export const probeSchema = z
  .object({
    id: z.string().describe("Id, such as `prb_7c1nq5w0e8zt2k4m`."),
    name: z.string().describe("Unique name."),
    region: z.string().describe("Where it stands."),
    zone: z.string().describe("Failure domain."),
    labels: labelsSchema,
    draining: z.boolean().describe("Whether it leaves: it looks at nothing any more."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
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
