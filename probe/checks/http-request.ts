/** The request of one hop, written once as bytes, and the hop that a redirect leads to. */
import type { Destination } from "./connect.ts";
import type { HttpOptions } from "./http-options.ts";
import { secretForms } from "./secrets.ts";
import type { TlsPlan } from "./tls.ts";

/** One request to one origin. */
export interface Hop {
  url: URL;
  method: string;
  destination: Destination;
  /** The whole request, ready to be written. */
  bytes: Buffer;
  /** True once a redirect led to another origin: credentials stay behind from there on. */
  foreign: boolean;
}

/** What the hops of one check have in common. */
export interface HopPlan {
  options: HttpOptions;
  /** TLS as the options say, for the origin of the URL. */
  tls: TlsPlan;
}

/** The first hop of a check. */
export function firstHop(plan: HopPlan): Hop {
  const { options } = plan;
  const url = new URL(options.url);
  return hopTo(plan, { url, method: options.method, foreign: false, body: options.body });
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether a status sends the client elsewhere. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The hop that `location` leads to; undefined if it is no http URL. The method changes as the
 * fetch standard says: 303 becomes GET, and so does a POST after 301 and 302.
 */
export function nextHop(plan: HopPlan, from: Hop, answer: RedirectAnswer): Hop | undefined {
  const { status, location } = answer;
  if (!URL.canParse(location, from.url.href)) return undefined;
  const url = new URL(location, from.url);
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    return undefined;
  }
  const toGet =
    (status === 303 && from.method !== "HEAD") ||
    ((status === 301 || status === 302) && from.method === "POST");
  const foreign = from.foreign || url.origin !== from.url.origin;
  const method = toGet ? "GET" : from.method;
  const keepsBody = !toGet && from.method === plan.options.method;
  return hopTo(plan, { url, method, foreign, body: keepsBody ? plan.options.body : undefined });
}

/** The part of an answer that leads elsewhere. */
export interface RedirectAnswer {
  status: number;
  location: string;
}

interface HopParts {
  url: URL;
  method: string;
  foreign: boolean;
  body: string | undefined;
}

function hopTo(plan: HopPlan, parts: HopParts): Hop {
  const { url, method, foreign } = parts;
  const { family, resolver, sourceAddress } = plan.options;
  const secure = url.protocol === "https:";
  const tls = foreign ? { ...plan.tls, serverName: undefined } : plan.tls;
  const destination: Destination = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (secure ? 443 : 80)),
    family,
    resolver,
    sourceAddress,
    tls: secure ? tls : undefined,
  };
  return { url, method, foreign, destination, bytes: requestBytes(plan.options, parts) };
}

/** Header values are Latin-1 on the wire (RFC 9110 5.5), the body is UTF-8. */
function requestBytes(options: HttpOptions, parts: HopParts): Buffer {
  const { url, method, foreign, body } = parts;
  const headers = new Map<string, string>([
    ["host", url.host],
    ["user-agent", "quorate"],
    ["accept", "*/*"],
  ]);
  for (const [name, value] of Object.entries(options.headers)) {
    const lower = name.toLowerCase();
    if (foreign && lower === "host") continue;
    headers.set(lower, value);
  }
  if (!foreign) addSecrets(headers, options);
  headers.set("connection", "close");
  const content = Buffer.from(body ?? "");
  const hasBody = body !== undefined || method === "POST" || method === "PUT" || method === "PATCH";
  if (hasBody) headers.set("content-length", String(content.length));
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), content]);
}

function addSecrets(headers: Map<string, string>, options: HttpOptions): void {
  const { bearerToken, basicAuth, secretHeaders } = options;
  for (const [name, value] of Object.entries(secretHeaders)) headers.set(name.toLowerCase(), value);
  if (bearerToken !== undefined) headers.set("authorization", `Bearer ${bearerToken}`);
  if (basicAuth !== undefined) headers.set("authorization", `Basic ${basicCredentials(basicAuth)}`);
}

function basicCredentials(auth: { user: string; password: string }): string {
  return Buffer.from(`${auth.user}:${auth.password}`).toString("base64");
}

/** Every text that no sentence may show. */
export function httpSecrets(options: HttpOptions): string[] {
  const { bearerToken, basicAuth, secretHeaders } = options;
  const secrets = Object.values(secretHeaders);
  if (bearerToken !== undefined) secrets.push(bearerToken);
  if (basicAuth !== undefined) secrets.push(basicAuth.password, basicCredentials(basicAuth));
  return secretForms(secrets);
}
