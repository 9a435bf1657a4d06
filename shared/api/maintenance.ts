/** Maintenance as the API shows it. */
import { z } from "zod";
import { labelsSchema, nameSchema } from "../target.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** A maintenance as the API shows it. */
export const maintenanceSchema = z
  .object({
    id: z.string().describe("Id of the maintenance."),
    name: nameSchema,
    targets: z.array(z.string()).describe("Names of targets that it covers."),
    labels: labelsSchema,
    fromAt: z.string().optional().describe("Begin of the only window."),
    toAt: z.string().optional().describe("End of the only window."),
    cron: z.string().optional().describe("When windows begin, as five fields of cron."),
    durationMs: z.int().optional().describe("How long each window lasts."),
    timezone: z.string().describe("Time zone of the cron."),
    comment: z.string().describe("Why, for a person."),
    owner: z.string().optional().describe("Configuration file that keeps it."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    endedAt: timeSchema.nullable().describe("When somebody ended it; null when nobody did."),
    windows: z
      .array(
        z.object({
          from: timeSchema,
          to: timeSchema,
          active: z.boolean().describe("Whether it runs now."),
        }),
      )
      .describe("The window that runs, if any, and what comes next; at most two."),
  })
  .meta({ id: "Maintenance", description: "Times in which targets may be bad without an alert." });

/** A maintenance as the API shows it. */
export type ApiMaintenance = z.output<typeof maintenanceSchema>;

/** A page of maintenance by name. */
export const maintenancePageSchema = pageSchema(maintenanceSchema, "MaintenancePage");
