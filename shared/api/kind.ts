/** Kinds of check as the API shows them: what a form, a command line or a document needs. */
import { z } from "zod";
import { pageSchema } from "./common.ts";

const optionSchema = z
  .object({
    path: z.string().describe("Such as `url`, `tls.verify`, or `steps[].name`."),
    type: z.string().describe("In words, such as `text`."),
    required: z.boolean(),
    default: z.string().nullable().describe("JSON of the default; null if there is none."),
    secret: z.boolean().describe("Whether it is never shown again."),
    description: z.string(),
  })
  .meta({ id: "KindOption", description: "One option of a kind, or one field of an option." });

/** A kind of check. */
export const kindSchema = z
  .object({
    kind: z.string(),
    summary: z.string(),
    options: z.array(optionSchema),
    examples: z.array(z.object({ title: z.string(), options: z.record(z.string(), z.unknown()) })),
    notes: z.string().describe("Markdown; may be empty."),
    schema: z.record(z.string(), z.unknown()).describe("JSON Schema of the options."),
  })
  .meta({ id: "Kind", description: "A kind of check, and what it can be told." });

/** A kind of check. */
export type ApiKind = z.output<typeof kindSchema>;

/** All kinds, in the order of the docs; one page. */
export const kindPageSchema = pageSchema(kindSchema, "KindPage");
