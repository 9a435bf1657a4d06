/** Maintenance as the API shows it. */
import { z } from "zod";
import { labelsSchema, nameSchema } from "../target.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** A maintenance as the API shows it. */
export const maintenanceSchema = z
  .object({
    id: z.string(),
    name: nameSchema,
    targets: z.array(z.string()),
    labels: labelsSchema,
    fromAt: z.string().optional(),
    toAt: z.string().optional(),
    cron: z.string().optional(),
    durationMs: z.int().optional(),
    timezone: z.string(),
    comment: z.string(),
    owner: z.string().optional().describe("Configuration file that keeps it."),
    revision: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    endedAt: timeSchema.nullable().describe("When somebody ended it; null when nobody did."),
    windows: z
      .array(z.object({ from: timeSchema, to: timeSchema, active: z.boolean() }))
      .describe("The window that runs, if any, and what comes next; at most two."),
  })
  .meta({ id: "Maintenance", description: "Times in which targets may be bad without an alert." });

/** A maintenance as the API shows it. */
export type ApiMaintenance = z.output<typeof maintenanceSchema>;

/** A page of maintenance by name. */
export const maintenancePageSchema = pageSchema(maintenanceSchema, "MaintenancePage");
