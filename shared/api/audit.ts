/** The audit log as the API shows it. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** What an audit record is of. */
export const auditClassSchema = z.enum(["write", "refused", "sign_in"]);

/** One line of the audit log. */
export const auditRecordSchema = z
  .object({
    number: z.int().describe("Counts up."),
    at: timeSchema,
    class: auditClassSchema.describe(
      "A write that was done, a request that was refused, or a sign-in. Each is kept by itself.",
    ),
    actor: z
      .object({
        kind: z
          .enum(["aggregator", "token", "session", "nobody"])
          .describe("`nobody`: who it was is not known."),
        id: z.string().nullable().describe("Id of the token or the session."),
        name: z.string().describe("Name of the token or the person."),
      })
      .describe("Who did it."),
    address: z.string().describe("Address it came from; empty when the aggregator did it."),
    operation: z.string().describe("What was asked for, such as `PUT /api/v1/targets/{id}`."),
    action: z
      .enum(["create", "update", "delete", "act", "sign_in", "none"])
      .describe("What became of it; `act`: something was done, and nothing stored was changed."),
    resource: z.string().describe("As in the path, such as `targets`."),
    resourceId: z.string().describe("Empty when it has none."),
    name: z.string().describe("Empty when it has none."),
    revisionBefore: z.int().nullable().describe("Null: it was not there, or has no revisions."),
    revisionAfter: z.int().nullable().describe("Null: it is gone, or has no revisions."),
    changed: z.array(z.string()).describe("Names of the fields that changed, without any value."),
    status: z.int().nullable().describe("Status of the answer; null: there was no request."),
    error: z.string().describe("Code of the error, such as `forbidden`; empty when it was done."),
  })
  .meta({ id: "AuditRecord", description: "One line of the audit log." });

/** One line of the audit log. */
export type ApiAuditRecord = z.output<typeof auditRecordSchema>;

/** A page of the audit log. */
export const auditPageSchema = pageSchema(auditRecordSchema, "AuditPage");
