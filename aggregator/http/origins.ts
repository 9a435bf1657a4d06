/** Where a request comes from and by which address it was made, behind proxies too. */
import { BlockList, isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { QuorateError } from "../../shared/errors.ts";

/** What is said of this server and the proxies before it. */
export interface OriginOptions {
  /** Networks of proxies whose X-Forwarded-* headers are believed. Default none. */
  trustProxies?: BlockList | undefined;
  /** Address of the API as people reach it. Default: what each request says. */
  publicUrl?: string | undefined;
}

/** A request that arrived, as hono's context has it. */
interface Arrival {
  req: { url: string; header(name: string): string | undefined };
  env?: Partial<HttpBindings>;
}

/** Facts of a request that a proxy may change. */
export interface Origins {
  /** The address of the client; "unknown" for a request made in this process. */
  addressOf(c: Arrival): string;
  /** Whether the client speaks TLS. */
  isHttps(c: Arrival): boolean;
  /** Whether an Origin header names this server. */
  isOwn(c: Arrival, origin: string): boolean;
}

/** Hops of X-Forwarded-For that are looked at; a longer chain counts as the nearest of them. */
const HOPS_MAX = 20;

/** Creates what tells where requests come from. */
export function createOrigins({ trustProxies, publicUrl }: OriginOptions): Origins {
  const outside = publicUrl === undefined ? null : new URL(publicUrl);
  const peerOf = (c: Arrival): string | null =>
    plainAddress(c.env?.incoming?.socket.remoteAddress ?? "");
  const isTrusted = (address: string | null): boolean =>
    address !== null &&
    trustProxies !== undefined &&
    trustProxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const forwarded = (c: Arrival, name: string): string | undefined =>
    isTrusted(peerOf(c)) ? c.req.header(name)?.split(",").at(-1)?.trim() : undefined;
  const hostOf = (c: Arrival): string =>
    (forwarded(c, "x-forwarded-host") ?? c.req.header("host") ?? "").toLowerCase();

  return {
    addressOf: (c) => {
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

/** Networks in CIDR notation, or single addresses, as a list that addresses are held against. */
export function networksOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    if (family === 0 || Number(bits ?? most) > most) {
      const sentence = `Expected a network such as 10.0.0.0/8 or an address`;
      throw new QuorateError("invalid", `${sentence}; found ${JSON.stringify(text)}.`);
    }
    list.addSubnet(address, Number(bits ?? most), family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
