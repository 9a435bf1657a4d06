import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { linkChannel } from "../../probe/channel.ts";
import { runProbe } from "../../probe/main.ts";
import type { ProbeOptions } from "../../probe/program.ts";
import { isLoopbackHost } from "../../shared/host-port.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { eventually } from "../helpers/eventually.ts";
import { openScriptedMesh } from "../helpers/scripted-mesh.ts";

async function room(t: TestContext) {
  const mesh = await openScriptedMesh();
  const data = mkdtempSync(join(tmpdir(), "quorate-main-"));
  const stopping = new AbortController();
  t.after(() => {
    stopping.abort();
    mesh.close();
    rmSync(data, { recursive: true, force: true });
  });
  const options: ProbeOptions = {
    aggregator: { host: "127.0.0.1", port: mesh.port },
    token: "qrt_probe_1",
    data,
    logLevel: "silent",
    stopSignal: stopping.signal,
  };
  return { mesh, stopping, options };
}

test("a program that is told to stop says goodbye and ends with code 0", async (t) => {
  const { mesh, stopping, options } = await room(t);
  const code = runProbe(options);
  await eventually("a session", () => mesh.last()?.hello !== null && mesh.sessions.length === 1);
  assert.ok(mesh.last()?.hello?.kinds.includes("tcp"));
  assert.match(mesh.last()?.hello?.healthAddress ?? "", /^127\.0\.0\.1:\d+$/);
  stopping.abort();
  assert.equal(await code, 0);
  assert.equal(mesh.last()?.goodbyes.length, 1);
});

test("a program that is refused ends with code 4", async (t) => {
  const { mesh, options } = await room(t);
  const code = runProbe({ ...options, healthListen: null });
  await eventually("a session", () => mesh.last()?.hello !== null && mesh.sessions.length === 1);
  assert.equal(mesh.last()?.hello?.healthAddress, "");
  mesh.last()?.send({ $case: "goodbye", value: { reason: "Removed.", final: true } });
  assert.equal(await code, 4);
});

test("a program trusts the authority it is given, and no other", async (t) => {
  const { options, stopping } = await room(t);
  const authority = makeAuthority();
  const mesh = await openScriptedMesh({}, { tls: makeCertificate({ authority }) });
  t.after(() => mesh.close());
  const aggregator = { host: "127.0.0.1", port: mesh.port };
  const codes = [makeAuthority("somebody else").ca, authority.ca].map((text, index) => {
    const ca = join(options.data, `${index}.pem`);
    writeFileSync(ca, text);
    return runProbe({ ...options, aggregator, ca, data: join(options.data, String(index)) });
  });
  await eventually("a session", () => (mesh.last()?.hello ?? null) !== null);
  stopping.abort();
  assert.deepEqual(await Promise.all(codes), [0, 0]);
  assert.equal(mesh.sessions.length, 1);
});

test("a program whose settings cannot hold ends with code 1", async (t) => {
  const { options } = await room(t);
  assert.equal(await runProbe({ ...options, ca: "/nowhere/ca.pem" }), 1);
});

test("plaintext goes to loopback or by an explicit word, anything else is TLS", () => {
  const secure = (host: string, insecure = false): boolean =>
    linkChannel({ host, port: 7701, insecure }).credentials._isSecure();
  for (const host of ["127.0.0.1", "127.8.8.8", "::1", "localhost"]) {
    assert.ok(isLoopbackHost(host));
    assert.equal(secure(host), false);
  }
  for (const host of ["10.0.0.7", "::", "0.0.0.0", "127.example", "2001:db8::1"]) {
    assert.ok(!isLoopbackHost(host));
    assert.equal(secure(host), true);
    assert.equal(secure(host, true), false);
  }
  assert.equal(linkChannel({ host: "2001:db8::1", port: 1 }).address, "[2001:db8::1]:1");
});
