/** /api/v1/session: a person at a browser signs in and out; /api/v1/sessions: who is signed in. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { browserSessionPageSchema, sessionSchema } from "../../../shared/api/session.ts";
import { signInMethodsSchema, signInSchema } from "../../../shared/api/session.ts";
import { isoTime } from "../../../shared/clock.ts";
import { QuorateError } from "../../../shared/errors.ts";
import type { PersonScope, TokenScope } from "../../ports.ts";
import { callerOfSession, callerOfToken } from "../caller.ts";
import type { App, AppEnv, RouteContext } from "../context.ts";
import { clearSessionCookie, refuseOtherSites } from "../cookies.ts";
import { sessionCookieOf, setSessionCookie } from "../cookies.ts";
import { alsoFails, idParam, json, jsonBody, needs, open } from "../describe.ts";
import { pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage, pageInMemory } from "../lists.ts";
import { OIDC_LOGIN_PATH } from "./oidc.ts";
import { browserSessionView } from "../views-access.ts";

const tags = ["sessions"];
const PATH = "/api/v1/session";

const signIn = createRoute({
  ...open,
  ...alsoFails("unauthenticated", "forbidden", "too_many_requests"),
  method: "post",
  path: PATH,
  tags,
  summary: "Sign a browser in with a token: the answer sets a cookie that is accepted as one",
  description:
    "No script can read the cookie, and no other site can use it. It ends with the token, after " +
    "12 hours without a request, and after 7 days, unless the aggregator was told otherwise.",
  request: { body: jsonBody(signInSchema, "The token.") },
  responses: { 204: { description: "Signed in." }, ...problems },
});

const getSession = createRoute({
  ...needs("read"),
  method: "get",
  path: PATH,
  tags,
  summary: "Get who calls, by a cookie or a token",
  description: "What a page asks first: 401 says that it has to sign in.",
  responses: { 200: json(sessionSchema, "Who calls."), ...problems },
});

const signOut = createRoute({
  ...open,
  ...alsoFails("forbidden"),
  method: "delete",
  path: PATH,
  tags,
  summary: "Sign the browser out; without a session nothing happens",
  description: "The session is void at once, its open streams end, and the cookie is forgotten.",
  responses: { 204: { description: "Signed out." }, ...problems },
});

const getMethods = createRoute({
  ...open,
  method: "get",
  path: "/auth/methods",
  tags,
  summary: "Get how a person can sign in here",
  description: "For the page that signs people in; anybody may ask.",
  responses: { 200: json(signInMethodsSchema, "The methods."), ...problems },
});

const listSessions = createRoute({
  ...needs("admin"),
  method: "get",
  path: "/api/v1/sessions",
  tags,
  summary: "List browsers that are signed in, by id",
  description: "Sessions that are not over, with who opened them from where; never a cookie.",
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(browserSessionPageSchema, "One page."), ...problems },
});

const deleteSession = createRoute({
  ...needs("admin"),
  method: "delete",
  path: "/api/v1/sessions/{id}",
  tags,
  summary: "Sign a browser out, from here",
  description: "The session is void at once, and its open streams end.",
  request: { params: idParam("session") },
  responses: { 204: { description: "Signed out." }, ...problems },
});

const isPersonScope = (scope: TokenScope): scope is PersonScope =>
  scope === "admin" || scope === "write" || scope === "read";

/** Adds the routes. */
export function addSession(app: App, context: RouteContext): void {
  const { registry, origins, clock } = context;
  const { browserSessions } = registry;

  /** Ends the session that the browser has; a new one never goes on under the old cookie. */
  async function endPresent(c: Context<AppEnv>): Promise<void> {
    const cookie = sessionCookieOf(c);
    const present = cookie === null ? null : await browserSessions.verify(cookie);
    if (present === null) return;
    c.set("token", callerOfSession(present));
    await browserSessions.delete(present.id);
  }

  app.openapi(signIn, async (c) => {
    // A page of another site must not sign its visitors in, under whatever token.
    if (c.req.header("origin") !== undefined) refuseOtherSites(c, origins);
    const token = await context.checkSecret(c, c.req.valid("json").token);
    const { id, name, scope, labels, expiresAtMs } = token;
    await endPresent(c);
    c.set("token", callerOfToken(token));
    if (!isPersonScope(scope)) {
      const sentence = `A browser session needs a token of scope read, write or admin`;
      throw new QuorateError("forbidden", `${sentence}; this one has scope ${scope}.`);
    }
    const address = origins.addressOf(c);
    const of = { who: name, scope, labels, tokenId: id, address, untilMs: expiresAtMs };
    const { session, secret } = await browserSessions.open(of);
    const maxAgeMs = session.expiresAtMs - clock.wallMs();
    setSessionCookie(c, { secret, maxAgeMs, secure: origins.isHttps(c) });
    return c.body(null, 204);
  });

  app.openapi(getSession, (c) => {
    const { name, scope, labels, via, expiresAtMs } = c.get("token");
    if (!isPersonScope(scope)) throw new QuorateError("forbidden", "This is for people.");
    const expiresAt = expiresAtMs === null ? null : isoTime(expiresAtMs);
    return c.json({ who: name, scope, labels, via, expiresAt, csrf: "none" as const }, 200);
  });

  app.openapi(signOut, async (c) => {
    if (sessionCookieOf(c) !== null) refuseOtherSites(c, origins);
    await endPresent(c);
    clearSessionCookie(c, origins.isHttps(c));
    return c.body(null, 204);
  });

  app.openapi(getMethods, (c) => {
    const { oidc, publicUrl } = context;
    const isHere = oidc !== undefined && publicUrl !== undefined;
    const methods = isHere ? { loginPath: OIDC_LOGIN_PATH, issuer: oidc.issuer } : null;
    return c.json({ token: true as const, oidc: methods }, 200);
  });

  addSessionList(app, context);
}

/** What admins do with the sessions of others. */
function addSessionList(app: App, { registry }: RouteContext): void {
  const { browserSessions } = registry;

  app.openapi(listSessions, async (c) => {
    const query = pageOfQuery(c.req.valid("query"));
    const page = pageInMemory(await browserSessions.list(), query, ({ id }) => id);
    return c.json(apiPage(page, browserSessionView), 200);
  });

  app.openapi(deleteSession, async (c) => {
    await browserSessions.delete(c.req.valid("param").id);
    return c.body(null, 204);
  });
}
