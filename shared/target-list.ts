/** Targets in one line of text, `name=kind://…`, for the smallest set-ups: QUORATE_TARGETS. */
import { QuorateError } from "./errors.ts";
import { parseHostPort } from "./host-port.ts";
import { nameSchema } from "./target.ts";

/** A target as such a line says it: everything else has its default. */
export interface ListedTarget {
  name: string;
  kind: string;
  options: Record<string, unknown>;
}

/** What stands behind a scheme; `portless`: the port may be left out. */
interface Scheme {
  kind: string;
  tls?: true;
  portless?: true;
  /** The path names a service. */
  service?: true;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  tcp: { kind: "tcp" },
  tls: { kind: "tcp", tls: true },
  grpc: { kind: "grpc", service: true },
  grpcs: { kind: "grpc", tls: true, service: true },
  redis: { kind: "redis", portless: true },
  rediss: { kind: "redis", tls: true, portless: true },
  ntp: { kind: "ntp", portless: true },
  icmp: { kind: "icmp", portless: true },
};

/**
 * Reads a list of `name=kind://…`, separated by blanks, line ends or commas (a comma inside an
 * address is written %2C). Throws QuorateError "invalid" that says every bad entry.
 */
export function parseTargetList(text: string): ListedTarget[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  const targets: ListedTarget[] = [];
  const flaws: string[] = [];
  for (const entry of entries) {
    const read = readEntry(entry);
    if (typeof read === "string") flaws.push(`${shownEntry(entry)}: ${read}`);
    else if (targets.some(({ name }) => name === read.name)) {
      flaws.push(`${shownEntry(entry)}: the name ${read.name} stands twice`);
    } else targets.push(read);
  }
  if (flaws.length === 0) return targets;
  const expected = "Expected name=kind://… entries in QUORATE_TARGETS, such as";
  const example = "shop=https://shop.example/health, db=tcp://10.0.0.7:5432";
  throw new QuorateError("invalid", `${expected} "${example}". Found ${flaws.join("; ")}.`);
}

/** The target of an entry, or what is wrong with it. */
function readEntry(entry: string): ListedTarget | string {
  const equals = entry.indexOf("=");
  const name = entry.slice(0, Math.max(0, equals));
  if (!nameSchema.safeParse(name).success) return "it has no name before the first =";
  const address = entry.slice(equals + 1);
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [];
  if (scheme === "http" || scheme === "https") {
    if (!URL.canParse(address)) return "its address is no URL";
    return { name, kind: "http", options: { url: address } };
  }
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (known === undefined) {
    return `its kind is none of http, https, ${Object.keys(SCHEMES).join(", ")}`;
  }
  const options = readAddress(rest, known);
  return typeof options === "string" ? options : { name, kind: known.kind, options };
}

function readAddress(rest: string, scheme: Scheme): Record<string, unknown> | string {
  const [, address = "", path = ""] = /^([^/]*)\/?(.*)$/.exec(rest) ?? [];
  if (path !== "" && scheme.service !== true) return "nothing may follow its host and port";
  const more = {
    ...(scheme.tls === true ? { tls: {} } : {}),
    ...(path === "" ? {} : { service: path }),
  };
  const parsed = parseHostPort(address);
  if (parsed !== null && parsed.port > 0) return { ...parsed, ...more };
  const bare = scheme.portless === true ? parseHostPort(`${address}:0`) : null;
  if (bare !== null) return { host: bare.host, ...more };
  return scheme.portless === true ? "expected HOST or HOST:PORT" : "expected HOST:PORT";
}

/** An entry as a sentence may show it: a sign-in may stand in it, and it may be long. */
function shownEntry(entry: string): string {
  const masked = entry.replace(/\/\/[^/@]*@/, "//***@");
  return JSON.stringify(masked.length > 80 ? `${masked.slice(0, 79)}…` : masked);
}
