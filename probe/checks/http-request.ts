/** The request of one hop, written once as bytes, and the hop that a redirect leads to. */
import type { Destination } from "./connection.ts";
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
>;

/** One request to one origin. */
export interface Hop {
  url: URL;
  method: string;
  destination: Destination;
  /** Header fields in the order in which they are sent, names in lower case. */
  headers: ReadonlyMap<string, string>;
  content: Buffer | undefined;
  /** The whole request in HTTP/1.1, ready to be written; a text is Latin-1. */
  bytes: Buffer | string;
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

/** The first hop of a check, to a valid http URL. */
export function firstHop(plan: HopPlan, href: string): Hop {
  const { options, payload } = plan;
  return hopTo(plan, { url: new URL(href), method: options.method, foreign: false, payload });
}

/** Gives the first hop of each look. */
export type FirstHops = () => Hop;

/**
 * The first hops of a check that may have 50,000 beside it: what they have in common with others
 * (`tail`, made by tailOf for all checks of the plan) is kept once, and what few looks need is made
 * when it is asked for. A hop as `firstHop` makes it holds 2 kB, this one a quarter of that.
 */
export function firstHops(plan: HopPlan, href: string, tail: string | undefined): FirstHops {
  const whole = firstHop(plan, href);
  // In a function of its own: closures of one scope keep what any of them needs, the whole hop too.
  return tail === undefined ? () => whole : slimHops(plan, href, slimOf(whole, tail));
}

/** What a slim hop keeps; its request is put together for each look. */
interface SlimHop {
  destination: Destination;
  head: string;
  tail: string;
}

function slimOf({ destination, method, url }: Hop, tail: string): SlimHop {
  const head = headLines(method, url, url.host);
  // In one piece: a text that was put together keeps its pieces until it is looked into.
  return { destination, head: Buffer.from(head, "latin1").toString("latin1"), tail };
}

function slimHops(plan: HopPlan, href: string, { destination, head, tail }: SlimHop): FirstHops {
  return () => {
    let parsed: Hop | undefined;
    const parse = (): Hop => (parsed ??= firstHop(plan, href));
    return {
      destination,
      method: plan.options.method,
      content: undefined,
      foreign: false,
      bytes: head + tail,
      get url() {
        return parse().url;
      },
      get headers() {
        return parse().headers;
      },
    };
  };
}

/** What follows the host in the first request of all checks of a plan; undefined: no such text. */
export function tailOf(plan: HopPlan, href: string): string | undefined {
  const { headers, content, url } = firstHop(plan, href);
  if (content !== undefined || headers.get("host") !== url.host) return undefined;
  return fieldLines([...headers].slice(1));
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
  const [[, host] = ["host", url.host], ...others] = headers;
  const head = headLines(method, url, host) + fieldLines(others, content?.length);
  return Buffer.concat([Buffer.from(head, "latin1"), content ?? Buffer.alloc(0)]);
}

/** The request line, and the host, which comes first (RFC 9110 7.2). */
function headLines(method: string, url: URL, host: string): string {
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\n`;
}

function fieldLines(fields: Iterable<readonly [string, string]>, contentLength?: number): string {
  let lines = "";
  for (const [name, value] of fields) lines += `${name}: ${value}\r\n`;
  lines += "connection: close\r\n";
  if (contentLength !== undefined) lines += `content-length: ${contentLength}\r\n`;
  return `${lines}\r\n`;
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
