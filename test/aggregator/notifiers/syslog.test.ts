import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";
import test from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { makeCertificate } from "../../helpers/certificates.ts";
import { startMuteServer } from "../../helpers/mail-server.ts";
import { messageOfEvent } from "../../helpers/notifier-events.ts";
import { until } from "../../helpers/webhook-receiver.ts";

const LINE =
  "<26>1 2026-01-01T00:00:00.000Z - quorate - target.down [quorate@32473 " +
  'id="msg_tgt_web_t4_chn_a" thread="inc_1" subject="web" action="trigger"] \ufeffDOWN web. ';

async function send(options: Record<string, unknown>): Promise<SendOutcome> {
  const notifier = prepareNotifier("syslog", { host: "127.0.0.1", ...options });
  return await notifier.send(messageOfEvent("target.down"), new AbortController().signal);
}

/** Listens, sends once, and gives the outcome and what arrived. */
async function exchange(
  server: Server,
  arrived: Buffer[],
  options: Record<string, unknown>,
): Promise<{ outcome: SendOutcome; text: string }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const outcome = await send({ ...options, port });
  await until("the line", () => Buffer.concat(arrived).length > 0);
  server.close();
  await once(server, "close");
  return { outcome, text: Buffer.concat(arrived).toString("utf8") };
}

/** The line of a counted frame; the count is of bytes. */
function unframed(text: string): string {
  const [count = "", ...rest] = text.split(" ");
  const line = rest.join(" ");
  assert.equal(Number(count), Buffer.byteLength(line));
  return line;
}

test("a line over TCP is a counted frame of RFC 5424", async () => {
  const arrived: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("data", (chunk) => void arrived.push(Buffer.from(chunk)));
  });
  const { outcome, text } = await exchange(server, arrived, { transport: "tcp" });
  assert.equal(outcome.ok, true, outcome.detail);
  assert.ok(unframed(text).startsWith(LINE), text);
});

test("a line over TLS needs the right certificate", async () => {
  const certificate = makeCertificate();
  const arrived: Buffer[] = [];
  const server = createTlsServer(certificate, (socket) => {
    socket.on("data", (chunk: Buffer) => void arrived.push(chunk));
  });
  const tls = { ca: certificate.cert };
  const { outcome, text } = await exchange(server, arrived, { transport: "tls", tls });
  assert.equal(outcome.ok, true, outcome.detail);
  assert.ok(unframed(text).startsWith(LINE), text);
});

test("a line over UDP is one datagram", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const arrival: Promise<unknown[]> = once(socket, "message");
  const outcome = await send({ transport: "udp", port: socket.address().port });
  const [datagram] = await arrival;
  socket.close();
  assert.equal(outcome.ok, true);
  assert.ok(String(datagram).startsWith(LINE));
});

test("nobody listening, and nobody reading, are outcomes worth another attempt", async () => {
  const mute = await startMuteServer();
  const controller = new AbortController();
  const notifier = prepareNotifier("syslog", {
    host: "127.0.0.1",
    port: mute.port,
    transport: "tls",
  });
  const sending = notifier.send(messageOfEvent("target.down"), controller.signal);
  setImmediate(() => controller.abort());
  const hung = await sending;
  assert.deepEqual([hung.ok, hung.retry], [false, true]);
  await mute.close();
  const refused = await send({ port: mute.port });
  assert.deepEqual([refused.ok, refused.retry], [false, true]);
  assert.match(refused.detail, /nothing is listening/);
});
