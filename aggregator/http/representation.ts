/**
 * What every read of the API has in common: sparse fields, and a validator (RFC 9110 section 8.8).
 *
 * What has a revision carries it as its ETag, which If-Match of a write asks for. Because such an
 * answer shows more than what was written (a verdict, a session), it is never answered with 304.
 * Every other answer has a weak ETag of what it shows, and If-None-Match saves sending it again.
 */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { z } from "zod";
import type { App, AppEnv } from "./context.ts";
import { readFields, thinned } from "./sparse.ts";
import type { FieldTree } from "./sparse.ts";

/** Schemas of the answers of reads, by "GET /api/v1/targets/:id". */
export type AnswerSchemas = ReadonlyMap<string, z.core.$ZodType>;

/** The schemas of what the reads of an app answer with 200. */
export function answerSchemasOf(app: App): Map<string, z.core.$ZodType> {
  const schemas = new Map<string, z.core.$ZodType>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route" || definition.route.method !== "get") continue;
    const answer: unknown = definition.route.responses?.[200];
    const found = answerSchema.safeParse(answer).data?.content["application/json"].schema;
    const path = definition.route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    if (found instanceof z.core.$ZodType) schemas.set(`GET ${path}`, found);
  }
  return schemas;
}

const answerSchema = z.object({
  content: z.object({ "application/json": z.object({ schema: z.unknown() }) }),
});

/** Creates the middleware; `schemas` may be filled later. */
export function createRepresentation(schemas: AnswerSchemas): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") return next();
    const fields = fieldsOf(c, schemas);
    await next();
    const type = c.res.headers.get("content-type") ?? "";
    if (c.res.status !== 200 || !type.startsWith("application/json")) {
      // Nobody reads the body of a HEAD: a stream of events would go on for nobody.
      if (c.req.method === "HEAD") await c.res.body?.cancel();
      return undefined;
    }
    const { headers } = c.res;
    if (fields === null && headers.has("etag")) return undefined;
    const whole = await c.res.text();
    const parsed: unknown = fields === null ? null : JSON.parse(whole);
    const text = fields === null ? whole : JSON.stringify(thinned(parsed, fields));
    c.res = undefined;
    if (!headers.has("etag")) {
      const etag = `W/"${createHash("sha1").update(text).digest("base64url")}"`;
      headers.set("etag", etag);
      if (isKnown(c.req.header("if-none-match"), etag)) {
        headers.delete("content-type");
        c.res = new Response(null, { status: 304, headers });
        return undefined;
      }
    }
    c.res = new Response(text, { status: 200, headers });
    return undefined;
  };
}

function fieldsOf(c: Context<AppEnv>, schemas: AnswerSchemas): FieldTree | null {
  const asked = c.req.query("fields");
  if (asked === undefined) return null;
  const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
  const schema = route === undefined ? undefined : schemas.get(`${route.method} ${route.path}`);
  return schema === undefined ? null : readFields(asked, schema);
}

/** Whether a caller has this representation already; weak tags are compared (section 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag.replace(/^W\//, ""));
}
