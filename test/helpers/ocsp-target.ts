/** TLS servers that staple an OCSP answer, made by hand (RFC 6960 4.2). */
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import { isoTime } from "../../shared/clock.ts";
import { integer, oid, sequence, tlv } from "./certificates.ts";
import type { Certificate } from "./certificates.ts";
import { portOf } from "./target-server.ts";
import type { Closable } from "./with-target.ts";

/** What an answer says. */
export interface OcspAnswer {
  status: "good" | "revoked" | "unknown";
  /** Serial number it is about. Default 1, as certificates of tests have it. */
  serial?: number;
  /** Until when it is to be believed; absent: it does not say. */
  untilMs?: number;
}

const time = (atMs: number): Buffer =>
  tlv(0x18, Buffer.from(`${isoTime(atMs).replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));

const LONG_AGO_MS = 1_767_225_600_000;

function statusOf(status: OcspAnswer["status"]): Buffer {
  if (status === "good") return tlv(0x80);
  return status === "revoked" ? tlv(0xa1, time(LONG_AGO_MS)) : tlv(0x82);
}

/** An answer as bytes; its signature is of nobody. */
export function ocspAnswer({ status, serial = 1, untilMs }: OcspAnswer): Buffer {
  const sha1 = sequence(oid("1.3.14.3.2.26"));
  const hash = tlv(0x04, Buffer.alloc(20, 7));
  const about = sequence(sha1, hash, hash, integer(serial));
  const until = untilMs === undefined ? [] : [tlv(0xa0, time(untilMs))];
  const answer = sequence(about, statusOf(status), time(LONG_AGO_MS), ...until);
  const responder = tlv(0xa2, tlv(0x04, Buffer.alloc(20, 9)));
  const data = sequence(responder, time(LONG_AGO_MS), sequence(answer));
  const signature = tlv(0x03, Buffer.from([0, 1, 2, 3]));
  const basic = sequence(data, sequence(oid("1.2.840.10045.4.3.2")), signature);
  const body = sequence(oid("1.3.6.1.5.5.7.48.1.1"), tlv(0x04, basic));
  return sequence(tlv(0x0a, Buffer.from([0])), tlv(0xa0, body));
}

/** Starts a server that only shakes hands, and staples this answer if there is one. */
export async function startHandshakes(
  certificate: Certificate,
  staple: Buffer | null = null,
): Promise<Closable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer(certificate, (socket) => {
    socket.resume();
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.end());
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("tlsClientError", () => undefined);
  server.on("OCSPRequest", (_certificate, _issuer, answer) => answer(null, staple));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
