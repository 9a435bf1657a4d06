import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { CertificateOptions } from "../../helpers/certificates.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, silent, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();
const { ca } = authority;

const CASES: [string, CertificateOptions, Record<string, unknown>, string][] = [
  ["a good certificate", { authority }, { ca }, "ok ok"],
  ["enough days left", { authority }, { ca, daysMin: 30 }, "ok ok"],
  ["too few days left", { authority }, { ca, daysMin: 31 }, "sub tls_expiry"],
  ["an expired certificate", { authority, days: -3 }, { ca }, "sub tls_certificate"],
  ["an expired one, not verified", { authority, days: -3 }, { verify: false }, "ok ok"],
  [
    "an expired one, not verified, but counted",
    { days: -3 },
    { verify: false, daysMin: 0 },
    "sub tls_expiry",
  ],
  ["a wrong name", { authority, names: ["other.test"] }, { ca }, "sub tls_certificate"],
  [
    "a name that is told",
    { authority, names: ["other.test"] },
    { ca, serverName: "other.test" },
    "ok ok",
  ],
  ["a self-signed certificate", {}, { ca }, "sub tls_certificate"],
  ["an unknown authority", { authority: makeAuthority("stranger") }, { ca }, "sub tls_certificate"],
];
for (const [name, certificate, tls, expected] of CASES) {
  test(`TLS with ${name} is ${expected}`, async () => {
    await withTarget(startTarget(answers(), makeCertificate(certificate)), async ({ port }) => {
      const outcome = await lookAt("http", { url: `https://127.0.0.1:${port}/`, tls });
      assert.equal(said(outcome), expected, outcome.detail);
      if (expected === "ok ok") assert.ok(outcome.phases.tlsUs > 0);
      if (expected === "ok ok") assert.equal(typeof outcome.facts?.["certificateDays"], "number");
    });
  });
}

test("the sentence of a certificate says what is wrong with it", async () => {
  const expired = makeCertificate({ days: -3 });
  await withTarget(startTarget(answers(), expired), async ({ port }) => {
    const tls = { verify: false, daysMin: 14 };
    const outcome = await lookAt("tcp", { host: "127.0.0.1", port, tls });
    assert.match(outcome.detail, /expired 3 days ago; at least 14 days are expected\.$/);
  });
  const other = makeCertificate({ authority, names: ["other.test"] });
  await withTarget(startTarget(answers(), other), async ({ port }) => {
    const outcome = await lookAt("tcp", { host: "127.0.0.1", port, tls: { ca } });
    assert.match(outcome.detail, /is not for "127\.0\.0\.1"\.$/);
  });
});

test("a script runs inside TLS", async () => {
  await withTarget(startTarget(answers({ body: "well" }), makeCertificate()), async ({ port }) => {
    const script = [{ send: "GET / HTTP/1.1\r\n\r\n", expect: "well" }];
    const outcome = await lookAt("tcp", {
      host: "127.0.0.1",
      port,
      script,
      tls: { verify: false },
    });
    assert.equal(said(outcome), "ok ok", outcome.detail);
  });
});

test("a target that speaks no TLS, or stops in the handshake, fails the handshake", async () => {
  await withTarget(
    startTarget((socket) => void socket.end("220 hello\r\n")),
    async ({ port }) => {
      const outcome = await lookAt("http", { url: `https://127.0.0.1:${port}/` });
      assert.equal(said(outcome), "sub tls_handshake", outcome.detail);
      assert.match(outcome.detail, /it does not speak TLS/);
    },
  );
  await withTarget(
    startTarget((socket) => void socket.destroy()),
    async ({ port }) => {
      const outcome = await lookAt("http", { url: `https://127.0.0.1:${port}/` });
      assert.equal(said(outcome), "sub tls_handshake", outcome.detail);
    },
  );
  await withTarget(startTarget(silent), async ({ port }) => {
    const url = `https://127.0.0.1:${port}/`;
    const outcome = await lookAt("http", { url }, { timeoutMs: 80 });
    assert.equal(said(outcome), "sub tls_handshake");
    assert.match(outcome.detail, /did not finish the TLS handshake within 80 ms/);
  });
});

test("a chain is only trusted when the server shows all of it", async () => {
  const between = makeAuthority("quorate test issuer", authority);
  const leaf = makeCertificate({ authority: between });
  const whole = { ...leaf, cert: leaf.cert + between.ca };
  for (const [shown, expected] of [
    [whole, "ok ok"],
    [leaf, "sub tls_certificate"],
  ] as const) {
    await withTarget(startTarget(answers(), shown), async ({ port }) => {
      const url = `https://127.0.0.1:${port}/`;
      for (const httpVersion of ["1.1", "2"]) {
        if (httpVersion === "2" && shown === whole) continue;
        const outcome = await lookAt("http", { url, httpVersion, tls: { ca } });
        assert.equal(said(outcome), expected, outcome.detail);
      }
    });
  }
});
