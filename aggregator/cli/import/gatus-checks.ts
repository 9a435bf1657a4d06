/** An endpoint of Gatus as a kind of check and its options. */
import type { ImportBook } from "./book.ts";
import { isValues } from "./fields.ts";
import type { Fields, Tell } from "./fields.ts";
import { readConditions } from "./gatus-conditions.ts";
import type { Conditions } from "./gatus-conditions.ts";
import { headerOptions, placeOf, withoutQuerySecrets, withoutSignIn } from "./measures.ts";

/** A kind and its options. */
export interface MadeCheck {
  kind: string;
  options: Record<string, unknown>;
}

/** What a check is made of. */
export interface GatusEndpoint {
  endpoint: Fields;
  client: Fields | undefined;
  item: string;
  /** Name of the target; variables are named after it. */
  name: string;
  book: ImportBook;
}

type Options = Record<string, unknown>;

interface Made extends GatusEndpoint {
  url: string;
  said: Conditions;
  tell: Tell;
}

/** The check of an endpoint; null when there is none like it, which is told. */
export function gatusCheck(from: GatusEndpoint): MadeCheck | null {
  const { endpoint, item, book } = from;
  const tell = book.left(item);
  const url = endpoint.text("url") ?? "";
  const texts = endpoint.texts("conditions");
  const unmet: [string, string][] = [];
  const said = readConditions(texts, (field, reason) => void unmet.push([field, reason]));
  const made = checkOf({ ...from, url, said, tell });
  for (const [field, reason] of unmet) tell(field, reason);
  if (made === null) return null;
  tellBlind(made, said, tell);
  return { kind: made.kind, options: { ...made.options, ...clientOptions(from, made) } };
}

function checkOf(made: Made): MadeCheck | null {
  const { endpoint, url, tell } = made;
  const dns = endpoint.map("dns");
  if (dns !== undefined) return dnsCheck(made, dns);
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
  const rest = url.slice(scheme.length + 3);
  if (scheme === "http" || scheme === "https") return httpCheck(made);
  if (scheme === "ws" || scheme === "wss") return websocketCheck(made);
  if (scheme === "icmp") return { kind: "icmp", options: { host: rest, ...latency(made, "icmp") } };
  const place = placeOf(rest.replace(/\/.*$/, ""));
  if (place?.port !== undefined) {
    const where = { host: place.host, port: place.port };
    if (scheme === "tcp")
      return { kind: "tcp", options: { ...where, ...script(made), ...latency(made, "tcp") } };
    if (scheme === "tls") {
      return { kind: "tls", options: { ...where, ...days(made), ...latency(made, "tls") } };
    }
    if (scheme === "grpc" || scheme === "grpcs") {
      const tls = scheme === "grpcs" ? { tls: {} } : {};
      return {
        kind: "grpc",
        options: { ...where, ...tls, ...days(made), ...latency(made, "grpc") },
      };
    }
    if (scheme === "starttls") {
      const options = { ...where, security: "starttls", ...days(made), ...latency(made, "smtp") };
      return { kind: "smtp", options };
    }
  }
  endpoint.skip("ssh", "body", "headers", "method", "graphql");
  const known = ["udp", "sctp", "ssh", "domain"].includes(scheme);
  tell("(all)", known ? `no kind of check speaks ${scheme}` : "its url has no form that is known");
  return null;
}

function httpCheck({ endpoint, url, said, name, book }: Made): MadeCheck {
  const plain = withoutSignIn(url);
  const graphql = endpoint.flag("graphql") === true;
  const body = endpoint.text("body");
  const headers = endpoint.pairs("headers").map(([header, value]) => [header, value] as const);
  const typed = headers.some(([header]) => header.toLowerCase() === "content-type");
  const sent =
    graphql && !typed ? [...headers, ["content-type", "application/json"] as const] : headers;
  const secret: Secret = (part, value) => book.secret([name, part], value);
  const { user, password } = plain;
  const options: Options = {
    url: withoutQuerySecrets(plain.url, secret),
    ...(endpoint.text("method") === undefined ? {} : { method: endpoint.text("method") }),
    ...headerOptions(sent, secret),
    ...(body === undefined ? {} : { body: graphql ? JSON.stringify({ query: body }) : body }),
    ...(user === undefined
      ? {}
      : { basicAuth: { user, password: secret("password", password ?? "") } }),
    // A Gatus without a condition on the status takes any.
    expectedStatus: said.expectedStatus ?? ["100-599"],
    ...(said.expression === undefined ? {} : { expression: said.expression }),
    ...(said.latencyLimitMs === undefined ? {} : { latencyLimitMs: said.latencyLimitMs }),
    ...(said.daysMin === undefined ? {} : { tls: { daysMin: said.daysMin } }),
    maxRedirects: 10,
  };
  if (body !== undefined && /\[(?:ENDPOINT_|LOCAL_ADDRESS|RANDOM_STRING)/.test(body)) {
    book.changed(`endpoint ${name}`)("body", "its placeholders are sent as they stand");
  }
  return { kind: "http", options };
}

function websocketCheck({ endpoint, url, said, tell, name, book }: Made): MadeCheck {
  const body = endpoint.text("body");
  const headers = endpoint.pairs("headers");
  const secret: Secret = (part, value) => book.secret([name, part], value);
  const expected = said.bodies.map((text) => expectation(text));
  const first = body === undefined ? {} : { send: body };
  const [expect] = expected;
  const line = { ...first, ...(expect === undefined ? {} : { expect }) };
  if (said.expression !== undefined && expected.length === 0) {
    tell("conditions", "of a message only its whole text can be expected");
  }
  const options: Options = {
    url,
    ...headerOptions(headers, secret),
    ...days({ said }),
    ...(Object.keys(line).length === 0 ? {} : { script: [line] }),
    ...(said.latencyLimitMs === undefined ? {} : { latencyLimitMs: said.latencyLimitMs }),
  };
  return { kind: "websocket", options };
}

function expectation(text: string): string {
  const [, pattern] = /^pat\((.*)\)$/s.exec(text) ?? [];
  if (pattern === undefined) return `text:${text}`;
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\/]/g, "\\$&"));
  return `regex:${escaped.join("[\\s\\S]*")}`;
}

function script({ endpoint, said, tell }: Made): Options {
  const body = endpoint.text("body");
  endpoint.skip("method");
  const [expected] = said.bodies;
  const line = {
    ...(body === undefined ? {} : { send: body }),
    ...(expected === undefined ? {} : { expect: expectation(expected) }),
  };
  if (said.expression !== undefined && expected === undefined) {
    tell("conditions", "of a reply only its whole text can be expected");
  }
  return Object.keys(line).length === 0 ? {} : { script: [line] };
}

function dnsCheck({ url, said, tell, endpoint }: Made, dns: Fields): MadeCheck | null {
  const place = placeOf(url.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, ""));
  const name = dns.text("query-name");
  const type = dns.text("query-type") ?? "A";
  dns.end();
  endpoint.skip("method");
  if (place === null || name === undefined) {
    tell("dns", "expected a server as url, and a query-name");
    return null;
  }
  const answers = said.bodies.filter((text) => !text.startsWith("pat("));
  for (const text of said.bodies.filter((one) => one.startsWith("pat("))) {
    tell("conditions", `[BODY] == ${text}: only whole answers can be expected`);
  }
  const options = {
    name: name.replace(/\.$/, ""),
    type: type.toUpperCase(),
    server: place.host,
    ...(place.port === undefined ? {} : { port: place.port }),
    ...(said.rcode === undefined ? {} : { rcode: said.rcode }),
    ...(answers.length === 0 ? {} : { answers }),
    ...(said.latencyLimitMs === undefined ? {} : { latencyLimitMs: said.latencyLimitMs }),
  };
  return { kind: "dns", options };
}

function latency({ said }: Made, kind: string): Options {
  const { latencyLimitMs } = said;
  if (latencyLimitMs === undefined) return {};
  return kind === "icmp" ? { averageMsMax: latencyLimitMs } : { latencyLimitMs };
}

/** What each kind cannot look at. */
const BLIND: Readonly<Record<string, readonly (keyof Conditions)[]>> = {
  http: ["rcode"],
  websocket: ["rcode", "expectedStatus"],
  tcp: ["rcode", "expectedStatus", "daysMin"],
  dns: ["expectedStatus", "daysMin"],
  icmp: ["rcode", "expectedStatus", "daysMin", "expression"],
  tls: ["rcode", "expectedStatus", "expression"],
  grpc: ["rcode", "expectedStatus", "expression"],
  smtp: ["rcode", "expectedStatus", "expression"],
};

const CONDITIONS: Partial<Record<keyof Conditions, string>> = {
  rcode: "[DNS_RCODE]",
  expectedStatus: "[STATUS]",
  daysMin: "[CERTIFICATE_EXPIRATION]",
  expression: "[BODY]",
};

function tellBlind({ kind }: MadeCheck, said: Conditions, tell: Tell): void {
  for (const part of BLIND[kind] ?? []) {
    if (said[part] !== undefined) {
      tell("conditions", `${CONDITIONS[part] ?? part}: a check of kind ${kind} does not see it`);
    }
  }
}

function days({ said }: Pick<Made, "said">): Options {
  return said.daysMin === undefined ? {} : { tls: { daysMin: said.daysMin } };
}

const KINDS_WITH_TLS = ["http", "websocket", "tls", "grpc", "smtp"];

/** Options of the client, as far as the kind knows them. */
function clientOptions({ client, book, name }: GatusEndpoint, made: MadeCheck): Options {
  if (client === undefined) return {};
  const { kind } = made;
  const options: Options = {};
  if (client.flag("insecure") === true && KINDS_WITH_TLS.includes(kind)) {
    const { tls } = made.options;
    options["tls"] = { ...(isValues(tls) ? tls : {}), verify: false };
  }
  const network = client.text("network");
  if (network === "ip4" || network === "ip6") options["family"] = network === "ip4" ? 4 : 6;
  client.leave("dns-resolver", "give the option resolver as an address, such as 10.0.0.53");
  client.leave("tunnel", "put a probe behind the tunnel instead");
  const files = client.map("tls");
  files?.leave("certificate-file", "give it as tls.cert, or as a secret of the probes");
  files?.leave("private-key-file", "give it as tls.key, a secret of the probes");
  files?.end();
  if (kind !== "http") return options;
  if (client.flag("ignore-redirect") === true) options["maxRedirects"] = 0;
  const secret: Secret = (part, value) => book.secret([name, part], value);
  return { ...options, ...proxyOf(client, secret), ...signInOf(client, secret) };
}

type Secret = (part: string, value: string) => string;

function proxyOf(client: Fields, secret: Secret): Options {
  const proxy = client.text("proxy-url");
  if (proxy === undefined) return {};
  const { url, user, password } = withoutSignIn(proxy);
  if (user === undefined) return { proxy: { url } };
  return { proxy: { url, user, password: secret("proxy password", password ?? "") } };
}

function signInOf(client: Fields, secret: Secret): Options {
  const oauth2 = client.map("oauth2");
  if (oauth2 === undefined) return {};
  const scope = oauth2.texts("scopes").join(" ");
  const said = {
    tokenUrl: oauth2.text("token-url") ?? "",
    clientId: oauth2.text("client-id") ?? "",
    clientSecret: secret("client secret", oauth2.text("client-secret") ?? ""),
    ...(scope === "" ? {} : { scope }),
  };
  oauth2.end();
  return { oauth2: said };
}
