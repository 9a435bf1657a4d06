/** Whether a target may be relied on, as machines ask it. */
import { z } from "zod";
import { VERDICT_STATES } from "../verdict.ts";

/** Whether a target may be relied on. */
export const standingSchema = z
  .object({
    target: z.string().describe("Name of the target."),
    state: z.enum(VERDICT_STATES).describe("State of the verdict."),
    since: z.iso.datetime().describe("Since when it is in this state."),
    standing: z
      .enum(["serving", "not_serving", "unknown"])
      .describe("What it comes to for a load balancer."),
  })
  .meta({ id: "Standing", description: "Whether a target may be relied on." });

/** Whether a target may be relied on. */
export type ApiStanding = z.output<typeof standingSchema>;
