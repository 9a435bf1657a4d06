/** The public's door: status pages at /status/NAME, and at `/` of the hosts that they name. */
import type { Context, MiddlewareHandler } from "hono";
import type { Clock } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Log } from "../../shared/log.ts";
import type { StatusPage } from "../../shared/status-page.ts";
import type { StatusLevel } from "../../shared/status-view.ts";
import type { Store } from "../ports.ts";
import type { SignIn } from "./auth.ts";
import { badgeSvg } from "./badge.ts";
import type { AppEnv } from "./context.ts";
import type { Origins } from "./origins.ts";
import { createStatusAccess } from "./status-access.ts";
import type { StatusAccess } from "./status-access.ts";
import { createStatusCache } from "./status-cache.ts";
import type { StatusCache, StatusForm, StatusText } from "./status-cache.ts";
import type { StatusFrame, StatusRenderer } from "./status-renderer.ts";
import { createStatusViews } from "./status-view.ts";
import type { StatusViewDeps } from "./status-view.ts";

/** What the door works with. */
export interface StatusDoorDeps extends StatusViewDeps {
  store: StatusViewDeps["store"] & Pick<Store, "statusPages">;
  statusRenderer?: StatusRenderer | undefined;
  signIn: Pick<SignIn, "callerOf">;
  origins: Origins;
  publicUrl?: string | undefined;
  clock: Clock;
  log: Log;
}

const PATH =
  /^\/status\/([a-z0-9][a-z0-9-]{0,59})(\/|\.json|\/feed\.rss|\/feed\.atom|\/badge\.svg)?$/;

/** What paths of a host of a page's own stand for. */
const HOST_PATHS: Readonly<Record<string, string>> = {
  "/": "/",
  "/status.json": ".json",
  "/feed.rss": "/feed.rss",
  "/feed.atom": "/feed.atom",
  "/badge.svg": "/badge.svg",
};

/** Largest form with a password that is read. */
const FORM_BYTES_MAX = 4_096;

interface Place {
  page: StatusPage;
  /** Which form of it: `/` is the page itself. */
  part: string;
  frame: StatusFrame;
  /** Address of the page, for feeds. */
  url: string;
}

/** Creates the door: it answers requests for status pages, and without a renderer nothing. */
export function createStatusDoor(deps: StatusDoorDeps): MiddlewareHandler<AppEnv> {
  const answers = createAnswers(deps);
  return async (c, next) => (await answers(c)) ?? next();
}

/** Answers requests for status pages; null for all else. */
function createAnswers(deps: StatusDoorDeps): (c: Context<AppEnv>) => Promise<Response | null> {
  const { statusRenderer: renderer, store } = deps;
  if (renderer === undefined) return async () => null;
  const cache = createStatusCache({ views: createStatusViews(deps), clock: deps.clock });
  const access = createStatusAccess(deps);
  const answering = { ...deps, renderer, cache, access };
  return async (c) => {
    const isPath = c.req.path.startsWith("/status/");
    if (!isPath && !Object.hasOwn(HOST_PATHS, c.req.path)) return null;
    const place = await placeOf(c, deps);
    if (place !== null) return answer(c, place, answering);
    if (!isPath) return null;
    const frame = { title: "Quorate", locale: "en", base: "" } as const;
    const known = (await store.statusPages.all()).find(({ spec }) => spec.visibility === "public");
    const locale = known?.spec.locale ?? frame.locale;
    return pageOf(renderer, renderer.message("notFound", { ...frame, locale }), { status: 404 });
  };
}

async function placeOf(
  c: Context<AppEnv>,
  { store, publicUrl }: StatusDoorDeps,
): Promise<Place | null> {
  const pages = await store.statusPages.all();
  const { origin } = new URL(c.req.url);
  const [, name, part = "/"] = PATH.exec(c.req.path) ?? [];
  if (name !== undefined) {
    const page = pages.find(({ spec }) => spec.name === name);
    const root = publicUrl?.replace(/\/+$/, "") ?? origin;
    const base = `/status/${name}`;
    return page ? { page, part, frame: frameOf(page, base), url: root + base } : null;
  }
  const host = (c.req.header("host") ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
  const page = pages.find(({ spec }) => spec.hosts.includes(host));
  const own = HOST_PATHS[c.req.path];
  if (page === undefined || own === undefined) return null;
  return { page, part: own, frame: frameOf(page, ""), url: origin };
}

function frameOf({ spec }: StatusPage, base: string): StatusFrame {
  return { title: spec.title, locale: spec.locale, logo: spec.logo, base };
}

interface Answering extends StatusDoorDeps {
  renderer: StatusRenderer;
  cache: StatusCache;
  access: StatusAccess;
}

async function answer(c: Context<AppEnv>, place: Place, deps: Answering): Promise<Response | null> {
  const { renderer, cache, access, log } = deps;
  const { page, part, frame } = place;
  if (c.req.method === "POST" && part === "/") return enter(c, place, deps);
  if (c.req.method !== "GET" && c.req.method !== "HEAD") return null;
  if (!(await access.mayLook(c, page))) return refuse(place, renderer);
  try {
    const text = await cache.text(page, formOf(place, renderer));
    return textAnswer(c, text, { policy: renderer.policy, visibility: page.spec.visibility });
  } catch (error) {
    log.error({ page: page.spec.name, error: messageOf(error) }, "A status page cannot be shown.");
    return pageOf(renderer, renderer.message("unavailable", frame), { status: 503 });
  }
}

/** Machines get a plain refusal that they can act on, people a page. */
function refuse({ page, part, frame }: Place, renderer: StatusRenderer) {
  if (page.spec.visibility === "password" && part === "/") {
    return pageOf(renderer, renderer.password(frame, null), { status: 401 });
  }
  const isPassword = page.spec.visibility === "password";
  const scheme = isPassword ? "Basic" : "Bearer";
  const headers = new Headers({ "www-authenticate": `${scheme} realm="status"` });
  return pageOf(renderer, renderer.message("privatePage", frame), { status: 401, more: headers });
}

async function enter(c: Context<AppEnv>, place: Place, { renderer, access }: Answering) {
  const { page, frame } = place;
  const length = Number(c.req.header("content-length") ?? Number.NaN);
  if (page.spec.visibility !== "password" || !(length <= FORM_BYTES_MAX)) {
    return pageOf(renderer, renderer.message("notFound", frame), { status: 400 });
  }
  const form = new URLSearchParams((await c.req.text()).slice(0, FORM_BYTES_MAX));
  const said = { password: form.get("password") ?? "", path: frame.base };
  const found = await access.enter(c, page, said);
  if (found !== "right") {
    return pageOf(renderer, renderer.password(frame, found), {
      status: found === "tooMany" ? 429 : 401,
    });
  }
  // Seen by GET, so that a reload sends no password again.
  return c.redirect(frame.base === "" ? "/" : frame.base, 303);
}

const COLOURS: Readonly<Record<StatusLevel, string>> = {
  operational: "#1f7a4d",
  degraded: "#9a6a00",
  regional: "#b4540a",
  outage: "#b3261e",
  recovering: "#2a6f97",
  maintenance: "#2f5fb3",
  unknown: "#6b756f",
};

function formOf({ part, frame, url }: Place, renderer: StatusRenderer): StatusForm {
  const key = `${part} ${frame.base} ${url}`;
  switch (part) {
    case ".json":
      return { key, type: "application/json", make: (view) => `${JSON.stringify(view)}\n` };
    case "/feed.rss":
      return {
        key,
        type: "application/rss+xml; charset=utf-8",
        make: (view) => renderer.rss(view, { url }),
      };
    case "/feed.atom":
      return {
        key,
        type: "application/atom+xml; charset=utf-8",
        make: (view) => renderer.atom(view, { url }),
      };
    case "/badge.svg":
      return {
        key,
        type: "image/svg+xml",
        make: ({ title, level, locale }) =>
          badgeSvg({ label: title, word: renderer.word(level, locale), colour: COLOURS[level] }),
      };
    default:
      // The page does not name its own address, so one text serves every host.
      return { key: `/ ${frame.base}`, type: HTML, make: (view) => renderer.page(view, frame) };
  }
}

const HTML = "text/html; charset=utf-8";

function textAnswer(
  c: Context<AppEnv>,
  text: StatusText,
  { policy, visibility }: { policy: string; visibility: StatusPage["spec"]["visibility"] },
): Response {
  const zipped = /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
  const tag = `"${text.tag}${zipped ? "-gz" : ""}"`;
  const isPublic = visibility === "public";
  const headers = new Headers({
    "content-type": text.type,
    etag: tag,
    "cache-control": isPublic
      ? "public, max-age=5, stale-while-revalidate=30"
      : "private, no-cache",
    vary: isPublic ? "accept-encoding" : "accept-encoding, cookie, authorization",
  });
  if (text.type === HTML) headers.set("content-security-policy", policy);
  if (!isPublic) headers.set("x-robots-tag", "noindex");
  else if (text.type !== HTML) {
    // Badges, feeds and data are there to be shown on other sites.
    headers.set("access-control-allow-origin", "*");
    headers.set("cross-origin-resource-policy", "cross-origin");
  }
  const asked = (c.req.header("if-none-match") ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  if (asked.includes(tag)) return new Response(null, { status: 304, headers });
  if (zipped) headers.set("content-encoding", "gzip");
  return new Response(zipped ? bytesOf(text.gzip) : text.body, { headers });
}

/** A copy that owns its memory, as a body must. */
function bytesOf(body: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(body.byteLength);
  new Uint8Array(copy).set(body);
  return copy;
}

function pageOf(
  { policy }: Pick<StatusRenderer, "policy">,
  body: string,
  { status, more }: { status: number; more?: Headers },
): Response {
  const headers = new Headers(more);
  headers.set("content-type", HTML);
  headers.set("cache-control", "no-store");
  headers.set("content-security-policy", policy);
  return new Response(body, { status, headers });
}
