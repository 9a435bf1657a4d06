/** Headers of every answer: what browsers may do with it, and who else may ask. */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./context.ts";
import type { Origins } from "./origins.ts";

/** For answers that say nothing else: pages have a policy of their own. */
const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** A year, as browsers' preload lists ask for; subdomains may be somebody else's. */
const STRICT_TRANSPORT = "max-age=31536000";

/** Adds what is not there; over TLS, that it stays so (RFC 6797). */
export function createSecurityHeaders(origins: Origins): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (origins.isHttps(c)) headers.set("strict-transport-security", STRICT_TRANSPORT);
  };
}

/** What a page of another site may send, and read of the answer. */
const ASKED = {
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, if-match, if-none-match, idempotency-key, last-event-id",
  "access-control-max-age": "600",
};
const EXPOSED = "etag, location, retry-after, x-quorate-verdict, idempotent-replayed";

/**
 * Lets pages of other sites ask with a token of theirs; cookies are never theirs to use, so
 * credentials are not allowed. Source: https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function createCors(sites: readonly string[]): MiddlewareHandler<AppEnv> {
  const allowed = new Set(sites);
  return async (c, next) => {
    if (allowed.size === 0) return next();
    const origin = c.req.header("origin");
    const isAllowed = origin !== undefined && allowed.has(origin);
    const isPreflight = c.req.header("access-control-request-method") !== undefined;
    if (isAllowed && isPreflight && c.req.method === "OPTIONS") {
      const headers = { ...ASKED, "access-control-allow-origin": origin, vary: "Origin" };
      return new Response(null, { status: 204, headers });
    }
    await next();
    c.res.headers.append("vary", "Origin");
    if (!isAllowed) return undefined;
    c.res.headers.set("access-control-allow-origin", origin);
    c.res.headers.set("access-control-expose-headers", EXPOSED);
    return undefined;
  };
}
