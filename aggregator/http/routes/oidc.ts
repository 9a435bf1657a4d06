/** /auth/oidc: a person signs in at the identity provider; pages, and no part of the API. */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { html } from "hono/html";
import { ERRORS, QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { randomText } from "../../../shared/random.ts";
import { callerOfSession } from "../caller.ts";
import type { App, AppEnv, RouteContext } from "../context.ts";
import { setSessionCookie } from "../cookies.ts";
import { createOidcProvider } from "../oidc.ts";
import type { OidcProvider, PendingLogin } from "../oidc.ts";

/** Where a browser begins. */
export const OIDC_LOGIN_PATH = "/auth/oidc/login";

const CALLBACK_PATH = "/auth/oidc/callback";
const COOKIE = "quorate_login";
const LOGIN_MS = 600_000;

/** Sign-ins that were begun and did not come back yet, by the hash of their cookie. */
type Pending = Map<string, PendingLogin & { untilMs: number; returnTo: string }>;

/** Adds the routes, where there is an identity provider. */
export function addOidc(app: App, context: RouteContext): void {
  const { oidc, publicUrl } = context;
  if (oidc === undefined || publicUrl === undefined) return;
  const outside = publicUrl.replace(/\/+$/, "");
  const redirectUri = `${outside}${CALLBACK_PATH}`;
  const base = new URL(outside).pathname.replace(/\/+$/, "");
  const provider = createOidcProvider({ ...oidc, redirectUri });
  const pending: Pending = new Map();
  app.get(OIDC_LOGIN_PATH, (c) => paged(c, () => begin(c, { context, provider, pending, base })));
  app.get(CALLBACK_PATH, (c) => paged(c, () => told(c, { context, provider, pending, base })));
}

interface Parts {
  context: RouteContext;
  provider: OidcProvider;
  pending: Pending;
  /** Path of the outside address, where a proxy has one; empty: none. */
  base: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

async function begin(c: Context<AppEnv>, { context, provider, pending }: Parts): Promise<Response> {
  const { url, login } = await provider.begin();
  const key = randomText(context.random, 32);
  const untilMs = context.clock.wallMs() + LOGIN_MS;
  pending.set(digest(key), { ...login, untilMs, returnTo: returnPathOf(c.req.query("return")) });
  for (const oldest of pending.keys()) {
    if (pending.size <= LIMITS.oidcLoginsMax) break;
    pending.delete(oldest);
  }
  setLoginCookie(c, context, key);
  return c.redirect(url.href, 302);
}

/** Finishes, and has it told when that fails. */
async function told(c: Context<AppEnv>, parts: Parts): Promise<Response> {
  try {
    return await finish(c, parts);
  } catch (error) {
    const code = error instanceof QuorateError ? error.code : "internal";
    await parts.context.signedIn(c, "", code);
    throw error;
  }
}

async function finish(c: Context<AppEnv>, parts: Parts): Promise<Response> {
  const { context, provider, pending, base } = parts;
  const { origins, registry, clock } = context;
  const key = digest(getCookie(c, COOKIE) ?? "");
  const login = pending.get(key);
  // Once only: a code that is shown again is not taken again.
  pending.delete(key);
  setLoginCookie(c, context, "");
  if (login === undefined || login.untilMs <= clock.wallMs()) {
    const sentence = "This sign-in was not begun in this browser within the last 10 minutes.";
    throw new QuorateError("forbidden", `${sentence} Begin again.`);
  }
  const { who, scope } = await provider.finish(new URL(c.req.url).search, login);
  const address = origins.addressOf(c);
  const wanted = { who, scope, labels: {}, tokenId: null, address, untilMs: null };
  const { session, secret } = await registry.browserSessions.open(wanted);
  await context.signedIn(c, callerOfSession(session), "");
  const maxAgeMs = session.expiresAtMs - clock.wallMs();
  setSessionCookie(c, { secret, maxAgeMs, secure: origins.isHttps(c) });
  const to = `${base}${login.returnTo}`;
  // A page and no redirect: a cookie that is SameSite=Strict is not sent along a chain that began
  // at another site, and this one began at the provider.
  return page(c, 200, { title: "Signed in", sentence: `Signed in as ${who}.`, to });
}

/** SameSite=Lax: it must be there when the provider sends the browser back. */
function setLoginCookie(c: Context<AppEnv>, { origins }: RouteContext, key: string): void {
  const maxAge = key === "" ? 0 : LOGIN_MS / 1_000;
  const secure = origins.isHttps(c) ? "; Secure" : "";
  const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
  c.header("Set-Cookie", `${COOKIE}=${key}; ${attributes}`, { append: true });
}

/** A path of this server to go on to; anything else leads to the first page. */
function returnPathOf(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\w\-./~%?=&]{0,500}$/.test(path) ? path : "/";
}

/** Answers an error as a page: who meets it sits at a browser. */
async function paged(c: Context<AppEnv>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    return page(c, ERRORS[error.code].status, {
      title: "Not signed in",
      sentence: error.message,
      to: null,
    });
  }
}

interface Page {
  title: string;
  sentence: string;
  /** Path to go on to; null: stay. */
  to: string | null;
}

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function page(
  c: Context<AppEnv>,
  status: 200 | (typeof ERRORS)[keyof typeof ERRORS]["status"],
  { title, sentence, to }: Page,
): Promise<Response> {
  const goOn = to === null ? "" : html`<meta http-equiv="refresh" content="0;url=${to}" />`;
  const body = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        ${goOn}
      </head>
      <body>
        <h1>${title}</h1>
        <p>${sentence}</p>
        <p><a href="${to ?? "/"}">Go on</a></p>
      </body>
    </html>`;
  return c.html(body, status, { "content-security-policy": POLICY });
}
