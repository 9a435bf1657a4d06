import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { makeCertificate } from "../../helpers/certificates.ts";
import { startMailServer, startMuteServer } from "../../helpers/mail-server.ts";
import type { MailServer, MailServerOptions } from "../../helpers/mail-server.ts";
import { messageOfEvent } from "../../helpers/notifier-events.ts";

const PASSWORD = "planted-p4ssword-31";
const CERTIFICATE = makeCertificate();

const OPTIONS = {
  host: "127.0.0.1",
  security: "none",
  from: "quorate@example.org",
  to: ["night@example.org"],
};

const SECURE = {
  security: "starttls",
  user: "quorate",
  password: PASSWORD,
  tls: { ca: CERTIFICATE.cert },
};

async function makeServer(t: TestContext, options: MailServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  t.after(() => server.close());
  return server;
}

async function send(
  port: number,
  over: Record<string, unknown> = {},
  event = "target.down",
): Promise<SendOutcome> {
  const notifier = prepareNotifier("email", { ...OPTIONS, port, ...over });
  return await notifier.send(messageOfEvent(event), new AbortController().signal);
}

test("a mail says in plain text and in HTML what is down and who saw it", async (t) => {
  const server = await makeServer(t);
  const outcome = await send(server.port);
  assert.deepEqual([outcome.ok, outcome.status], [true, 250]);
  const [received] = server.received;
  assert.equal(received?.mail.subject, "[Quorate] DOWN web");
  assert.deepEqual(received?.to, ["night@example.org"]);
  assert.match(received?.mail.text ?? "", /ams \(eu-west, eu-1\): Connection refused/);
  assert.match(received?.mail.text ?? "", /Playbook: https:\/\/wiki\.example\.org/);
  assert.match(received?.mail.html ?? "", /<b>DOWN web<\/b>/);
  assert.ok(!received?.mail.html?.includes("<!channel>"), "text from outside is escaped");
});

test("an alert and its end stand in one thread, each under an id of its own", async (t) => {
  const server = await makeServer(t);
  await send(server.port);
  await send(server.port, {}, "target.up");
  const [down, up] = server.received.map(({ mail }) => mail);
  assert.equal(down?.messageId, "<msg_tgt_web_t4_chn_a@example.org>");
  assert.notEqual(up?.messageId, down?.messageId);
  assert.equal(down?.references, "<inc_1@example.org>");
  assert.equal(up?.references, down?.references);
  assert.equal(up?.inReplyTo, "<inc_1@example.org>");
  const headers = new Map(up?.headers.map(({ key, value }) => [key, value]));
  assert.equal(headers.get("auto-submitted"), "auto-generated");
});

test("with STARTTLS the password is encrypted, and the certificate looked at", async (t) => {
  const server = await makeServer(t, { certificate: CERTIFICATE, password: PASSWORD });
  const outcome = await send(server.port, SECURE);
  assert.equal(outcome.ok, true, outcome.detail);
  assert.deepEqual([server.received[0]?.secure, server.received[0]?.user], [true, "quorate"]);
  const wary = await send(server.port, { ...SECURE, tls: {} });
  assert.deepEqual([wary.ok, wary.retry], [false, true]);
});

test("a server that does not know STARTTLS gets no mail and no password", async (t) => {
  const server = await makeServer(t);
  const outcome = await send(server.port, SECURE);
  assert.equal(outcome.ok, false, outcome.detail);
  assert.equal(server.received.length, 0);
});

test("a wrong password is told without it, and not tried again", async (t) => {
  const server = await makeServer(t, { certificate: CERTIFICATE, password: "another" });
  const outcome = await send(server.port, SECURE);
  assert.deepEqual([outcome.ok, outcome.retry, outcome.status], [false, false, 535]);
  assert.ok(!outcome.detail.includes(PASSWORD), outcome.detail);
});

test("a code of 4xx is tried again, one of 5xx is not", async (t) => {
  for (const [refuseWith, retry] of [
    [421, true],
    [451, true],
    [550, false],
    [554, false],
  ] as const) {
    const server = await makeServer(t, { refuseWith });
    const outcome = await send(server.port);
    assert.deepEqual([outcome.ok, outcome.status, outcome.retry], [false, refuseWith, retry]);
  }
});

test("a mail that some receivers get is delivered, and says how many were refused", async (t) => {
  const server = await makeServer(t, { refuseTo: "gone" });
  const outcome = await send(server.port, { to: ["gone@example.org", "night@example.org"] });
  assert.equal(outcome.ok, true);
  assert.match(outcome.detail, /1 of 2 receivers refused/);
  const nobody = await send(server.port, { to: ["gone@example.org"] });
  assert.deepEqual([nobody.ok, nobody.retry, nobody.status], [false, false, 550]);
});

test("a server that is silent is left at the deadline, one that is not there is told", async () => {
  const mute = await startMuteServer();
  const controller = new AbortController();
  const notifier = prepareNotifier("email", { ...OPTIONS, port: mute.port });
  const sending = notifier.send(messageOfEvent("target.down"), controller.signal);
  setImmediate(() => controller.abort());
  const outcome = await sending;
  assert.deepEqual([outcome.ok, outcome.retry], [false, true]);
  await mute.close();
  const refused = await send(mute.port);
  assert.match(refused.detail, /nothing is listening/);
  assert.equal(refused.retry, true);
});

test("a password without encryption, and an address that is none, are refused", () => {
  const refuses = (over: Record<string, unknown>, path: string): void => {
    assert.throws(
      () => prepareNotifier("email", { ...OPTIONS, ...over }),
      (error: { issues?: { path: string }[] }) => error.issues?.[0]?.path === path,
    );
  };
  refuses({ password: PASSWORD }, "options.security");
  refuses({ to: ["night"] }, "options.to.0");
  refuses({ from: "a@b\r\nBcc: c@d" }, "options.from");
});
