/** A check in one line of text, `kind://…`: for the command line and for QUORATE_TARGETS. */
import { parseHostPort } from "./host-port.ts";

/** What an address says: a kind of check and its options; the rest has its defaults. */
export interface AddressedCheck {
  kind: string;
  options: Record<string, unknown>;
}

type Options = Record<string, unknown>;

/** What stands behind a scheme. */
interface Scheme {
  kind: string;
  /** How the address is written, for sentences and docs. */
  form: string;
  /** Options that the scheme alone says. */
  sets?: Options;
  /** The port must be given. */
  port?: true;
  /** A user, and a password behind a colon, may stand before an @. */
  user?: true;
  /** What the path means; absent: there may be none. */
  path?: "service" | "database" | "name";
}

const POSTGRES: Scheme = {
  kind: "postgres",
  form: "postgres://USER[:PASSWORD]@HOST[:PORT][/DATABASE]",
  user: true,
  path: "database",
};

const SCHEMES: Readonly<Record<string, Scheme>> = {
  tcp: { kind: "tcp", form: "tcp://HOST:PORT", port: true },
  tls: { kind: "tls", form: "tls://HOST[:PORT]" },
  grpc: { kind: "grpc", form: "grpc://HOST:PORT[/SERVICE]", port: true, path: "service" },
  grpcs: {
    kind: "grpc",
    form: "grpcs://HOST:PORT[/SERVICE]",
    sets: { tls: {} },
    port: true,
    path: "service",
  },
  dns: { kind: "dns", form: "dns:NAME or dns://SERVER[:PORT]/NAME", path: "name" },
  icmp: { kind: "icmp", form: "icmp://HOST" },
  ping: { kind: "icmp", form: "ping://HOST" },
  smtp: { kind: "smtp", form: "smtp://HOST[:PORT]", user: true },
  smtps: { kind: "smtp", form: "smtps://HOST[:PORT]", sets: { security: "tls" }, user: true },
  postgres: POSTGRES,
  postgresql: POSTGRES,
  mysql: {
    kind: "mysql",
    form: "mysql://USER[:PASSWORD]@HOST[:PORT][/DATABASE]",
    user: true,
    path: "database",
  },
  redis: { kind: "redis", form: "redis://[USER:PASSWORD@]HOST[:PORT]", user: true },
  rediss: {
    kind: "redis",
    form: "rediss://[USER:PASSWORD@]HOST[:PORT]",
    sets: { tls: {} },
    user: true,
  },
  ntp: { kind: "ntp", form: "ntp://HOST[:PORT]" },
};

/** Kinds whose option `url` is the whole address. */
const URLS: Readonly<Record<string, string>> = {
  http: "http",
  https: "http",
  ws: "websocket",
  wss: "websocket",
};

/** Every way to write an address, in the order of the docs. */
export const ADDRESS_FORMS: readonly string[] = [
  "https://HOST/PATH",
  "wss://HOST/PATH",
  ...new Set(Object.values(SCHEMES).map(({ form }) => form)),
  "exec:COMMAND",
  "push:KEY",
];

/** Whether a text is meant as an address, right or wrong. */
export function looksLikeAddress(text: string): boolean {
  return text.includes("://") || /^(?:dns|exec|push):/.test(text);
}

/**
 * Reads an address. Behind it, `?option=value&…` sets more options of the kind, values in JSON or
 * as text; in http, https, ws and wss that part belongs to the URL. Gives what is wrong as the end
 * of a sentence, without any secret that stands in the address.
 */
export function readAddress(text: string): AddressedCheck | string {
  const scheme = /^([a-z]+):/.exec(text)?.[1] ?? "";
  if (Object.hasOwn(URLS, scheme)) {
    const kind = URLS[scheme] ?? "";
    return URL.canParse(text) ? { kind, options: { url: text } } : "its address is no URL";
  }
  const [, address = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(text) ?? [];
  const more = optionsOf(query);
  if (typeof more === "string") return more;
  const options = addressed(scheme, address.slice(scheme.length + 1));
  if (typeof options === "string") return options;
  return { kind: options.kind, options: { ...options.options, ...more } };
}

/** `option=value&…`, percent-encoded; a value that is no JSON is text. */
function optionsOf(query: string): Options | string {
  const options: Options = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "") return "an option in it has no name";
    options[name] = jsonOrText(value);
  }
  return options;
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Words need no quotes.
    return text;
  }
}

function addressed(scheme: string, rest: string): AddressedCheck | string {
  if (scheme === "exec" || scheme === "push") {
    const option = scheme === "exec" ? "command" : "key";
    const value = decoded(rest.replace(/^\/\//, ""));
    return value === ""
      ? `expected ${scheme}:${option.toUpperCase()}`
      : withKind(scheme, { [option]: value });
  }
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (known === undefined) {
    const all = [...Object.keys(URLS), ...Object.keys(SCHEMES), "exec", "push"];
    return `its kind is none of ${all.join(", ")}`;
  }
  if (scheme === "dns") return dnsAddress(rest, known);
  if (!rest.startsWith("//")) return `expected ${known.form}`;
  return hostAddress(rest.slice(2), known);
}

const withKind = (kind: string, options: Options): AddressedCheck => ({ kind, options });

/** dns:NAME asks the system's resolver, dns://SERVER/NAME that server (RFC 4501). */
function dnsAddress(rest: string, scheme: Scheme): AddressedCheck | string {
  if (!rest.startsWith("//")) {
    return rest === "" ? `expected ${scheme.form}` : withKind("dns", { name: decoded(rest) });
  }
  const read = hostAddress(rest.slice(2), scheme);
  if (typeof read === "string") return read;
  const { host, ...options } = read.options;
  if (options["name"] === undefined) return `expected ${scheme.form}`;
  return withKind("dns", { server: host, ...options });
}

function hostAddress(rest: string, scheme: Scheme): AddressedCheck | string {
  const [, sign, place = "", path = ""] = /^(?:([^/]*)@)?([^/@]*)\/?(.*)$/s.exec(rest) ?? [];
  if (sign !== undefined && scheme.user !== true) return `no sign-in may stand in ${scheme.form}`;
  if (path !== "" && scheme.path === undefined) return "nothing may follow its host and port";
  const where = hostAndPort(place, scheme);
  if (typeof where === "string") return where;
  const options = {
    ...where,
    ...scheme.sets,
    ...(sign === undefined ? {} : signIn(sign)),
    ...(path === "" || scheme.path === undefined ? {} : { [scheme.path]: decoded(path) }),
  };
  return withKind(scheme.kind, options);
}

function hostAndPort(place: string, scheme: Scheme): Options | string {
  const parsed = parseHostPort(place);
  if (parsed !== null && parsed.port > 0) return { ...parsed };
  if (scheme.port === true) return "expected HOST:PORT";
  const bare = parseHostPort(`${place}:0`);
  return bare === null ? "expected HOST or HOST:PORT" : { host: bare.host };
}

/** USER, USER:PASSWORD or :PASSWORD, percent-encoded where they must be. */
function signIn(text: string): Options {
  // A reference `${secret:name}` holds a colon of its own.
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  return {
    ...(user === "" ? {} : { user: decoded(user) }),
    ...(password === undefined ? {} : { password: decoded(password) }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is one.
    return text;
  }
}

/** A name for a target that was given none: its kind and where it is; undefined for a push. */
export function nameOfCheck({ kind, options }: AddressedCheck): string | undefined {
  const { url, host, name, command } = options;
  const place = typeof url === "string" ? new URL(url).host : (name ?? host ?? command);
  if (typeof place !== "string") return undefined;
  return `${kind}-${place}`.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/-+$/, "");
}
