/** Uptime and business calls as the API shows and takes them. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { VERDICT_STATES } from "../verdict.ts";
import { pageSchema, timeSchema } from "./common.ts";

const ms = (description: string) => z.int().min(0).describe(description);

/** What an objective allowed and what was used of it. */
const budgetSchema = z
  .object({
    objectivePercent: z.number().describe("The objective, such as 99.9."),
    met: z.boolean().nullable().describe("Whether availability reaches it; null: nothing known."),
    totalMs: z.int().describe("Time down that the objective allows, of the time that is known."),
    spentMs: z.int().describe("Time down or sub-healthy."),
    leftMs: z.int().describe("What is left; below 0 when more was spent than there was."),
    burnRate: z
      .number()
      .nullable()
      .describe("Share down, divided by the share allowed: 1 spends all of it; null: unknown."),
  })
  .meta({ id: "ErrorBudget", description: "What an objective allowed and what was used of it." });

/** What an objective allowed and what was used of it. */
export type ApiErrorBudget = z.output<typeof budgetSchema>;

/** How long a target was in which state within a span. */
export const uptimeSchema = z
  .object({
    from: timeSchema,
    to: timeSchema.describe("End of the span, not included."),
    availability: z
      .number()
      .nullable()
      .describe("Up divided by up and down, 0 to 1; null when neither was known."),
    upMs: ms("Reached: up, degraded, partial, suspect or recovering."),
    downMs: ms("Down or sub-healthy."),
    unknownMs: ms("Too little evidence: on neither side."),
    maintenanceMs: ms("Under maintenance, in whatever state: on neither side."),
    unrecordedMs: ms("Before the target was made, after it, or longer ago than history is kept."),
    states: z
      .partialRecord(z.enum(VERDICT_STATES), z.int())
      .describe("Milliseconds in each state, outside of maintenance."),
    budget: budgetSchema.optional().describe("With `slo`: the error budget of this span."),
  })
  .meta({ id: "Uptime", description: "How long a target was in which state." });

/** How long a target was in which state within a span. */
export type ApiUptime = z.output<typeof uptimeSchema>;

/** How well one of many targets was up. */
export const targetUptimeSchema = uptimeSchema
  .extend({
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
  })
  .meta({ id: "TargetUptime", description: "How long one of many targets was in which state." });

/** How well one of many targets was up. */
export type ApiTargetUptime = z.output<typeof targetUptimeSchema>;

/** One page of the uptime of targets. */
export const targetUptimePageSchema = pageSchema(targetUptimeSchema, "TargetUptimePage");

/** The spans of the range asked for, oldest first. */
export const uptimePageSchema = pageSchema(uptimeSchema, "UptimePage");

const count = z.int().min(0).max(1_000_000_000);

/** How the business calls of one window went. */
const callsReportSchema = z
  .strictObject({
    fromAt: z.iso.datetime({ offset: true }).describe("Begin of the window, by your clock."),
    toAt: z.iso.datetime({ offset: true }).describe("End of the window, not included."),
    successes: count.describe("Calls that succeeded."),
    failures: count.describe("Calls that failed, as far as the target is to blame."),
  })
  .refine(({ fromAt, toAt }) => Date.parse(fromAt) < Date.parse(toAt), {
    message: "expected a moment after fromAt",
    path: ["toAt"],
  })
  .meta({
    id: "CallsReport",
    description:
      "How your own calls to a target went. A window counts once for each token: one that does " +
      "not begin after the end of the last is left out, so a report may be repeated safely.",
    example: {
      fromAt: "2026-11-21T12:04:30Z",
      toAt: "2026-11-21T12:04:40Z",
      successes: 41,
      failures: 1,
    },
  });

/** One report, or several, oldest first. */
export const callsBodySchema = z.union([
  callsReportSchema,
  z.strictObject({ reports: z.array(callsReportSchema).min(1).max(LIMITS.callsBatchMax) }),
]);

/** What became of the reports. */
export const callsAnswerSchema = z
  .object({ accepted: z.int().describe("Reports that were taken.") })
  .meta({ id: "CallsAnswer", description: "What became of reports of business calls." });
