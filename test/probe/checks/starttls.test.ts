import assert from "node:assert/strict";
import { test } from "node:test";
import { TLSSocket } from "node:tls";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { Certificate } from "../../helpers/certificates.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { Cue } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();
const good = makeCertificate({ authority });

/** Greets, answers STARTTLS with `ready`, and then speaks TLS; without a certificate never. */
function startsTls(ready: string, certificate?: Certificate): Cue {
  return (socket) => {
    socket.write("220 mail.test\r\n");
    socket.once("data", () => {
      socket.write(ready);
      if (certificate === undefined) return;
      const secured = new TLSSocket(socket, { ...certificate, isServer: true });
      secured.on("error", () => socket.destroy());
      secured.on("data", () => secured.end("250 well\r\n"));
    });
  };
}

const script = [
  { expect: "220 " },
  { send: "STARTTLS\r\n", expect: "220", startTls: true },
  { send: "EHLO\r\n", expect: "250 well" },
];
const tls = { ca: authority.ca };

test("a script goes on in TLS, with the phases and days of it", async () => {
  await withTarget(startTarget(startsTls("220 go\r\n", good)), async ({ port }) => {
    const outcome = await lookAt("tcp", { host: "127.0.0.1", port, script, tls });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.ok(outcome.phases.connectUs > 0 && outcome.phases.tlsUs > 0);
    assert.equal(outcome.facts?.["certificateDays"], 30);
  });
});

const STRANGE = makeCertificate();
const CASES: [string, Cue, string, RegExp][] = [
  [
    "an unknown certificate",
    startsTls("220 go\r\n", STRANGE),
    "sub tls_certificate",
    /is self-signed/,
  ],
  [
    "words before TLS begins",
    startsTls("220 go\r\n250 me first\r\n", good),
    "sub protocol_error",
    /sent "250 me first\\r\\n" before TLS began\.$/,
  ],
  ["no TLS at all", startsTls("220 go\r\n"), "sub tls_handshake", /did not finish the TLS/],
  [
    "an end instead of TLS",
    (socket) => {
      socket.write("220 mail\r\n");
      socket.once("data", () => void socket.end("220 go\r\n"));
    },
    "sub tls_handshake",
    /closed the connection during the TLS handshake/,
  ],
];
for (const [name, cue, expected, sentence] of CASES) {
  test(`STARTTLS with ${name} is ${expected}`, async () => {
    await withTarget(startTarget(cue), async (target) => {
      const options = { host: "127.0.0.1", port: target.port, script, tls };
      const timeoutMs = name.startsWith("no TLS") ? 200 : 5_000;
      const outcome = await lookAt("tcp", options, { timeoutMs });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, sentence);
    });
  });
}

test("a script may start TLS only once", async () => {
  const options = { host: "a.test", port: 1, script: [{ startTls: true }, { startTls: true }] };
  await assert.rejects(async () => lookAt("tcp", options), /at most one startTls/);
});
