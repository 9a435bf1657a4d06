import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import test from "node:test";
import { prepareNotifier } from "../../../aggregator/notifiers/index.ts";
import type { SendOutcome } from "../../../aggregator/ports.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import type { Certificate } from "../../helpers/certificates.ts";

/** One message to an HTTPS receiver with this certificate. */
async function sendOver(certificate: Certificate, tls: object): Promise<SendOutcome> {
  const server = createServer(certificate, (_request, response) => response.writeHead(204).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const options = { url: `https://127.0.0.1:${port}/`, unsigned: true, tls };
  const message = { id: "msg_1", body: "{}", atMs: 0 };
  try {
    const { signal } = new AbortController();
    return await prepareNotifier("webhook", options).send(message, signal);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a certificate of a named authority is trusted, and of no other", async () => {
  const authority = makeAuthority();
  const certificate = makeCertificate({ authority });
  const { ok, status } = await sendOver(certificate, { ca: authority.ca });
  assert.deepEqual([ok, status], [true, 204]);
  const { ok: trusted, retry, detail } = await sendOver(certificate, { ca: makeAuthority("x").ca });
  assert.deepEqual([trusted, retry], [false, true]);
  assert.match(detail, /certificate/);
});

test("a wrong certificate is told, and taken without verification", async () => {
  const authority = makeAuthority();
  const ended = makeCertificate({ authority, days: -2 });
  const foreign = makeCertificate({ authority, names: ["other.example"] });
  const own = makeCertificate();
  const told = async (certificate: Certificate, tls: object): Promise<string> =>
    (await sendOver(certificate, tls)).detail;
  assert.match(await told(ended, { ca: authority.ca }), /certificate has expired/);
  assert.match(await told(foreign, { ca: authority.ca }), /certificate is for another name/);
  assert.match(await told(own, {}), /certificate is self-signed/);
  for (const certificate of [ended, foreign, own]) {
    assert.equal((await sendOver(certificate, { verify: false })).ok, true);
  }
});
