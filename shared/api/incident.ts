/** An incident as the API shows it. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** An incident as the API shows it. */
export const incidentSchema = z
  .object({
    id: z.string().describe("Id, such as `inc_4m2k9x0r7bq1c3ta`."),
    targetId: z.string().describe("Id of the target."),
    target: z.string().describe("Name of the target."),
    severity: z.enum(["critical", "major", "minor"]).describe("How bad it is."),
    state: z
      .enum(["open", "resolved", "withdrawn"])
      .describe("`withdrawn`: the target was deleted while it was open."),
    cause: z
      .enum(["unreachable", "failing"])
      .nullable()
      .describe(
        "Whether nobody reaches it, or it is reached and fails; null when that is not known.",
      ),
    openedAt: timeSchema,
    resolvedAt: timeSchema.nullable(),
    acknowledgedAt: timeSchema.nullable(),
    acknowledgedBy: z.string().nullable().describe("Who looks after it; null when nobody does."),
    sentence: z.string().describe("What happened, for a person."),
    notes: z
      .array(
        z.object({
          at: timeSchema,
          author: z.string().describe("Who wrote it."),
          text: z.string().describe("What is to be known."),
        }),
      )
      .describe("What people wrote on it, oldest first."),
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
  .meta({
    id: "Acknowledge",
    description: "Says that somebody looks after an incident.",
    example: { by: "ada" },
  });

/** What acknowledging a message about many came to. */
export const foldAcknowledgedSchema = z
  .object({
    id: z.string().describe("Id of the message about many."),
    acknowledged: z.int().describe("Incidents that nobody had acknowledged before."),
    open: z.int().describe("Incidents of it that are not over."),
    acknowledgedBy: z.string().describe("Who looks after them."),
  })
  .meta({ id: "FoldAcknowledged", description: "Somebody looks after many incidents." });

/** Body of a note. */
export const noteSchema = z
  .strictObject({
    text: z.string().min(1).max(2_000).describe("What is to be known."),
    author: author.optional().describe("Who writes. Default: the name of the token."),
  })
  .meta({
    id: "Note",
    description: "A note of a person on an incident.",
    example: { text: "The database ran out of disk; Ada is on it.", author: "ada" },
  });
