/** Tokens as the API shows them: never the secret, but once. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { labelsSchema, nameSchema } from "../target.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** What a token may do: admin does all, write implies read; probe and calls are for machines. */
export const tokenScopeSchema = z
  .enum(["admin", "write", "read", "probe", "calls"])
  .describe("What it may do: admin does all, write implies read.");

/** A token as the API shows it. */
export const tokenSchema = z
  .object({
    id: z.string().describe("Id, such as `tok_1q3w5e7r9t2y4x6z`."),
    name: z.string().describe("Who or what it is for."),
    scope: tokenScopeSchema,
    probeId: z.string().nullable().describe("For scope probe: whose identity it proves."),
    labels: labelsSchema.describe("Labels that bind it to targets which carry them all."),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable(),
    rotatedAt: timeSchema.nullable().describe("When its secret was replaced last."),
    lastUsedAt: timeSchema.nullable().describe("To about a minute; null: never."),
  })
  .meta({ id: "Token", description: "A token; the secret itself is stored hashed." });

/** A token as the API shows it. */
export type ApiToken = z.output<typeof tokenSchema>;

/** A page of tokens. */
export const tokenPageSchema = pageSchema(tokenSchema, "TokenPage");

/** What a caller says of a new token. */
export const tokenSpecSchema = z
  .strictObject({
    name: nameSchema,
    scope: tokenScopeSchema,
    probe: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("For scope probe, and only then: name or id of the probe it is for."),
    labels: labelsSchema
      .optional()
      .describe(
        "For read, write and calls: binds it to the targets that carry all of these. " +
          "Default: it is not bound.",
      ),
    expiresAt: timeSchema.optional().describe("Default: never. Must lie ahead."),
  })
  .meta({
    id: "TokenSpec",
    description: "What a caller says of a new token.",
    example: { name: "grafana", scope: "read" },
  });

/** How a secret is replaced. */
export const tokenRotateSchema = z
  .strictObject({
    graceMs: z
      .int()
      .min(0)
      .max(LIMITS.tokenGraceMsMax)
      .default(86_400_000)
      .describe("Time that the present secret is still accepted; 0: it is void at once."),
  })
  .meta({ id: "TokenRotate", description: "How a secret is replaced.", example: { graceMs: 0 } });

/** The answer to the making of a token; the secret is shown this once. */
export const tokenCreatedSchema = z
  .object({
    token: tokenSchema,
    secret: z.string().describe("Send it as `Authorization: Bearer …`. Shown once."),
  })
  .meta({ id: "TokenCreated", description: "A new token with its secret." });
