/** Many targets at once, as the API takes them and says what became of each. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";

/** Body of a bulk write. Each target is looked at for itself, so that one holds nobody up. */
export const bulkBodySchema = z
  .strictObject({
    targets: z
      .array(z.unknown())
      .min(1)
      .max(LIMITS.bulkTargetsMax)
      .describe("Targets, each as it would be created or replaced by its name."),
  })
  .meta({
    id: "TargetsBulk",
    description: "Many targets at once.",
    example: {
      targets: [
        { name: "checkout", kind: "http", options: { url: "http://10.0.0.7:8080/health" } },
        { name: "db", kind: "tcp", options: { host: "10.0.0.8", port: 5432 } },
      ],
    },
  });

const count = (description: string) => z.int().min(0).describe(description);

const bulkRowSchema = z
  .object({
    index: z.int().describe("Place in the request, from 0."),
    name: z.string().nullable().describe("Its name; null when there is none that can be read."),
    outcome: z
      .enum(["created", "updated", "unchanged", "refused"])
      .describe("What became of it, or would with `dryRun`."),
    id: z.string().nullable().describe("Id of the target; null when there is none."),
    revision: z.int().nullable().describe("Revision it has now; null when it was refused."),
    issues: z
      .array(
        z.object({
          path: z.string().describe("Path of the value within this target; empty: all of it."),
          message: z.string().describe("What was expected."),
          value: z.string().optional().describe("What was found, as short JSON."),
        }),
      )
      .describe("Why it was refused; else empty."),
  })
  .meta({ id: "BulkRow", description: "What became of one target of a bulk write." });

/** What became of a bulk write. */
export const bulkAnswerSchema = z
  .object({
    dryRun: z.boolean().describe("True: nothing was written."),
    created: count("Targets that were created."),
    updated: count("Targets that were replaced."),
    unchanged: count("Targets that were so already."),
    refused: count("Targets that were refused."),
    items: z.array(bulkRowSchema).describe("What became of each, in the order of the request."),
  })
  .meta({
    id: "BulkAnswer",
    description: "What became of many targets.",
    example: {
      dryRun: false,
      created: 1,
      updated: 0,
      unchanged: 0,
      refused: 1,
      items: [
        {
          index: 0,
          name: "checkout",
          outcome: "created",
          id: "tgt_4m2k9x0r7bq1c3ta",
          revision: 1,
          issues: [],
        },
        {
          index: 1,
          name: "db",
          outcome: "refused",
          id: null,
          revision: null,
          issues: [{ path: "options.port", message: "too big: expected at most 65535" }],
        },
      ],
    },
  });

/** What became of a bulk write. */
export type ApiBulkAnswer = z.output<typeof bulkAnswerSchema>;
