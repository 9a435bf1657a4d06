/** Silences as the API takes and shows them. */
import { z } from "zod";
import { matcherSchema, silenceMatchersSchema } from "../matcher.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** Body of a new silence. */
export const silenceCreateSchema = z
  .strictObject({
    matchers: silenceMatchersSchema,
    startsAt: timeSchema.optional().describe("When it begins. Default: now."),
    endsAt: timeSchema.optional().describe("When it ends; or give `durationMs`."),
    durationMs: z.int().min(1_000).optional().describe("How long it lasts; or give `endsAt`."),
    author: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("Who asks for silence. Default: the name of the token."),
    comment: z.string().min(1).max(1_000).describe("Why; it stands beside all it withholds."),
  })
  .meta({ id: "SilenceCreate", description: "What nobody wants to be told of for some time." });

/** A silence as the API shows it. */
export const silenceSchema = z
  .object({
    id: z.string(),
    state: z.enum(["planned", "active", "over"]),
    matchers: z.array(matcherSchema),
    startsAt: timeSchema,
    endsAt: timeSchema,
    author: z.string(),
    comment: z.string(),
    createdAt: timeSchema,
    createdBy: z.string().describe("Name of the token that made it."),
    endedBy: z
      .string()
      .nullable()
      .describe("Name of the token that ended it early; null when nobody did."),
    revision: z.int(),
  })
  .meta({ id: "Silence", description: "What nobody wants to be told of for some time." });

/** A silence as the API shows it. */
export type ApiSilence = z.output<typeof silenceSchema>;

/** A page of silences, newest first. */
export const silencePageSchema = pageSchema(silenceSchema, "SilencePage");
