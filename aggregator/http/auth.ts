/** Who calls, and whether the caller's scope is enough for the route. */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Token } from "../ports.ts";
import type { BrowserSessionService } from "../registry/browser-sessions.ts";
import type { TokenService } from "../registry/tokens.ts";
import type { Auditor } from "./auditor.ts";
import { isBound, outsideBounds } from "./bounds.ts";
import { callerOfSession, callerOfToken } from "./caller.ts";
import type { Caller } from "./caller.ts";
import type { AppEnv } from "./context.ts";
import { clearSessionCookie, refuseOtherSites, sessionCookieOf } from "./cookies.ts";
import type { Fence } from "./fence.ts";
import type { Origins } from "./origins.ts";
import { isEnough, isForBound } from "./permissions.ts";
import type { RouteAccess } from "./permissions.ts";
import { createSignInLimit } from "./sign-in-limit.ts";

/** What signing in works with. */
export interface SignInDeps {
  tokens: Pick<TokenService, "verify">;
  browserSessions: Pick<BrowserSessionService, "verify">;
  origins: Origins;
  auditor: Pick<Auditor, "signedIn">;
  clock: Clock;
}

/** Checks what callers show. */
export interface SignIn {
  /** The token of a secret; throws unauthenticated, and counts who guesses. */
  checkSecret(c: Context<AppEnv>, secret: string): Promise<Token>;
  /** Whether a caller that was let in would be let in again. */
  isStillValid(caller: Caller, secret: string): Promise<boolean>;
  /** Who makes a request, by its header or its cookie; throws unauthenticated. */
  callerOf(c: Context<AppEnv>): Promise<{ caller: Caller; secret: string }>;
}

/** Creates what checks callers. */
export function createSignIn(deps: SignInDeps): SignIn {
  const { tokens, browserSessions, origins, auditor, clock } = deps;
  const limit = createSignInLimit(clock);
  /** Tokens that signed in before: they go on while somebody else at their address guesses. */
  const known = new Set<string>();

  async function checkSecret(c: Context<AppEnv>, secret: string): Promise<Token> {
    const address = origins.addressOf(c);
    const token = await tokens.verify(secret);
    const blockedMs = limit.blockedMs(address);
    if (blockedMs > 0 && (token === null || !known.has(token.id))) {
      c.header("Retry-After", String(Math.ceil(blockedMs / 1_000)));
      const sentence = "Too many wrong tokens came from this address.";
      throw new QuorateError("too_many_requests", `${sentence} Wait a minute and try again.`);
    }
    if (token === null) {
      limit.failed(address);
      await auditor.signedIn(c, "", "unauthenticated");
      c.header("WWW-Authenticate", 'Bearer realm="quorate", error="invalid_token"');
      const sentence = "The token is not known, was deleted, or has expired.";
      throw new QuorateError("unauthenticated", `${sentence} Ask an admin for a new one.`);
    }
    if (known.size >= LIMITS.tokensMax) known.clear();
    known.add(token.id);
    return token;
  }

  async function checkCookie(c: Context<AppEnv>, secret: string): Promise<Caller> {
    const session = await browserSessions.verify(secret);
    if (session !== null) {
      const caller = callerOfSession(session);
      c.set("token", caller);
      refuseOtherSites(c, origins);
      return caller;
    }
    clearSessionCookie(c, origins.isHttps(c));
    throw new QuorateError("unauthenticated", "The browser session is over. Sign in again.");
  }

  return {
    checkSecret,
    isStillValid: async ({ via }, secret) => {
      const found = await (via === "token" ? tokens : browserSessions).verify(secret);
      return found !== null;
    },
    callerOf: async (c) => {
      const cookie = c.req.header("authorization") === undefined ? sessionCookieOf(c) : null;
      if (cookie !== null) return { caller: await checkCookie(c, cookie), secret: cookie };
      const secret = bearerOf(c);
      return { caller: callerOfToken(await checkSecret(c, secret)), secret };
    },
  };
}

/** Paths of which every operation needs a scope; one that names none is for admins. */
const GUARDED = /^\/(?:api\/v1|verdict|badge)(?:\/|$)/;

/**
 * Refuses callers without a token or session, with a bad one, or with too small a scope. What each
 * route needs is found by "GET /api/v1/targets/:id".
 */
export function createGuard(
  { callerOf }: Pick<SignIn, "callerOf">,
  { access, fence }: { access: ReadonlyMap<string, RouteAccess>; fence: Pick<Fence, "run"> },
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    if (route === undefined) return next();
    const operation = `${route.method} ${route.path}`;
    const needed = access.get(operation) ?? (GUARDED.test(c.req.path) ? "admin" : "open");
    if (needed === "open") return next();
    const { caller, secret } = await callerOf(c);
    // Who is refused from here on is known, and told in the audit log.
    c.set("token", caller);
    if (!isEnough(caller.scope, needed)) {
      const sentence = `This needs a token of scope ${needed}; yours has scope ${caller.scope}.`;
      throw new QuorateError("forbidden", sentence);
    }
    if (isBound(caller) && !isForBound(operation)) throw outsideBounds(caller);
    c.set("secret", secret);
    return fence.run(caller, next);
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
