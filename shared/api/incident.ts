/** An incident as the API shows it. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** An incident as the API shows it. */
export const incidentSchema = z
  .object({
    id: z.string(),
    targetId: z.string(),
    target: z.string().describe("Name of the target."),
    severity: z.enum(["critical", "major", "minor"]),
    state: z.enum(["open", "resolved", "withdrawn"]),
    cause: z.enum(["unreachable", "failing"]).nullable(),
    openedAt: timeSchema,
    resolvedAt: timeSchema.nullable(),
    acknowledgedAt: timeSchema.nullable(),
    acknowledgedBy: z.string().nullable(),
    sentence: z.string(),
    notes: z.array(z.object({ at: timeSchema, author: z.string(), text: z.string() })),
  })
  .meta({ id: "Incident", description: "One trouble of one target, from opening to resolution." });

/** An incident as the API shows it. */
export type ApiIncident = z.output<typeof incidentSchema>;

/** A page of incidents, newest first. */
export const incidentPageSchema = pageSchema(incidentSchema, "IncidentPage");

const author = z.string().min(1).max(100);

/** Body of an acknowledgement. */
export const acknowledgeSchema = z
  .strictObject({
    by: author.optional().describe("Who acknowledges. Default: the name of the token."),
  })
  .meta({ id: "Acknowledge", description: "Says that somebody looks after an incident." });

/** What acknowledging a message about many came to. */
export const foldAcknowledgedSchema = z
  .object({
    id: z.string(),
    acknowledged: z.int().describe("Incidents that nobody had acknowledged before."),
    open: z.int().describe("Incidents of it that are not over."),
    acknowledgedBy: z.string(),
  })
  .meta({ id: "FoldAcknowledged", description: "Somebody looks after many incidents." });

/** Body of a note. */
export const noteSchema = z
  .strictObject({
    text: z.string().min(1).max(2_000),
    author: author.optional().describe("Who writes. Default: the name of the token."),
  })
  .meta({ id: "Note", description: "A note of a person on an incident." });
