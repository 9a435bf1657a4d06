import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { parseSmtpReply } from "../../../probe/checks/smtp-reply.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { dialogue } from "../../helpers/dialogue.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { startMailServer } from "../../helpers/mail-server.ts";
import type { MailServer } from "../../helpers/mail-server.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

describe("with a real mail server", () => {
  const authority = makeAuthority();
  const tls = { ca: authority.ca };
  let server: MailServer | undefined;
  before(async () => {
    const certificate = makeCertificate({ authority });
    server = await startMailServer({ certificate, password: "hush", refuseTo: "nobody" });
  });
  after(() => server?.close());
  const look = (options: Record<string, unknown>) =>
    lookAt("smtp", { host: "127.0.0.1", port: server?.port ?? 0, ...options });
  const signIn = { security: "starttls", tls, user: "ann", password: "hush" };

  test("greeting and EHLO pass, and the banner is a fact", async () => {
    const outcome = await look({ bannerContains: "ESMTP" });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.match(String(outcome.facts?.["banner"]), /ESMTP/);
  });
  test("STARTTLS passes with its days left, and refuses another authority", async () => {
    const outcome = await look({ security: "starttls", tls });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(outcome.facts?.["certificateDays"], 30);
    assert.ok(outcome.phases.tlsUs > 0);
    assert.equal(said(await look({ security: "starttls" })), "sub tls_certificate");
    const soon = await look({ security: "starttls", tls: { ...tls, daysMin: 31 } });
    assert.equal(said(soon), "sub tls_expiry");
  });
  test("signing in passes, and a wrong password fails and is not shown", async () => {
    assert.equal(said(await look(signIn)), "ok ok");
    const wrong = await look({ ...signIn, password: "loud" });
    assert.equal(said(wrong), "sub auth_failed", wrong.detail);
    assert.match(wrong.detail, /said 535 "Not the password of ann: \*\*\*"/);
  });
  test("a recipient is asked for, and nothing is sent", async () => {
    const envelope = { ...signIn, from: "probe@a.test", to: "ann@a.test" };
    assert.equal(said(await look(envelope)), "ok ok");
    const refused = await look({ ...envelope, to: "nobody@a.test" });
    assert.equal(said(refused), "sub expect_mismatch");
    assert.match(refused.detail, /said 550 "No such receiver" as the reply to RCPT/);
    assert.equal(server?.received.length, 0);
  });
  test("an unexpected greeting fails", async () => {
    const outcome = await look({ bannerContains: "Postfix" });
    assert.equal(said(outcome), "sub expect_mismatch");
    assert.match(outcome.detail, /expected "Postfix" in it\.$/);
  });
});

test("TLS from the start passes", async () => {
  const authority = makeAuthority();
  const cue = dialogue("220 mail.test\r\n", { "EHLO me.test": "250 mail.test\r\n" });
  await withTarget(startTarget(cue, makeCertificate({ authority })), async ({ port, seen }) => {
    const tls = { ca: authority.ca };
    const options = { host: "127.0.0.1", port, security: "tls", tls, hello: "me.test" };
    const outcome = await lookAt("smtp", options);
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(seen[0], "EHLO me.test");
  });
});

const EHLO = "EHLO localhost";
const CASES: [string, Cue, Record<string, unknown>, string][] = [
  ["a server that is too busy", dialogue("421 later\r\n", {}), {}, "sub service_refused"],
  ["a server that takes no mail", dialogue("554 no\r\n", {}), {}, "sub service_refused"],
  ["no EHLO", dialogue("220 a\r\n", {}), {}, "sub expect_mismatch"],
  ["another protocol", dialogue("HTTP/1.1 400 Bad Request\r\n\r\n", {}), {}, "sub protocol_error"],
  ["codes that differ", dialogue("220-a\r\n221 b\r\n", {}), {}, "sub protocol_error"],
  ["two greetings", dialogue("220 a\r\n220 b\r\n", {}), {}, "sub protocol_error"],
  [
    "no STARTTLS",
    dialogue("220 a\r\n", { [EHLO]: "250 a\r\n" }),
    { security: "starttls" },
    "sub expect_mismatch",
  ],
  [
    "words in plain text behind STARTTLS",
    dialogue("220 a\r\n", {
      [EHLO]: "250-a\r\n250 STARTTLS\r\n",
      STARTTLS: "220 go\r\n250 evil\r\n",
    }),
    { security: "starttls" },
    "sub protocol_error",
  ],
  [
    "STARTTLS without TLS behind it",
    dialogue("220 a\r\n", { [EHLO]: "250-a\r\n250 STARTTLS\r\n", STARTTLS: "220 go\r\n" }),
    { security: "starttls" },
    "sub tls_handshake",
  ],
];
for (const [name, cue, options, expected] of CASES) {
  test(`${name} is ${expected}`, async () => {
    await withTarget(startTarget(cue), async ({ port }) => {
      const outcome = await lookAt("smtp", { host: "127.0.0.1", port, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
    });
  });
}

test("a server that knows only LOGIN is signed in to by it", async () => {
  const authority = makeAuthority();
  const cue = dialogue("220 a\r\n", {
    [EHLO]: "250-a\r\n250 AUTH LOGIN\r\n",
    "AUTH LOGIN": "334 VXNlcm5hbWU6\r\n",
    [Buffer.from("ann").toString("base64")]: "334 UGFzc3dvcmQ6\r\n",
    [Buffer.from("hush").toString("base64")]: "235 welcome\r\n",
  });
  await withTarget(startTarget(cue, makeCertificate({ authority })), async ({ port }) => {
    const tls = { ca: authority.ca };
    const options = { host: "127.0.0.1", port, security: "tls", tls, user: "ann" };
    const outcome = await lookAt("smtp", { ...options, password: "hush" });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.equal(said(await lookAt("smtp", { ...options, password: "loud" })), "sub auth_failed");
  });
});

test("a password is not sent where everybody could hear it", () => {
  const options = { host: "a.test", user: "ann", password: "hush" };
  assert.throws(() => prepareCheck("smtp", options), /`starttls` or `tls` beside a password/);
  assert.throws(() => prepareCheck("smtp", { host: "a.test", to: "a>\r\nDATA" }), /options.to/);
});

test("a reply in pieces is read as one", () => {
  const whole = Buffer.from("250-a\r\n250-b c\r\n250 d\r\n");
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(parseSmtpReply(whole.subarray(0, end)), "more", String(end));
  }
  const { length } = whole;
  assert.deepEqual(parseSmtpReply(whole), { code: 250, lines: ["a", "b c", "d"], end: length });
});
