/** Targets at a glance: what a row of a dashboard shows of each, asked for together. */
import { z } from "zod";
import { VERDICT_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";

const vantageSchema = z
  .object({
    probeId: z.string().describe("Id of the probe."),
    probe: z.string().describe("Name of the probe."),
    region: z.string().describe("Region of the probe."),
    vote: z.enum(["ok", "dead", "sub", "suspect", "none"]).describe("What it says now."),
    probeState: z.string().describe("State of the probe as a witness."),
    reason: z.string().nullable().describe("Code of its newest evidence; null without any."),
  })
  .meta({ id: "GlanceVantage", description: "What one vantage says of a target now." });

const lookSchema = z
  .object({
    at: timeSchema.describe("When the look ended."),
    state: z.enum(VERDICT_STATES).describe("The verdict as it was at that time."),
    class: z.enum(["ok", "sub", "dead", "dns", "void"]).describe("What the vantage saw."),
    latencyUs: z.int().describe("Microseconds that the look took."),
  })
  .meta({ id: "GlanceLook", description: "One look of one vantage, and the verdict then." });

/** A target at a glance. */
export const glanceSchema = z
  .object({
    targetId: z.string().describe("Id of the target."),
    kind: z.string().describe("Kind of check."),
    address: z.string().describe("Where it is, for a person; holds no secret; may be empty."),
    enabled: z.boolean().describe("Whether it is looked at."),
    maintenance: z.string().nullable().describe("The maintenance it is under."),
    vantages: z.array(vantageSchema).describe("Every vantage that looks at it."),
    looks: z.array(lookSchema).describe("The newest looks of all vantages, oldest first."),
    availability: z
      .number()
      .nullable()
      .describe("Of the last 24 hours, 0 to 1; null when neither up nor down was known."),
  })
  .meta({
    id: "Glance",
    description: "What a row of a dashboard shows of a target.",
    example: {
      targetId: "tgt_4m2k9x0r7bq1c3ta",
      kind: "http",
      address: "http://10.0.0.7:8080/health",
      enabled: true,
      maintenance: null,
      vantages: [
        {
          probeId: "prb_9x0r7bq1c3ta4m2k",
          probe: "rack-a",
          region: "east",
          vote: "ok",
          probeState: "eligible",
          reason: "ok",
        },
      ],
      looks: [{ at: "2026-11-21T12:04:31.000Z", state: "up", class: "ok", latencyUs: 1_840 }],
      availability: 0.9998,
    },
  });

/** A target at a glance. */
export type ApiGlance = z.output<typeof glanceSchema>;

/** Targets at a glance, in the order asked for; those that are gone are left out. */
export const glancePageSchema = pageSchema(glanceSchema, "GlancePage");
