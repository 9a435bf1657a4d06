/** Serves the dashboard: its page at every path of its own, its files under /assets for ever. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleDashboard } from "./bundle.ts";

/** Answers a request for a page for people; null when it is for somebody else. */
export type DashboardDoor = (request: Request) => Promise<Response | null>;

interface ServedFile {
  body: Uint8Array;
  gzip: Uint8Array | null;
  brotli: Uint8Array | null;
}

type ServedFiles = ReadonlyMap<string, ServedFile>;

/** Paths that the page itself answers; what follows is the page's business. */
const PAGES = /^\/(?:$|(?:targets|matrix|mesh|incidents|settings|sign-in|start)(?:\/|$))/;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** Nothing but its own files, and nothing written into the page runs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** The mark: three witnesses of one thing, two of which agree. */
const FAVICON = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">',
  '<rect width="32" height="32" rx="8" fill="#1f7a4d"/>',
  '<circle cx="16" cy="9.5" r="4" fill="#fff"/><circle cx="9" cy="21.5" r="4" fill="#fff"/>',
  '<circle cx="23" cy="21.5" r="3" fill="none" stroke="#fff" stroke-width="2"/></svg>',
].join("");

/**
 * Opens the dashboard: what `npm run build` made, or, in the source tree, what is bundled at the
 * first request.
 */
export function openDashboard(): DashboardDoor {
  let files: Promise<ServedFiles> | null = null;
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const { pathname } = new URL(request.url);
    if (pathname === "/favicon.svg" || pathname === "/favicon.ico") return favicon();
    const path = PAGES.test(pathname) ? "index.html" : pathname.slice(1);
    if (path !== "index.html" && !path.startsWith("assets/")) return null;
    files ??= loadFiles();
    const file = (await files).get(path);
    return file === undefined ? null : answer(path, file, request);
  };
}

async function loadFiles(): Promise<ServedFiles> {
  const folder = fileURLToPath(new URL("./files/", import.meta.url));
  if (!existsSync(folder)) {
    const source = fileURLToPath(new URL("./app/", import.meta.url));
    const bundled = await bundleDashboard(source);
    return new Map(bundled.map(({ path, body }) => [path, { body, gzip: null, brotli: null }]));
  }
  const paths = ["index.html", ...readdirSync(`${folder}assets`).map((name) => `assets/${name}`)];
  const read = (path: string) => (existsSync(folder + path) ? readFileSync(folder + path) : null);
  return new Map(
    paths
      .filter((path) => !/\.(?:gz|br)$/.test(path))
      .map((path) => {
        const packed = { gzip: read(`${path}.gz`), brotli: read(`${path}.br`) };
        return [path, { body: readFileSync(folder + path), ...packed }];
      }),
  );
}

function favicon(): Response {
  const headers = { "content-type": "image/svg+xml", "cache-control": "public, max-age=86400" };
  return new Response(FAVICON, { headers });
}

function answer(path: string, file: ServedFile, request: Request): Response {
  const isPage = path === "index.html";
  const headers = new Headers({
    "content-type": TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    // A file's name changes with its content; the page names the files, so it is asked for anew.
    "cache-control": isPage ? "no-cache" : "public, max-age=31536000, immutable",
    vary: "accept-encoding",
  });
  if (isPage) {
    headers.set("content-security-policy", POLICY);
    headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    headers.set("cross-origin-opener-policy", "same-origin");
  }
  const accepted = request.headers.get("accept-encoding") ?? "";
  const packed = /\bbr\b/.test(accepted) ? file.brotli : null;
  if (packed !== null) headers.set("content-encoding", "br");
  const zipped = packed === null && /\bgzip\b/.test(accepted) ? file.gzip : null;
  if (zipped !== null) headers.set("content-encoding", "gzip");
  return new Response(bytes(packed ?? zipped ?? file.body), { headers });
}

/** A copy that owns its memory, as a body must. */
function bytes(body: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(body.byteLength);
  new Uint8Array(copy).set(body);
  return copy;
}
