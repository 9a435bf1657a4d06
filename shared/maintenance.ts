/** Maintenance: times in which targets may be bad without an alert. */
import { z } from "zod";
import { labelsSchema, nameSchema } from "./target.ts";

const DAY_MS = 86_400_000;
const moment = z.iso.datetime({ offset: true });

/** What a caller says of a maintenance: once, or again and again by cron. */
export const maintenanceSpecSchema = z
  .strictObject({
    name: nameSchema,
    targets: z
      .array(nameSchema)
      .max(1_000)
      .default([])
      .describe("Names of targets that are covered."),
    labels: labelsSchema
      .default({})
      .describe("Targets with all of these labels are covered too; none: only those named."),
    fromAt: moment.optional().describe("Begin of a single window. Default now."),
    toAt: moment.optional().describe("End of a single window."),
    cron: z
      .string()
      .min(9)
      .max(100)
      .optional()
      .describe("Begin of every window: five fields, minute to day of the week."),
    durationMs: z
      .int()
      .min(60_000)
      .max(7 * DAY_MS)
      .optional()
      .describe("Length of every window of `cron`; a minute to a week."),
    timezone: z.string().max(60).default("UTC").describe("IANA name of the zone of `cron`."),
    comment: z.string().max(1_000).default("").describe("Why, for a person."),
    owner: nameSchema.optional().describe("Configuration file that keeps it."),
  })
  .refine(({ targets, labels }) => targets.length + Object.keys(labels).length > 0, {
    message: "expected targets or labels, or it would cover nothing",
    path: ["targets"],
  })
  .refine(({ cron, toAt }) => (cron === undefined) !== (toAt === undefined), {
    message: "expected toAt for a single window, or cron and durationMs, and not both",
    path: ["toAt"],
  })
  .refine(({ cron, durationMs }) => (cron === undefined) === (durationMs === undefined), {
    message: "expected cron and durationMs together",
    path: ["durationMs"],
  })
  .refine(({ cron, fromAt }) => cron === undefined || fromAt === undefined, {
    message: "expected no fromAt beside cron, which says when windows begin",
    path: ["fromAt"],
  })
  .meta({
    id: "MaintenanceSpec",
    description: "Times in which targets may be bad without an alert.",
    example: {
      name: "disks",
      labels: { rack: "r12" },
      cron: "0 3 * * 0",
      durationMs: 7_200_000,
      timezone: "Europe/Berlin",
    },
  });

/** What a caller says of a maintenance, defaults filled in. */
export type MaintenanceSpec = z.output<typeof maintenanceSpecSchema>;

/** A maintenance as stored. */
export interface Maintenance {
  id: string;
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** When somebody ended it; null when nobody did. */
  endedAtMs: number | null;
  spec: MaintenanceSpec;
}
