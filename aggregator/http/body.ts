/** Bodies at the door: small enough, of the right type, and JSON, before a route sees them. */
import { bodyLimit } from "hono/body-limit";
import type { MiddlewareHandler } from "hono";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { AppEnv } from "./context.ts";
import { jsonDepth, jsonFaultSentence } from "./json-text.ts";

const JSON_TYPE = /^application\/(?:merge-patch\+)?json\s*(?:;|$)/i;

/** Refuses a body that is too large; `paths` may have a larger one, for many at once. */
export function limitBody(paths: readonly string[] = []): MiddlewareHandler<AppEnv> {
  const usual = limitOf(LIMITS.bodyBytesMax);
  const large = limitOf(LIMITS.bulkBodyBytesMax);
  return (c, next) => (paths.includes(c.req.path) ? large : usual)(c, next);
}

function limitOf(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: (c) => {
      // The rest of the body is not read, so the connection cannot be used again.
      c.header("Connection", "close");
      const sentence = `The body is larger than ${maxSize} bytes, which is the most.`;
      throw new QuorateError("too_large", sentence);
    },
  });
}

/** Refuses a body that is not JSON, and says where it stops to be. */
export const checkBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return next();
  const type = c.req.header("content-type");
  const text = await c.req.text();
  if (text === "") {
    // Clients say the type of a body also where they send none, and a DELETE needs none.
    const isPromised = type !== undefined && JSON_TYPE.test(type);
    if (!isPromised || c.req.method === "DELETE") return next();
    throw new QuorateError("bad_request", "The body is empty; expected JSON.");
  }
  if (type === undefined || !JSON_TYPE.test(type)) {
    const found = type === undefined ? "no content-type" : JSON.stringify(type.slice(0, 100));
    const sentence = `Expected content-type application/json; found ${found}.`;
    throw new QuorateError("unsupported_media_type", sentence);
  }
  if (jsonDepth(text) > LIMITS.jsonDepthMax) {
    const sentence = `The body is nested deeper than ${LIMITS.jsonDepthMax} levels.`;
    throw new QuorateError("bad_request", sentence);
  }
  if (!isJson(text)) {
    const where = jsonFaultSentence(text);
    throw new QuorateError("bad_request", `The body is not valid JSON at ${where}.`);
  }
  return next();
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
