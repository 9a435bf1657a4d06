/** A monitor of Uptime Kuma as a kind of check and its options. */
import type { ImportBook } from "./book.ts";
import type { Fields, Tell, Values } from "./fields.ts";
import { mapIn, scalarText } from "./fields.ts";
import { headerOptions, placeOf, withoutQuerySecrets, withoutSignIn } from "./measures.ts";

/** Times and counts, in the bounds of a target. */
export interface KumaTimes {
  intervalMs: number;
  timeoutMs: number;
  fall: number;
  rise: number;
}

/** What a check is made of. */
export interface KumaMonitor {
  type: string;
  fields: Fields;
  proxy: Values | undefined;
  times: KumaTimes;
  /** Name of the target; variables are named after it. */
  name: string;
  item: string;
  book: ImportBook;
}

type Options = Record<string, unknown>;

interface Made extends KumaMonitor {
  tell: Tell;
  secret: (part: string, value: string) => string;
}

const CHECKS: Readonly<Record<string, (made: Made) => { kind: string; options: Options } | null>> =
  {
    http: (made) => ({ kind: "http", options: httpOptions(made) }),
    keyword: (made) => ({ kind: "http", options: { ...httpOptions(made), ...keywordOf(made) } }),
    "json-query": (made) => ({ kind: "http", options: { ...httpOptions(made), ...queryOf(made) } }),
    port: ({ fields }) => ({ kind: "tcp", options: hostOf(fields) }),
    ping: ({ fields }) => {
      const [count, bytes] = [fields.number("ping_count"), fields.number("packet_size")];
      const said = {
        ...(count === undefined ? {} : { count }),
        ...(bytes === undefined ? {} : { bytes }),
      };
      return { kind: "icmp", options: { host: fields.text("hostname") ?? "", ...said } };
    },
    dns: dnsOf,
    push: ({ fields, times, secret, book, item, name }) => {
      const key = fields.text("push_token") ?? "";
      book.changed(item)(
        "push_token",
        `reports go to a probe: POST /push/${name} with the key as bearer token`,
      );
      return { kind: "push", options: { key: secret("key", key), everyMs: times.intervalMs } };
    },
    "grpc-keyword": grpcOf,
    postgres: (made) => databaseOf(made, "postgres"),
    mysql: (made) => databaseOf(made, "mysql"),
    redis: (made) => databaseOf(made, "redis"),
    smtp: ({ fields }) => {
      const security = fields.text("smtp_security");
      const said = security === "secure" ? "tls" : security === "starttls" ? "starttls" : "none";
      return { kind: "smtp", options: { ...hostOf(fields), security: said } };
    },
    "websocket-upgrade": ({ fields, secret }) => {
      const protocol = fields.text("ws_subprotocol");
      const offered =
        protocol === undefined
          ? {}
          : { subprotocols: protocol.split(",").map((one) => one.trim()) };
      fields.leave("ws_ignore_sec_websocket_accept_header", "the answer always has to be right");
      fields.leave("accepted_statuscodes_json", "a handshake passes by 101 alone");
      return {
        kind: "websocket",
        options: { url: fields.text("url") ?? "", ...headersOf({ fields, secret }), ...offered },
      };
    },
  };

/** The check of a monitor; null when there is none like it, which is told. */
export function kumaCheck(monitor: KumaMonitor): { kind: string; options: Options } | null {
  const { type, name, item, book } = monitor;
  const tell = book.left(item);
  const secret: Made["secret"] = (part, value) => book.secret([name, part], value);
  const make = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (make === undefined) {
    tell("(all)", `there is no kind of check like the type ${type === "" ? "(none)" : type}`);
    return null;
  }
  return make({ ...monitor, tell, secret });
}

function hostOf(fields: Fields): Options {
  const port = fields.number("port");
  return { host: fields.text("hostname") ?? "", ...(port === undefined ? {} : { port }) };
}

function headersOf({ fields, secret }: Pick<Made, "fields" | "secret">): Options {
  const headers = Object.entries(mapIn(fields.text("headers")) ?? {});
  const pairs = headers.map(([name, value]) => [name, scalarText(value) ?? ""] as const);
  return headerOptions(pairs, secret);
}

function httpOptions(made: Made): Options {
  const { fields, tell } = made;
  const { url, user, password } = withoutSignIn(fields.text("url") ?? "");
  const body = fields.text("body");
  const statuses = statusesOf(fields);
  const options: Options = {
    url: withoutQuerySecrets(url, made.secret),
    ...(fields.text("method") === undefined ? {} : { method: fields.text("method") }),
    ...bodyOf(fields, body, headersOf(made)),
    ...(statuses === undefined ? {} : { expectedStatus: statuses }),
    maxRedirects: Math.min(20, fields.number("maxredirects") ?? 10),
    ...(fields.flag("ignore_tls") === true ? { tls: { verify: false } } : {}),
    ...signInOf(made, user, password),
    ...proxyOf(made),
  };
  for (const column of ["tls_ca", "tls_cert", "tls_key"]) {
    fields.leave(column, `give it as ${column.replace("_", ".")}, or as a secret of the probes`);
  }
  const family = fields.text("ip_family");
  if (family === "ipv4" || family === "ipv6") options["family"] = family === "ipv4" ? 4 : 6;
  else if (family !== undefined) tell("ip_family", "expected ipv4 or ipv6");
  return options;
}

const TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  xml: "text/xml; charset=utf-8",
  form: "application/x-www-form-urlencoded",
};

/** Kuma names the type of a body by its encoding. */
function bodyOf(fields: Fields, body: string | undefined, headed: Options): Options {
  const encoding = fields.text("http_body_encoding") ?? "json";
  if (body === undefined) return headed;
  const { headers } = headed;
  const own = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  const typed = own.some(([name]) => name.toLowerCase() === "content-type");
  const all = typed ? own : [...own, ["content-type", TYPES[encoding] ?? "application/json"]];
  return { ...headed, headers: Object.fromEntries(all), body };
}

/** Codes and ranges; undefined when nothing else than the default is said. */
function statusesOf(fields: Fields): (string | number)[] | undefined {
  const json = fields.text("accepted_statuscodes_json");
  const texts = json === undefined ? fields.texts("accepted_statuscodes") : listIn(json);
  if (texts.length === 0) return undefined;
  return texts.map((text) => (/^\d{3}$/.test(text) ? Number(text) : text));
}

function listIn(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.flatMap((one) => scalarText(one) ?? []) : [];
  } catch {
    // What is no list says nothing.
    return [];
  }
}

function signInOf({ fields, secret, tell }: Made, user?: string, password?: string): Options {
  const method = fields.text("auth_method");
  const name = fields.text("basic_auth_user");
  const pass = fields.text("basic_auth_pass");
  if (method === "oauth2-cc") {
    const [tokenUrl, clientId] = [fields.text("oauth_token_url"), fields.text("oauth_client_id")];
    const scope = fields.text("oauth_scopes");
    const audience = fields.text("oauth_audience");
    const clientSecret = secret("client secret", fields.text("oauth_client_secret") ?? "");
    const said = {
      ...(scope === undefined ? {} : { scope }),
      ...(audience === undefined ? {} : { audience }),
    };
    const inBody =
      fields.text("oauth_auth_method") === "client_secret_post" ? { clientAuth: "body" } : {};
    return { oauth2: { tokenUrl, clientId, clientSecret, ...said, ...inBody } };
  }
  if (method === "ntlm" || method === "mtls") tell("auth_method", `${method} is not carried`);
  if (method !== "ntlm" && name !== undefined) {
    return { basicAuth: { user: name, password: secret("password", pass ?? "") } };
  }
  return user === undefined
    ? {}
    : { basicAuth: { user, password: secret("password", password ?? "") } };
}

function proxyOf({ proxy, secret, tell }: Made): Options {
  if (proxy === undefined || Number(proxy["active"] ?? 1) === 0) return {};
  const { protocol, host, port, username, password } = proxy;
  if (protocol !== "http" && protocol !== "https") {
    tell("proxy_id", `a proxy that speaks ${String(protocol)} is not known`);
    return {};
  }
  const user = scalarText(username) ?? "";
  const sign =
    user === "" ? {} : { user, password: secret("proxy password", scalarText(password) ?? "") };
  return { proxy: { url: `${protocol}://${String(host)}:${String(port)}`, ...sign } };
}

function keywordOf({ fields }: Made): Options {
  const keyword = fields.text("keyword") ?? "";
  if (fields.flag("invert_keyword") === true) {
    return { expression: `!body.contains(${JSON.stringify(keyword)})` };
  }
  return { bodyContains: keyword };
}

/** A query of JSONata: only plain paths are carried. */
function queryOf({ fields, tell }: Made): Options {
  const path = fields.text("json_path") ?? "$";
  const expected = fields.text("expected_value") ?? "";
  const operator = fields.text("json_path_operator") ?? "==";
  const steps = /^\$?\.?((?:[A-Za-z_]\w*|\[\d+\])(?:\.[A-Za-z_]\w*|\[\d+\])*)?$/.exec(path);
  if (steps === null || !["==", "!=", "<", "<=", ">", ">=", "contains"].includes(operator)) {
    tell("json_path", "write it as an expression in CEL: only plain paths are carried");
    return {};
  }
  const found = steps[1] ?? "";
  const value = found === "" ? "json" : found.startsWith("[") ? `json${found}` : `json.${found}`;
  if (operator === "contains")
    return { expression: `${value}.contains(${JSON.stringify(expected)})` };
  const isNumber = /^-?\d{1,15}(?:\.\d{1,15})?$/.test(expected);
  const number = expected.includes(".") ? expected : `${expected}.0`;
  const literal = isNumber
    ? number
    : /^(?:true|false)$/.test(expected)
      ? expected
      : JSON.stringify(expected);
  return { expression: `${value} ${operator} ${literal}` };
}

function dnsOf({ fields, tell }: Made): { kind: string; options: Options } {
  const [server = ""] = (fields.text("dns_resolve_server") ?? "").split(",");
  const place = placeOf(server.trim());
  const port = fields.number("port") ?? place?.port;
  if (place === null && server !== "")
    tell("dns_resolve_server", "expected an address of a server");
  const where =
    place === null ? {} : { server: place.host, ...(port === undefined ? {} : { port }) };
  const type = fields.text("dns_resolve_type") ?? "A";
  return { kind: "dns", options: { name: fields.text("hostname") ?? "", type, ...where } };
}

function grpcOf({ fields, secret, tell }: Made): { kind: string; options: Options } | null {
  const place = placeOf((fields.text("grpc_url") ?? "").replace(/^[a-z]+:\/\//i, ""));
  if (place?.port === undefined) {
    tell("grpc_url", "expected HOST:PORT");
    return null;
  }
  const [service, method] = [fields.text("grpc_service_name"), fields.text("grpc_method")];
  const tls = fields.flag("grpc_enable_tls") === true ? { tls: {} } : {};
  const request = mapIn(fields.text("grpc_body"));
  const metadata = Object.entries(mapIn(fields.text("grpc_metadata")) ?? {});
  const sent = metadata.map(
    ([name, value]) => [name, secret(name, scalarText(value) ?? "")] as const,
  );
  fields.leave("grpc_protobuf", "the server's reflection is asked, or give call.descriptors");
  fields.leave("keyword", "write it as call.expression in CEL");
  const call = {
    method: `${service ?? ""}/${method ?? ""}`,
    ...(request === undefined ? {} : { request }),
  };
  const hidden = sent.length === 0 ? {} : { metadata: Object.fromEntries(sent) };
  return { kind: "grpc", options: { host: place.host, port: place.port, ...tls, call, ...hidden } };
}

/** A URL of a database, such as postgres://user:password@host:5432/name. */
function databaseOf(
  { fields, secret, tell }: Made,
  kind: string,
): { kind: string; options: Options } | null {
  const text = fields.text("database_connection_string") ?? "";
  const { url, user, password } = withoutSignIn(text);
  const [, scheme = "", place = "", database = ""] =
    /^([a-z+]+):\/\/([^/?#]*)\/?([^?#]*)/i.exec(url) ?? [];
  const where = placeOf(place);
  if (where === null) {
    tell("database_connection_string", `expected ${kind}://USER:PASSWORD@HOST:PORT/NAME`);
    return null;
  }
  const query = fields.text("database_query");
  const pass = fields.text("radius_password") ?? password;
  if (/[?&]\w/.test(url)) tell("database_connection_string", "its parameters are not carried");
  const options = {
    host: where.host,
    ...(where.port === undefined ? {} : { port: where.port }),
    ...(scheme === "rediss" ? { tls: {} } : {}),
    ...(user === undefined || user === "" ? {} : { user }),
    ...(pass === undefined || pass === "" ? {} : { password: secret("password", pass) }),
    ...(kind === "redis" || database === "" ? {} : { database }),
    ...(kind === "redis" || query === undefined ? {} : { query }),
  };
  return { kind, options };
}
