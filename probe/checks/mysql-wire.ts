/**
 * Packets of MySQL and MariaDB
 * (https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html). Own, as a client library
 * may throw inside socket callbacks on a broken packet; a check needs few of them.
 */
import { createHash } from "node:crypto";

/** A packet. */
export interface Packet {
  sequence: number;
  body: Buffer;
  /** Bytes it took. */
  end: number;
}

/** Reads the packet that the bytes begin with; undefined: it is not whole yet. */
export function parsePacket(bytes: Buffer): Packet | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUIntLE(0, 3);
  if (bytes.length < end) return undefined;
  return { sequence: bytes[3] ?? 0, body: bytes.subarray(4, end), end };
}

/** A packet as bytes. */
export function encodePacket(
  sequence: number,
  ...parts: readonly (Buffer | string | number[])[]
): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence & 255;
  return Buffer.concat([head, body]);
}

/** What a server says first (HandshakeV10). */
export interface Greeting {
  version: string;
  /** Capability flags. */
  flags: number;
  /** 20 bytes that the proof of the password must hold. */
  salt: Buffer;
  /** How it wants to be shown the password. */
  plugin: string;
}

/** Capability flags that matter here. */
export const FLAGS = {
  withDatabase: 0x8,
  protocol41: 0x200,
  tls: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x80000,
} as const;

/** Reads a greeting; undefined: it is none. */
export function readGreeting(body: Buffer): Greeting | undefined {
  const versionEnd = body.indexOf(0, 1);
  if (body[0] !== 10 || versionEnd < 0 || body.length < versionEnd + 32) return undefined;
  const at = versionEnd + 1;
  const flags = body.readUInt16LE(at + 13) + body.readUInt16LE(at + 18) * 65_536;
  const more = body.subarray(at + 31);
  return {
    version: body.toString("latin1", 1, versionEnd),
    flags,
    salt: Buffer.concat([body.subarray(at + 4, at + 12), more.subarray(0, 12)]),
    plugin: textUntilZero(more.subarray(13)),
  };
}

/** The text before the first zero byte, or all of it. */
export function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}

/** What an ERR packet says. */
export interface MysqlError {
  code: number;
  message: string;
}

/** Reads an ERR packet; the state behind `#` is absent in errors before the greeting. */
export function readMysqlError(body: Buffer): MysqlError {
  const code = body.length < 3 ? 0 : body.readUInt16LE(1);
  return { code, message: body.toString("utf8", body[3] === 35 ? 9 : 3) };
}

/** The first value of a row; null: it is null; undefined: the row is broken. */
export function firstValue(body: Buffer): string | null | undefined {
  const first = body[0] ?? 0xff;
  if (first === 0xfb) return null;
  const sizes: Record<number, number> = { 0xfc: 2, 0xfd: 3 };
  const size = sizes[first] ?? 0;
  if (first > 0xfd || body.length < 1 + size) return undefined;
  const length = size === 0 ? first : body.readUIntLE(1, size);
  const end = 1 + size + length;
  return body.length < end ? undefined : body.toString("utf8", 1 + size, end);
}

/** What proves the password to this plugin; undefined: the plugin is not known here. */
export function proofOf(plugin: string, password: string, salt: Buffer): Buffer | undefined {
  const empty = Buffer.alloc(0);
  switch (plugin) {
    case "mysql_native_password": {
      if (password === "") return empty;
      const once = hash("sha1", Buffer.from(password));
      return xor(once, hash("sha1", salt, hash("sha1", once)));
    }
    case "caching_sha2_password": {
      if (password === "") return empty;
      const once = hash("sha256", Buffer.from(password));
      return xor(once, hash("sha256", hash("sha256", once), salt));
    }
    default:
      return undefined;
  }
}

function hash(algorithm: "sha1" | "sha256", ...parts: readonly Buffer[]): Buffer {
  return createHash(algorithm).update(Buffer.concat(parts)).digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
