import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createServer } from "node:tls";
import { describe, test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { readStaple } from "../../../probe/checks/ocsp.ts";
import { testHostility } from "../../contract/check-hostile.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { CertificateOptions } from "../../helpers/certificates.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { ocspAnswer, startHandshakes } from "../../helpers/ocsp-target.ts";
import type { OcspAnswer } from "../../helpers/ocsp-target.ts";
import { silent, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const authority = makeAuthority();
const tls = { ca: authority.ca };

const CASES: [string, CertificateOptions, Record<string, unknown>, string, RegExp][] = [
  ["a good certificate", {}, {}, "ok ok", /^$/],
  ["days enough", {}, { tls: { ...tls, daysMin: 30 } }, "ok ok", /^$/],
  ["days too few", {}, { tls: { ...tls, daysMin: 31 } }, "sub tls_expiry", /expires in 30 days/],
  ["an expired one", { days: -3 }, {}, "sub tls_certificate", /has expired/],
  ["a wrong name", { names: ["a.test"] }, {}, "sub tls_certificate", /is not for "127\.0\.0\.1"/],
  ["another authority", {}, { tls: {} }, "sub tls_certificate", /authority|verified|SELF/i],
  ["more names", {}, { names: ["localhost", "127.0.0.1"] }, "ok ok", /^$/],
  ["a missing name", {}, { names: ["a.test"] }, "sub tls_certificate", /is not for a\.test\.$/],
  [
    "another fingerprint",
    {},
    { fingerprint: Array.from({ length: 32 }, () => "ab").join(":") },
    "sub tls_certificate",
    /is another one: its fingerprint is [0-9A-F:]{95}\.$/,
  ],
  ["the newest version", {}, { protocolMin: "TLSv1.3" }, "ok ok", /^$/],
  ["a protocol nobody agrees on", {}, { alpn: "h2" }, "sub tls_handshake", /h2/],
  ["no staple where one is required", {}, { ocsp: "require" }, "sub tls_certificate", /staples no/],
];
for (const [name, certificate, options, expected, detail] of CASES) {
  test(`${name} is ${expected}`, async () => {
    const shown = makeCertificate({ authority, ...certificate });
    await withTarget(startTarget(silent, shown), async ({ port }) => {
      const outcome = await lookAt("tls", { host: "127.0.0.1", port, tls, ...options });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.match(outcome.detail, detail);
    });
  });
}

test("what was seen is a fact", async () => {
  const shown = makeCertificate({ authority });
  const { fingerprint256: fingerprint } = new X509Certificate(shown.cert);
  await withTarget(startTarget(silent, shown), async ({ port }) => {
    const outcome = await lookAt("tls", { host: "127.0.0.1", port, tls, fingerprint });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    const { certificateDays, issuer, ocsp, protocol } = outcome.facts ?? {};
    assert.deepEqual(
      [certificateDays, issuer, ocsp, protocol],
      [30, "quorate test authority", "none", "TLSv1.3"],
    );
    assert.ok(outcome.phases.connectUs > 0 && outcome.phases.tlsUs > 0);
  });
});

test("every certificate of the chain is looked at", async () => {
  const { cert, key } = makeCertificate({ authority, days: 500 });
  const chain = { cert: `${cert}${authority.ca}`, key };
  await withTarget(startTarget(silent, chain), async ({ port }) => {
    const options = { host: "127.0.0.1", port, tls };
    assert.equal(said(await lookAt("tls", { ...options, chainDaysMin: 399 })), "ok ok");
    const outcome = await lookAt("tls", { ...options, chainDaysMin: 450 });
    assert.equal(said(outcome), "sub tls_expiry");
    assert.match(outcome.detail, /of "quorate test authority", which has \d+ days left/);
  });
});

test("an older version fails where a newer is expected", async () => {
  const server = createServer({ ...makeCertificate({ authority }), maxVersion: "TLSv1.2" });
  server.on("secureConnection", (socket) => socket.on("error", () => socket.destroy()).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const options = { host: "127.0.0.1", port, tls };
  assert.equal(said(await lookAt("tls", options)), "ok ok");
  const outcome = await lookAt("tls", { ...options, protocolMin: "TLSv1.3" });
  assert.equal(said(outcome), "sub tls_protocol");
  assert.match(outcome.detail, /speaks TLSv1\.2; expected at least TLSv1\.3\.$/);
  await new Promise((resolve) => server.close(resolve));
});

test("a target that says nothing never finishes the handshake", async () => {
  await withTarget(startTarget(silent), async ({ port }) => {
    const outcome = await lookAt("tls", { host: "127.0.0.1", port }, { timeoutMs: 150 });
    assert.equal(said(outcome), "sub tls_handshake");
  });
});

describe("the tls check of a hostile target", () => {
  testHostility((port) => prepareCheck("tls", { host: "127.0.0.1", port }));
});

const HOUR_MS = 3_600_000;
const STAPLES: [string, OcspAnswer | Buffer, string, string][] = [
  ["good", { status: "good" }, "ok ok", "good"],
  ["good until later", { status: "good", untilMs: nowMs() + HOUR_MS }, "ok ok", "good"],
  ["out of date", { status: "good", untilMs: nowMs() - HOUR_MS }, "sub tls_certificate", "good"],
  ["revoked", { status: "revoked" }, "sub tls_revoked", "revoked"],
  ["unknown", { status: "unknown" }, "sub tls_certificate", "unknown"],
  ["about another", { status: "good", serial: 2 }, "sub tls_certificate", "unreadable"],
  ["nonsense", Buffer.from("3082ffff00", "hex"), "sub tls_certificate", "unreadable"],
];
for (const [name, answer, expected, fact] of STAPLES) {
  test(`a staple that is ${name} is ${expected}, unless it is ignored`, async () => {
    const staple = Buffer.isBuffer(answer) ? answer : ocspAnswer(answer);
    const server = startHandshakes(makeCertificate({ authority }), staple);
    await withTarget(server, async ({ port }) => {
      const options = { host: "127.0.0.1", port, tls };
      const outcome = await lookAt("tls", { ...options, ocsp: "require" });
      assert.equal(said(outcome), expected, outcome.detail);
      assert.equal(outcome.facts?.["ocsp"], fact);
      assert.equal(said(await lookAt("tls", { ...options, ocsp: "ignore" })), "ok ok");
    });
  });
}

function nowMs(): number {
  return systemClock().wallMs();
}

test("an answer that is cut or changed anywhere is read without a throw", () => {
  const answer = ocspAnswer({ status: "good", untilMs: nowMs() });
  assert.equal(readStaple(answer, "01")?.status, "good");
  for (let at = 0; at < answer.length; at += 1) {
    assert.equal(readStaple(answer.subarray(0, at), "01"), undefined);
    for (const byte of [0, 0x7f, 0x84, 0xff]) {
      const changed = Buffer.from(answer);
      changed[at] = byte;
      readStaple(changed, "01");
    }
  }
});
