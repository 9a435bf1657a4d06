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
  .meta({
    id: "SilenceCreate",
    description: "What nobody wants to be told of for some time.",
    example: {
      matchers: [{ name: "team", op: "=", value: "shop" }],
      durationMs: 7_200_000,
      comment: "The shop moves to another rack.",
    },
  });

/** A silence as the API shows it. */
export const silenceSchema = z
  .object({
    id: z.string().describe("Id, such as `sil_5t7y9x1c3v8b2n4m`."),
    state: z.enum(["planned", "active", "over"]).describe("Whether it holds now."),
    matchers: z.array(matcherSchema).describe("Conditions, all of which must hold."),
    startsAt: timeSchema,
    endsAt: timeSchema,
    author: z.string().describe("Who asked for silence."),
    comment: z.string().describe("Why; it stands beside all it withholds."),
    createdAt: timeSchema,
    createdBy: z.string().describe("Name of the token that made it."),
    endedBy: z
      .string()
      .nullable()
      .describe("Name of the token that ended it early; null when nobody did."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
  })
  .meta({ id: "Silence", description: "What nobody wants to be told of for some time." });

/** A silence as the API shows it. */
export type ApiSilence = z.output<typeof silenceSchema>;

/** A page of silences, newest first. */
export const silencePageSchema = pageSchema(silenceSchema, "SilencePage");
