/** Pieces of route descriptions: scopes, answers, parameters. */
import { z } from "@hono/zod-openapi";
import { problemSchema } from "../../shared/api/problem.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { RouteScope } from "./permissions.ts";

export { hasLabels } from "../feed/event-filter.ts";

/** The part of a route that says which scope it needs; the document and the guard read it. */
export interface Needs {
  security: Record<string, string[]>[];
  "x-quorate-scope": RouteScope;
}

/** A route that needs a token of this scope. */
export function needs(scope: RouteScope): Needs {
  return { security: [{ bearer: [] }, { session: [] }], "x-quorate-scope": scope };
}

/** Further errors of a route, beside those that follow from its form (openapi/problems.ts). */
export function alsoFails(...codes: ErrorCode[]): { "x-quorate-fails": ErrorCode[] } {
  return { "x-quorate-fails": codes };
}

/** A route that anybody may call. */
export const open: { security: Record<string, string[]>[] } = { security: [] };

/** An answer in JSON. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** The body of a request that must have one. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example?: object,
) {
  const media = example === undefined ? { schema } : { schema, example };
  return { required: true, description, content: { "application/json": media } };
}

/** The body of a request that may go without. */
export function optionalBody<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { required: false, description, content: { "application/json": { schema } } };
}

/**
 * Every other answer of a route: a problem. In the document the errors that can really come stand
 * in its place, each with its status.
 */
export const problems = {
  default: {
    description: "A problem: `detail` says what was expected, what was found and what to do.",
    content: { "application/problem+json": { schema: problemSchema } },
  },
};

/** A whole number in a query. */
export function integer(options: { min: number; max: number; description: string }) {
  const { min, max, description } = options;
  return z
    .string()
    .regex(/^-?\d{1,16}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max, description });
}

/** `true` or `false` in a query. */
export function flag(description: string) {
  return z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .openapi({ type: "boolean", description });
}

/** Which fields of an answer, or of each of its rows, are wanted. */
export const fieldsQuery = {
  fields: z.string().min(1).max(2_000).optional().openapi({
    description: "Only these fields, separated by commas; fields within one as `a.b`.",
    example: "id",
  }),
};

/** Where a page begins and how many rows it has at most. */
export const pageQuery = {
  limit: integer({
    min: 1,
    max: LIMITS.pageRowsMax,
    description: "Rows of the page at most. Default 100.",
  }).optional(),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .openapi({ description: "`next` of the page before." }),
  ...fieldsQuery,
};

/** Rows of a page unless the caller says otherwise. */
const PAGE_ROWS = 100;

/** The page a query asks for. */
export function pageOfQuery(query: { limit?: number | undefined; cursor?: string | undefined }) {
  return { limit: query.limit ?? PAGE_ROWS, cursor: query.cursor };
}

/** Labels that must be there, each `key=value`; may be repeated. */
export const labelQuery = z
  .preprocess(
    (value) => (typeof value === "string" ? [value] : value),
    z.array(z.string().regex(/^[^=]+=/, "expected key=value")).max(LIMITS.labelsMax),
  )
  .optional()
  .openapi({ description: "A label `key=value` that must be there; may be repeated." });

/** What is asked for in examples, by its noun; of other nouns an id. */
const ADDRESSED: Readonly<Record<string, string>> = {
  target: "checkout",
  probe: "rack-a",
  channel: "on-call",
  maintenance: "disks",
  incident: "inc_4m2k9x0r7bq1c3ta",
  fold: "fold_3f5h7k9m1p4r6t8w",
  silence: "sil_5t7y9x1c3v8b2n4m",
  token: "tok_1q3w5e7r9t2y4x6z",
  notification: "msg_checkout-12-on-call",
};

const idOrName = (noun: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .openapi({ description: `Id or name of the ${noun}.`, example: ADDRESSED[noun] ?? "shop" });

/** `{id}` of a noun that is addressed by id or name. */
export function idParam(noun: string) {
  return z.object({ id: idOrName(noun) });
}

/** `{target}` in a path. */
export const targetParam = z.object({ target: idOrName("target") });

/** A JSON merge patch: any object. */
export const patchSchema = z
  .record(z.string(), z.unknown())
  .openapi({ description: "JSON merge patch (RFC 7396): null removes a field." });

/** A write that may be tried first. */
export const dryRunQuery = {
  dryRun: flag("`true`: all of it is checked and answered, and nothing is written.").optional(),
};

/** Condition of a write to what is there. */
export const matchHeaders = z.object({
  "if-match": z.string().max(1_000).optional().openapi({
    description: "ETags, or `*`: the write happens only if one is the present one (else 412).",
    example: '"3"',
  }),
});

/** Conditions of a write. */
export const conditionHeaders = matchHeaders.extend({
  "if-none-match": z.string().max(1_000).optional().openapi({
    description: "`*`: the write happens only if it does not exist yet (else 412).",
  }),
});

/** A POST that may be repeated safely. */
export const idempotencyHeaders = z.object({
  "idempotency-key": z.string().optional().openapi({
    description: "A repeated request with this key gets the first answer again, for a day.",
  }),
});
