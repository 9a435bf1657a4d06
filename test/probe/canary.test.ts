import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { after, test } from "node:test";
import { CANARY_TIMEOUT_MS, createDialer } from "../../probe/canary.ts";
import type { Dialed } from "../../probe/canary.ts";
import { systemClock } from "../../shared/clock.ts";
import { eventually } from "../helpers/eventually.ts";
import { simClock } from "../helpers/sim-clock.ts";

const servers: Server[] = [];

after(() => {
  for (const server of servers) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: string | AddressInfo | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function dial(url: string): Promise<Dialed> {
  const dialer = createDialer({ clock: systemClock(), sourceAddress: "127.0.0.1" });
  return new Promise((resolve) => dialer.dial(url, resolve));
}

function answering(status: number): Promise<number> {
  return listening(createHttpServer((_request, response) => response.writeHead(status).end()));
}

test("a canary over tcp passes when something accepts, and fails when nothing does", async () => {
  const port = await listening(createServer((socket) => socket.on("error", () => undefined)));
  assert.equal((await dial(`tcp://127.0.0.1:${port}`)).ok, true);
  assert.equal((await dial(`tcp://127.0.0.1:${await freePort()}`)).ok, false);
});

test("a canary over http passes with any status below 500", async () => {
  const found = await dial(`http://127.0.0.1:${await answering(200)}/`);
  assert.equal(found.ok, true);
  assert.ok(found.latencyUs > 0);
  assert.equal((await dial(`http://127.0.0.1:${await answering(404)}/`)).ok, true);
  assert.equal((await dial(`http://127.0.0.1:${await answering(500)}/`)).ok, false);
  assert.equal((await dial(`http://127.0.0.1:${await freePort()}/`)).ok, false);
});

test("a canary that fails says why, with a code and a sentence", async () => {
  const refused = await dial(`tcp://127.0.0.1:${await freePort()}`);
  assert.equal(refused.failure?.reason, "connection_refused");
  assert.match(refused.failure?.detail ?? "", /^Connection refused: nothing is listening on 127/);
  const broken = await dial(`http://127.0.0.1:${await answering(503)}/`);
  assert.equal(broken.failure?.reason, "http_status");
  const nameless = await dial("tcp://name.invalid:80");
  assert.ok(nameless.failure);
  const plain = await listening(createServer((socket) => socket.end("no TLS here")));
  assert.equal((await dial(`https://127.0.0.1:${plain}/`)).failure?.reason, "tls_handshake");
});

test("a canary with an address that cannot be dialed fails like any other", async () => {
  for (const url of ["", "nonsense", "ftp://127.0.0.1/", "tcp://127.0.0.1:99999", "tcp://a"]) {
    assert.equal((await dial(url)).ok, false, url);
  }
});

test("a canary that says nothing fails at its deadline", async () => {
  const sockets: { destroy(): void }[] = [];
  const port = await listening(createServer((socket) => sockets.push(socket)));
  const clock = simClock();
  const dialed: Dialed[] = [];
  createDialer({ clock }).dial(`http://127.0.0.1:${port}/`, (one) => dialed.push(one));
  await eventually("the canary is connected", () => sockets.length === 1);
  clock.advance(CANARY_TIMEOUT_MS);
  await eventually("the canary has ended", () => dialed.length === 1);
  const detail = `http://127.0.0.1:${port}/ did not answer within ${CANARY_TIMEOUT_MS} ms.`;
  const failure = { reason: "connect_timeout", detail };
  assert.deepEqual(dialed, [{ ok: false, latencyUs: CANARY_TIMEOUT_MS * 1_000, failure }]);
  for (const socket of sockets) socket.destroy();
});

test("a resolver fails when nothing answers there; `system` is the system's", async () => {
  const clock = systemClock();
  const dialer = createDialer({ clock });
  const resolve = (resolver: string, name: string): Promise<boolean> =>
    new Promise((done) => dialer.resolve(resolver, name, done));
  assert.equal(await resolve(`127.0.0.1:${await freePort()}`, "localhost"), false);
  assert.equal(await resolve("system", "localhost"), true);
});
