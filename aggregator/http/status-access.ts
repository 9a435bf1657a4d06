/** Who may look at a status page: everybody, who knows its password, or who may read all. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import { isPassword } from "../registry/passwords.ts";
import type { SignIn } from "./auth.ts";
import { isBound } from "./bounds.ts";
import type { AppEnv } from "./context.ts";
import type { Origins } from "./origins.ts";
import { isEnough } from "./permissions.ts";
import { createSignInLimit } from "./sign-in-limit.ts";

/** What access is decided with. */
export interface StatusAccessDeps {
  signIn: Pick<SignIn, "callerOf">;
  origins: Origins;
  clock: Clock;
}

/** What became of a password that somebody gave. */
export type PasswordAnswer = "right" | "wrongPassword" | "tooMany";

/** Decides who may look. */
export interface StatusAccess {
  mayLook(c: Context<AppEnv>, page: StatusPage): Promise<boolean>;
  /** Tries a password, and gives the browser a cookie when it is right. */
  enter(
    c: Context<AppEnv>,
    page: StatusPage,
    said: { password: string; path: string },
  ): Promise<PasswordAnswer>;
}

/** Passwords that were right in an Authorization header, so that feeds need not wait each time. */
const KNOWN_MAX = 1_000;

/** Creates it. */
export function createStatusAccess({ signIn, origins, clock }: StatusAccessDeps): StatusAccess {
  const limit = createSignInLimit(clock);
  const known = new Set<string>();

  async function tried(
    c: Context<AppEnv>,
    hash: string,
    password: string,
  ): Promise<PasswordAnswer> {
    const address = origins.addressOf(c);
    if (limit.blockedMs(address) > 0) return "tooMany";
    if (await isPassword(password, hash)) return "right";
    limit.failed(address);
    return "wrongPassword";
  }

  async function knowsPassword(c: Context<AppEnv>, page: StatusPage, hash: string) {
    const cookie = getCookie(c, cookieName(page)) ?? "";
    if (isCookieOf(page, hash, { cookie, nowMs: clock.wallMs() })) return true;
    const password = basicPassword(c.req.header("authorization"));
    if (password === null) return false;
    // Never the password itself, and of no use for another page or after a change.
    const mark = createHash("sha256").update(`${hash}\n${password}`).digest("base64");
    if (known.has(mark)) return true;
    if ((await tried(c, hash, password)) !== "right") return false;
    if (known.size >= KNOWN_MAX) known.clear();
    known.add(mark);
    return true;
  }

  async function mayRead(c: Context<AppEnv>): Promise<boolean> {
    try {
      const { caller } = await signIn.callerOf(c);
      return isEnough(caller.scope, "read") && !isBound(caller);
    } catch (error) {
      if (error instanceof QuorateError) return false;
      throw error;
    }
  }

  return {
    mayLook: async (c, page) => {
      const { passwordHash, spec } = page;
      if (spec.visibility === "public") return true;
      if (spec.visibility === "private") return mayRead(c);
      return passwordHash !== null && knowsPassword(c, page, passwordHash);
    },
    enter: async (c, page, { password, path }) => {
      if (page.passwordHash === null) return "wrongPassword";
      const answer = await tried(c, page.passwordHash, password);
      if (answer === "right") {
        const untilMs = clock.wallMs() + LIMITS.statusSignInMs;
        const value = cookieOf(page, page.passwordHash, untilMs);
        const cookie = { value, path, secure: origins.isHttps(c) };
        c.header("Set-Cookie", cookieText(page, cookie));
      }
      return answer;
    },
  };
}

function cookieText(
  page: StatusPage,
  { value, path, secure }: { value: string; path: string; secure: boolean },
): string {
  const parts = [`${cookieName(page)}=${value}`, `Path=${path === "" ? "/" : path}`];
  const age = `Max-Age=${Math.floor(LIMITS.statusSignInMs / 1_000)}`;
  return [...parts, age, "HttpOnly", "SameSite=Lax", ...(secure ? ["Secure"] : [])].join("; ");
}

const cookieName = ({ spec }: StatusPage): string => `quorate_status_${spec.name}`;

/** Signed with the hash of the password: it ends with that password, and no secret is kept. */
function cookieOf({ id }: StatusPage, hash: string, untilMs: number): string {
  const mark = createHmac("sha256", hash).update(`${id}.${untilMs}`).digest("base64url");
  return `${untilMs}.${mark}`;
}

function isCookieOf(
  page: StatusPage,
  hash: string,
  { cookie, nowMs }: { cookie: string; nowMs: number },
): boolean {
  const untilMs = Number(/^(\d{1,15})\./.exec(cookie)?.[1] ?? 0);
  if (untilMs <= nowMs) return false;
  const [found, expected] = [Buffer.from(cookie), Buffer.from(cookieOf(page, hash, untilMs))];
  return found.length === expected.length && timingSafeEqual(found, expected);
}

/** The password of an Authorization: Basic header, whatever the user; null when there is none. */
function basicPassword(header: string | undefined): string | null {
  const coded = /^Basic +([A-Za-z0-9+/=]{1,1000}) *$/i.exec(header ?? "")?.[1];
  if (coded === undefined) return null;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(coded, "base64").toString()) ?? [];
  return password ?? null;
}
