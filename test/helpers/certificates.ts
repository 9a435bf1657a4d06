/** Certificates made when a test asks for them: X.509 written by hand, signed by node:crypto. */
import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";
import { isoTime, systemClock } from "../../shared/clock.ts";

/** A certificate and its key, PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Names and IPv4 addresses it is for. Default 127.0.0.1 and localhost. */
  names?: readonly string[];
  /** Days until it ends, from now; negative: it has ended. Default 30. */
  days?: number;
  /** Who signs it; absent: itself. */
  authority?: Authority;
}

/** Somebody who signs certificates. */
export interface Authority {
  ca: string;
  name: string;
  key: KeyObject;
}

const DAY_MS = 86_400_000;
const ECDSA_SHA256 = "1.2.840.10045.4.3.2";

/** DER: tag, length, contents (X.690 8.1). */
export function tlv(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size =
    body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

/** A SEQUENCE. */
export const sequence = (...contents: Uint8Array[]): Buffer => tlv(0x30, ...contents);
/** A small INTEGER. */
export const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value]));

/** An OBJECT IDENTIFIER such as "2.5.4.3". */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

const nameOf = (text: string): Buffer =>
  sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from(text)))));

/** UTCTime, as in 261121120431Z. */
const utcTime = (atMs: number): Buffer =>
  tlv(0x17, Buffer.from(`${isoTime(atMs).replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    isIPv4(name)
      ? tlv(0x87, Buffer.from(name.split(".").map(Number)))
      : tlv(0x82, Buffer.from(name)),
  );
  return sequence(oid("2.5.29.17"), tlv(0x04, sequence(...entries)));
}

const BASIC_CONSTRAINTS_CA = sequence(
  oid("2.5.29.19"),
  tlv(0x01, Buffer.from([255])),
  tlv(0x04, sequence(tlv(0x01, Buffer.from([255])))),
);

interface Parts {
  subject: string;
  issuer: string;
  endsMs: number;
  beginsMs: number;
  publicKey: KeyObject;
  signer: KeyObject;
  extensions: Buffer[];
}

function certificate(parts: Parts): string {
  const algorithm = sequence(oid(ECDSA_SHA256));
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer(1),
    algorithm,
    nameOf(parts.issuer),
    sequence(utcTime(parts.beginsMs), utcTime(parts.endsMs)),
    nameOf(parts.subject),
    parts.publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...parts.extensions)),
  );
  const signature = sign("sha256", body, parts.signer);
  const der = sequence(body, algorithm, tlv(0x03, Buffer.from([0]), signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

const newKey = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync("ec", { namedCurve: "P-256" });

/** Makes an authority that tests can trust; with a parent, one that the parent vouches for. */
export function makeAuthority(name = "quorate test authority", parent?: Authority): Authority {
  const { publicKey, privateKey } = newKey();
  const nowMs = systemClock().wallMs();
  const ca = certificate({
    subject: name,
    issuer: parent?.name ?? name,
    beginsMs: nowMs - 400 * DAY_MS,
    endsMs: nowMs + 400 * DAY_MS,
    publicKey,
    signer: parent?.key ?? privateKey,
    extensions: [BASIC_CONSTRAINTS_CA],
  });
  return { ca, name, key: privateKey };
}

/** Makes a server's certificate; half an hour is added, so that whole days are left. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { names = ["127.0.0.1", "localhost"], days = 30, authority } = options;
  const { publicKey, privateKey } = newKey();
  const nowMs = systemClock().wallMs();
  const subject = names[0] ?? "nobody";
  const cert = certificate({
    subject,
    issuer: authority?.name ?? subject,
    beginsMs: nowMs - 300 * DAY_MS,
    endsMs: nowMs + days * DAY_MS + DAY_MS / 48,
    publicKey,
    signer: authority?.key ?? privateKey,
    extensions: [alternativeNames(names)],
  });
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}
