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

/** When a maintenance would be, and whom it would cover. */
export const maintenancePreviewSchema = z
  .object({
    windows: z
      .array(
        z.object({
          from: timeSchema.describe("Begin of the window."),
          to: timeSchema.describe("End of the window, not included."),
        }),
      )
      .describe("The next windows, the one that would run now too, the earliest first."),
    covered: z
      .array(z.string())
      .describe("Names of targets that it would cover now, at most 1,000, by name."),
    coveredCount: z.int().describe("How many targets it would cover now."),
    missing: z.array(z.string()).describe("Names that it gives and that no target has."),
  })
  .meta({
    id: "MaintenancePreview",
    description: "When a maintenance would be, and whom it would cover.",
    example: {
      windows: [{ from: "2026-11-22T02:00:00.000Z", to: "2026-11-22T04:00:00.000Z" }],
      covered: ["checkout"],
      coveredCount: 1,
      missing: [],
    },
  });

/** When a maintenance would be, and whom it would cover. */
export type ApiMaintenancePreview = z.output<typeof maintenancePreviewSchema>;

/** A maintenance as the API shows it. */
export type ApiMaintenance = z.output<typeof maintenanceSchema>;

/** A page of maintenance by name. */
export const maintenancePageSchema = pageSchema(maintenanceSchema, "MaintenancePage");
