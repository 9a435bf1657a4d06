/** Cookies of one look (RFC 6265): kept from one answer to the next request, then forgotten. */
import { isIP } from "node:net";
import { LIMITS } from "../../shared/limits.ts";

/** The cookies of a look. */
export interface CookieJar {
  /** Keeps what the Set-Cookie headers of an answer say. */
  keep(url: URL, headers: readonly string[], nowMs: number): void;
  /** The value of the Cookie header for a URL; undefined if no cookie is for it. */
  header(url: URL): string | undefined;
}

interface Cookie {
  name: string;
  value: string;
  domain: string;
  /** Whether only the very host that set it gets it back. */
  hostOnly: boolean;
  path: string;
  secure: boolean;
}

/** Creates an empty jar of at most LIMITS.checkCookiesMax cookies. */
export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    keep(url, headers, nowMs) {
      for (const header of headers) {
        const read = parseCookie(url, header, nowMs);
        if (read === undefined) continue;
        const key = `${read.cookie.domain} ${read.cookie.path} ${read.cookie.name}`;
        cookies.delete(key);
        if (!read.expired && cookies.size < LIMITS.checkCookiesMax) cookies.set(key, read.cookie);
      }
    },
    header(url) {
      const fitting = [...cookies.values()].filter((cookie) => fits(cookie, url));
      // Longer paths first (RFC 6265 5.4).
      fitting.sort((left, right) => right.path.length - left.path.length);
      if (fitting.length === 0) return undefined;
      return fitting.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
  };
}

function fits(cookie: Cookie, url: URL): boolean {
  const host = url.hostname;
  const forHost =
    host === cookie.domain || (!cookie.hostOnly && host.endsWith(`.${cookie.domain}`));
  if (!forHost || (cookie.secure && url.protocol !== "https:")) return false;
  const { pathname } = url;
  if (pathname === cookie.path) return true;
  const folder = cookie.path.endsWith("/") ? cookie.path : `${cookie.path}/`;
  return pathname.startsWith(folder);
}

function parseCookie(
  url: URL,
  header: string,
  nowMs: number,
): { cookie: Cookie; expired: boolean } | undefined {
  const [pair = "", ...attributes] = header.split(";");
  const equals = pair.indexOf("=");
  const name = pair.slice(0, equals).trim();
  if (equals < 1 || name === "" || header.length > LIMITS.checkCookieCharsMax) return undefined;
  const cookie: Cookie = {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: url.hostname,
    hostOnly: true,
    path: url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/"))),
    secure: false,
  };
  const said = attributesOf(attributes);
  const domain = said.get("domain")?.replace(/^\./, "").toLowerCase() ?? "";
  if (domain !== "") {
    if (!mayCover(domain, url.hostname)) return undefined;
    cookie.domain = domain;
    cookie.hostOnly = isIP(domain) !== 0;
  }
  const path = said.get("path") ?? "";
  if (path.startsWith("/")) cookie.path = path;
  cookie.secure = said.has("secure");
  return { cookie, expired: isExpired(said, nowMs) };
}

/** A host may speak for itself and for a parent domain that has a dot: never for all of "com". */
function mayCover(domain: string, host: string): boolean {
  if (domain === host) return true;
  return domain.includes(".") && isIP(host) === 0 && host.endsWith(`.${domain}`);
}

function attributesOf(attributes: readonly string[]): Map<string, string> {
  return new Map(
    attributes.map((attribute) => {
      const equals = attribute.indexOf("=");
      const name = equals < 0 ? attribute : attribute.slice(0, equals);
      const value = equals < 0 ? "" : attribute.slice(equals + 1);
      return [name.trim().toLowerCase(), value.trim()] as const;
    }),
  );
}

/** Max-Age wins over Expires; a time that cannot be read is none (RFC 6265 5.3). */
function isExpired(said: ReadonlyMap<string, string>, nowMs: number): boolean {
  const maxAge = said.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expiresMs = Date.parse(said.get("expires") ?? "");
  return Number.isFinite(expiresMs) && expiresMs <= nowMs;
}
