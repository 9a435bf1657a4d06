/** The request of one hop, written once as bytes, and the hop that a redirect leads to. */
import type { Destination } from "./connect.ts";
import { CODINGS } from "./http-decode.ts";
import type { HttpOptions } from "./http-options.ts";
import type { Payload } from "./http-payload.ts";
import { secretForms } from "./secrets.ts";
import type { TlsPlan } from "./tls.ts";

/** What a request needs of the options of a kind; a step of several has fewer of its own. */
export type RequestOptions = Pick<
  HttpOptions,
  | "basicAuth"
  | "bearerToken"
  | "compressed"
  | "family"
  | "headers"
  | "httpVersion"
  | "method"
  | "redirects"
  | "resolver"
  | "secretHeaders"
  | "sourceAddress"
  | "url"
>;

/** One request to one origin. */
export interface Hop {
  url: URL;
  method: string;
  destination: Destination;
  /** Header fields in the order in which they are sent, names in lower case. */
  headers: ReadonlyMap<string, string>;
  content: Buffer | undefined;
  /** The whole request in HTTP/1.1, ready to be written. */
  bytes: Buffer;
  /** True once a redirect led to another origin: credentials stay behind from there on. */
  foreign: boolean;
}

/** What the hops of one check have in common. */
export interface HopPlan {
  options: RequestOptions;
  payload: Payload | undefined;
  /** TLS as the options say, for the origin of the URL. */
  tls: TlsPlan;
}

/** The first hop of a check. */
export function firstHop(plan: HopPlan): Hop {
  const { options, payload } = plan;
  const url = new URL(options.url);
  return hopTo(plan, { url, method: options.method, foreign: false, payload });
}

/** The same hop with more headers, such as a token or cookies that came to light in the look. */
export function withHeaders(hop: Hop, more: Readonly<Record<string, string>>): Hop {
  const headers = new Map([...hop.headers, ...Object.entries(more)]);
  return { ...hop, headers, bytes: requestBytes(hop, headers) };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether a status sends the client elsewhere. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The hop that `location` leads to; undefined if it is no http URL, "not allowed" if
 * the options forbid to go there. The method changes as the
 * fetch standard says: 303 becomes GET, and so does a POST after 301 and 302.
 */
export function nextHop(
  plan: HopPlan,
  from: Hop,
  answer: RedirectAnswer,
): Hop | "not allowed" | undefined {
  const { status, location } = answer;
  if (!URL.canParse(location, from.url.href)) return undefined;
  const url = new URL(location, from.url);
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    return undefined;
  }
  if (!mayLead(plan.options.redirects, from.url, url)) return "not allowed";
  const toGet =
    (status === 303 && from.method !== "HEAD") ||
    ((status === 301 || status === 302) && from.method === "POST");
  const foreign = from.foreign || url.origin !== from.url.origin;
  const method = toGet ? "GET" : from.method;
  const keepsBody = !toGet && from.method === plan.options.method;
  return hopTo(plan, { url, method, foreign, payload: keepsBody ? plan.payload : undefined });
}

function mayLead(redirects: RequestOptions["redirects"], from: URL, to: URL): boolean {
  if (redirects === "same-origin") return from.origin === to.origin;
  return redirects === "any" || from.protocol !== "https:" || to.protocol === "https:";
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
  payload: Payload | undefined;
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
  const headers = headersOf(plan.options, parts);
  const { payload } = parts;
  const withLength = method === "POST" || method === "PUT" || method === "PATCH";
  const content = payload?.content ?? (withLength ? Buffer.alloc(0) : undefined);
  const hop = { url, method, foreign, destination, headers, content };
  return { ...hop, bytes: requestBytes(hop, headers) };
}

function headersOf(options: RequestOptions, parts: HopParts): Map<string, string> {
  const { url, foreign, payload } = parts;
  const headers = new Map<string, string>([
    ["host", url.host],
    ["user-agent", "quorate"],
    ["accept", "*/*"],
  ]);
  if (options.compressed) headers.set("accept-encoding", CODINGS);
  if (payload?.contentType !== undefined) headers.set("content-type", payload.contentType);
  for (const [name, value] of Object.entries(options.headers)) {
    const lower = name.toLowerCase();
    if (foreign && lower === "host") continue;
    headers.set(lower, value);
  }
  if (!foreign) addSecrets(headers, options);
  return headers;
}

/** Header values are Latin-1 on the wire (RFC 9110 5.5), the body is UTF-8. */
function requestBytes(
  { method, url, content }: Pick<Hop, "method" | "url" | "content">,
  headers: ReadonlyMap<string, string>,
): Buffer {
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  head += "connection: close\r\n";
  if (content !== undefined) head += `content-length: ${content.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), content ?? Buffer.alloc(0)]);
}

function addSecrets(headers: Map<string, string>, options: RequestOptions): void {
  const { bearerToken, basicAuth, secretHeaders } = options;
  for (const [name, value] of Object.entries(secretHeaders)) headers.set(name.toLowerCase(), value);
  if (bearerToken !== undefined) headers.set("authorization", `Bearer ${bearerToken}`);
  if (basicAuth !== undefined) headers.set("authorization", `Basic ${basicCredentials(basicAuth)}`);
}

/** Credentials of the Basic scheme (RFC 7617), UTF-8. */
export function basicCredentials(auth: { user: string; password: string }): string {
  return Buffer.from(`${auth.user}:${auth.password}`).toString("base64");
}

/** Every text that no sentence may show. */
export function httpSecrets(
  options: Pick<HttpOptions, "bearerToken" | "basicAuth" | "secretHeaders" | "oauth2" | "proxy">,
): string[] {
  const { bearerToken, basicAuth, secretHeaders, oauth2, proxy } = options;
  const secrets = Object.values(secretHeaders);
  if (oauth2 !== undefined) secrets.push(oauth2.clientSecret);
  if (proxy?.password !== undefined) secrets.push(proxy.password);
  if (bearerToken !== undefined) secrets.push(bearerToken);
  if (basicAuth !== undefined) secrets.push(basicAuth.password, basicCredentials(basicAuth));
  return secretForms(secrets);
}
