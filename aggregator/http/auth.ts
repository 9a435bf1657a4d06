/** Who calls, and whether the token's scope is enough for the route. */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Token, TokenScope } from "../ports.ts";
import type { TokenService } from "../registry/tokens.ts";
import type { AppEnv } from "./context.ts";
import { createSignInLimit } from "./sign-in-limit.ts";

/**
 * Scopes a route may need. Of `read`, `write` and `admin` each includes those before it; `calls` is
 * that of machines which report business calls, and who may write may do that too.
 */
const ROUTE_SCOPES = ["calls", "read", "write", "admin"] as const;

/** The scope a route needs. */
export type RouteScope = (typeof ROUTE_SCOPES)[number];

/** Whether a value is the scope of a route. */
export function isRouteScope(value: unknown): value is RouteScope {
  return ROUTE_SCOPES.some((scope) => scope === value);
}

/** What signing in works with. */
export interface SignInDeps {
  tokens: Pick<TokenService, "verify">;
  clock: Clock;
  /** The scope of each route, by "GET /api/v1/targets/:id"; a route without one is refused. */
  scopes: ReadonlyMap<string, RouteScope>;
}

/** Refuses callers without a token, with a bad one, or with too small a scope. */
export function createSignIn({ tokens, clock, scopes }: SignInDeps): MiddlewareHandler<AppEnv> {
  const limit = createSignInLimit(clock);
  /** Tokens that signed in before: they go on while somebody else at their address guesses. */
  const known = new Set<string>();

  async function signIn(c: Context<AppEnv>): Promise<Token> {
    const secret = bearerOf(c);
    const address = c.env?.incoming?.socket.remoteAddress ?? "unknown";
    const token = await tokens.verify(secret);
    const blockedMs = limit.blockedMs(address);
    if (blockedMs > 0 && (token === null || !known.has(token.id))) {
      c.header("Retry-After", String(Math.ceil(blockedMs / 1_000)));
      const sentence = "Too many wrong tokens came from this address.";
      throw new QuorateError("too_many_requests", `${sentence} Wait a minute and try again.`);
    }
    if (token === null) {
      limit.failed(address);
      c.header("WWW-Authenticate", 'Bearer realm="quorate", error="invalid_token"');
      const sentence = "The token is not known, was deleted, or has expired.";
      throw new QuorateError("unauthenticated", `${sentence} Ask an admin for a new one.`);
    }
    if (known.size >= LIMITS.tokensMax) known.clear();
    known.add(token.id);
    c.set("secret", secret);
    return token;
  }

  return async (c, next) => {
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    if (route === undefined) return next();
    const token = await signIn(c);
    const needed = scopes.get(`${route.method} ${route.path}`) ?? "admin";
    if (!isEnough(token.scope, needed)) {
      const sentence = `This needs a token of scope ${needed}; yours has scope ${token.scope}.`;
      throw new QuorateError("forbidden", sentence);
    }
    c.set("token", token);
    return next();
  };
}

function bearerOf(c: Context<AppEnv>): string {
  const header = c.req.header("authorization");
  const secret = /^Bearer +([^\s,]+) *$/i.exec(header ?? "")?.[1];
  if (secret !== undefined) return secret;
  c.header("WWW-Authenticate", 'Bearer realm="quorate"');
  const found = header === undefined ? "no Authorization header" : "another form of it";
  const sentence = `Expected "Authorization: Bearer <token>"; found ${found}.`;
  throw new QuorateError("unauthenticated", sentence);
}

/** Admin does all, write implies read; probe and calls are for machines, each for one thing. */
function isEnough(scope: TokenScope, needed: RouteScope): boolean {
  if (needed === "calls") return scope === "calls" || scope === "write" || scope === "admin";
  if (scope === "probe" || scope === "calls") return false;
  return ROUTE_SCOPES.indexOf(scope) >= ROUTE_SCOPES.indexOf(needed);
}
