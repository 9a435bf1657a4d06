/** Where a request comes from and by which address it was made, behind proxies too. */
import { isIP } from "node:net";
import { networksOf } from "../../shared/networks.ts";

/** What is said of this server and the proxies before it. */
export interface OriginOptions {
  /** Networks of proxies whose X-Forwarded-* headers are believed. Default none. */
  trustProxy?: readonly string[] | undefined;
  /** Address of the API as people reach it. Default: what each request says. */
  publicUrl?: string | undefined;
}

/** A request that arrived, as hono's context has it. */
interface Arrival {
  req: { url: string; header(name: string): string | undefined };
  env?: { incoming?: { socket: { remoteAddress?: string | undefined } } };
}

/** Facts of a request that a proxy may change. */
export interface Origins {
  /** The address of the client; "in-process" for a request that this process made itself. */
  addressOf(c: Arrival): string;
  /** Whether the client speaks TLS. */
  isHttps(c: Arrival): boolean;
  /** Whether an Origin header names this server. */
  isOwn(c: Arrival, origin: string): boolean;
}

/** Hops of X-Forwarded-For that are looked at; a longer chain counts as the nearest of them. */
const HOPS_MAX = 20;

/** Creates what tells where requests come from. */
export function createOrigins({ trustProxy = [], publicUrl }: OriginOptions): Origins {
  const proxies = networksOf(trustProxy);
  const outside = publicUrl === undefined ? null : new URL(publicUrl);
  const peerOf = (c: Arrival): string | null =>
    plainAddress(c.env?.incoming?.socket.remoteAddress ?? "");
  const isTrusted = (address: string | null): boolean =>
    address !== null && proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const forwarded = (c: Arrival, name: string): string | undefined =>
    isTrusted(peerOf(c)) ? c.req.header(name)?.split(",").at(-1)?.trim() : undefined;
  const hostOf = (c: Arrival): string =>
    (forwarded(c, "x-forwarded-host") ?? c.req.header("host") ?? "").toLowerCase();

  return {
    addressOf: (c) => {
      if (c.env?.incoming === undefined) return "in-process";
      const peer = peerOf(c);
      if (!isTrusted(peer)) return peer ?? "unknown";
      // From the right, where our own proxies wrote: everything further left may be invented.
      const hops = (c.req.header("x-forwarded-for") ?? "").split(",").slice(-HOPS_MAX);
      let address = peer;
      for (const hop of hops.reverse()) {
        const before = plainAddress(hop.trim());
        if (before === null) break;
        address = before;
        if (!isTrusted(before)) break;
      }
      return address ?? "unknown";
    },
    isHttps: (c) => {
      const proto = forwarded(c, "x-forwarded-proto");
      if (proto !== undefined) return proto.toLowerCase() === "https";
      if (new URL(c.req.url).protocol === "https:") return true;
      // A proxy that ends TLS and is not named still leaves the host that people asked for.
      return outside?.protocol === "https:" && outside.host === hostOf(c);
    },
    isOwn: (c, origin) => {
      if (!URL.canParse(origin)) return false;
      const { host, origin: normal } = new URL(origin);
      return normal === outside?.origin || (host !== "" && host === hostOf(c));
    },
  };
}

/** An address without zone or port, IPv4 in its own form; null when it is none. */
function plainAddress(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (isIP(address) !== 0) return address;
  const host = /^([\d.]+):\d+$/.exec(address)?.[1];
  return host !== undefined && isIP(host) === 4 ? host : null;
}
