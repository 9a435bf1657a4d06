/** Kinds of check as the API shows them: what a form, a command line or a document needs. */
import { z } from "zod";
import { pageSchema } from "./common.ts";

const optionSchema = z
  .object({
    path: z.string().describe("Such as `url`, `tls.verify`, or `steps[].name`."),
    type: z.string().describe("In words, such as `text`."),
    required: z.boolean().describe("Whether it must be given."),
    default: z.string().nullable().describe("JSON of the default; null if there is none."),
    secret: z.boolean().describe("Whether it is never shown again."),
    description: z.string().describe("What it is for, with unit and bounds."),
  })
  .meta({ id: "KindOption", description: "One option of a kind, or one field of an option." });

/** A kind of check. */
export const kindSchema = z
  .object({
    kind: z.string().describe("Name of the kind, such as `http`."),
    summary: z.string().describe("What it does, in a sentence."),
    options: z.array(optionSchema).describe("Its options, and those within them."),
    examples: z
      .array(
        z.object({
          title: z.string().describe("What it shows."),
          options: z.record(z.string(), z.unknown()).describe("The options."),
        }),
      )
      .describe("Options as they may be given."),
    notes: z.string().describe("Markdown; may be empty."),
    schema: z.record(z.string(), z.unknown()).describe("JSON Schema of the options."),
  })
  .meta({ id: "Kind", description: "A kind of check, and what it can be told." });

/** A kind of check. */
export type ApiKind = z.output<typeof kindSchema>;

/** All kinds, in the order of the docs; one page. */
export const kindPageSchema = pageSchema(kindSchema, "KindPage");
