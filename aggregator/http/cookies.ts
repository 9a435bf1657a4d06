/** The cookie of a browser session, and whether a request may have been made by another site. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { QuorateError } from "../../shared/errors.ts";
import type { AppEnv } from "./context.ts";
import type { Origins } from "./origins.ts";

const NAME = "quorate_session";

/** The secret in the cookie of a request; null when it carries none. */
export function sessionCookieOf(c: Context<AppEnv>): string | null {
  return getCookie(c, NAME) ?? null;
}

/** Gives the browser its cookie: no script reads it, and no other site's link or form sends it. */
export function setSessionCookie(
  c: Context<AppEnv>,
  { secret, maxAgeMs, secure }: { secret: string; maxAgeMs: number; secure: boolean },
): void {
  const maxAge = `Max-Age=${Math.max(0, Math.floor(maxAgeMs / 1_000))}`;
  const parts = [`${NAME}=${secret}`, "Path=/", maxAge, "HttpOnly", "SameSite=Strict"];
  c.header("Set-Cookie", [...parts, ...(secure ? ["Secure"] : [])].join("; "), { append: true });
}

/** Makes the browser forget its cookie. */
export function clearSessionCookie(c: Context<AppEnv>, secure: boolean): void {
  setSessionCookie(c, { secret: "", maxAgeMs: 0, secure });
}

/** Whether a method changes nothing (RFC 9110 section 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/**
 * Refuses a write that a page of another site may have made with the cookie of this one. Browsers
 * say where a request comes from in headers that no page can set: Sec-Fetch-Site, and Origin, which
 * older ones and plain HTTP have too. Source: https://www.w3.org/TR/fetch-metadata/
 */
export function refuseOtherSites(c: Context<AppEnv>, origins: Origins): void {
  if (isSafeMethod(c.req.method)) return;
  const site = c.req.header("sec-fetch-site");
  if (site === "same-origin") return;
  const origin = c.req.header("origin");
  if (site === undefined && origin !== undefined && origins.isOwn(c, origin)) return;
  const found = site ?? origin ?? "neither Sec-Fetch-Site nor Origin";
  const sentence = `A write with a browser session must come from a page of this server`;
  const advice = "From elsewhere use a token: Authorization: Bearer <token>.";
  const shown = JSON.stringify(found.slice(0, 100));
  throw new QuorateError("forbidden", `${sentence}; found ${shown}. ${advice}`);
}
