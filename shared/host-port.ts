/** Addresses as people and programs write them: host:port. The only place that reads them. */
import { BlockList, isIP } from "node:net";

/** A host and a port; an IPv6 host stands without brackets. */
export interface HostPort {
  host: string;
  /** 0 to 65535; where something listens, 0 lets the system pick. */
  port: number;
}

const HOST_PORT = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):(\d{1,5})$/;

/** Reads "host:port" or "[v6]:port", port 0 to 65535; null when the text is anything else. */
export function parseHostPort(text: string): HostPort | null {
  const parts = HOST_PORT.exec(text);
  if (parts === null) return null;
  const [, bracketed, plain, digits] = parts;
  const port = Number(digits);
  if (port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return null;
  return { host: bracketed ?? plain ?? "", port };
}

/** "host:port", with brackets around an IPv6 host. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host can only be reached from the same machine. */
export function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === "localhost";
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}

/** Whether a host stands for every address of its machine, so that nobody else can dial it. */
export function isWildcardHost(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** The host of a peer as grpc-js writes it: address, colon, port, no brackets; else null. */
export function peerHost(peer: string): string | null {
  const host = peer.slice(0, Math.max(0, peer.lastIndexOf(":"))).replace(/^::ffff:(?=\d+\.)/, "");
  return isIP(host) === 0 ? null : host;
}
