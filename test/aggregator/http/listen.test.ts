/** The API over real sockets, with the client that the command line uses. */
import assert from "node:assert/strict";
import { request } from "node:https";
import test from "node:test";
import { listenHttp } from "../../../aggregator/http/listen.ts";
import type { HttpListener } from "../../../aggregator/http/listen.ts";
import { createApiClient } from "../../../shared/api/client.ts";
import { createClient } from "../../../shared/client.ts";
import type { ProblemError } from "../../../shared/client.ts";
import { systemClock } from "../../../shared/clock.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { silentLog } from "../../../shared/log.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { eventually } from "../../helpers/eventually.ts";
import { fastClock } from "../../helpers/fast-clock.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { openHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { eventWithId } from "../../helpers/store-data.ts";

const WEB = { name: "web", kind: "tcp", options: { host: "127.0.0.1", port: 80 } };

async function listening(use: (room: HttpRoom, listener: HttpListener) => Promise<void>) {
  const room = openHttpRoom();
  const place = { app: room.app, host: "127.0.0.1", port: 0 };
  const listener = await listenHttp({ ...place, clock: systemClock(), log: silentLog() });
  try {
    await use(room, listener);
  } finally {
    await listener.close();
    await room.close();
  }
}

test("the client creates, reads, changes, lists and deletes, with typed answers", () =>
  listening(async (room, { url }) => {
    const client = createApiClient({ url, token: await room.token("admin") });
    const target = await client.targets.create(WEB, { idempotencyKey: "key-1" });
    assert.deepEqual(await client.targets.create(WEB, { idempotencyKey: "key-1" }), target);
    assert.equal((await client.targets.put("web", { ...WEB, fall: 4 })).fall, 4);
    const patched = await client.targets.patch("web", { fall: 5 }, { ifRevision: 2 });
    assert.equal(patched.revision, 3);
    const page = await client.targets.list({ label: [], limit: 10 });
    assert.deepEqual(
      page.items.map(({ name }) => name),
      ["web"],
    );
    assert.equal((await client.verdicts.get("web")).state, "unknown");
    const { probe } = await client.probes.create({ name: "p", region: "r", zone: "z" });
    assert.equal((await client.probes.drain(probe.id)).draining, true);
    await client.probes.delete("p");
    await client.targets.delete("web");
    assert.equal((await client.system.version()).name, "quorate");
  }));

test("the client throws the problem's own sentence, code and issues", () =>
  listening(async (room, { url }) => {
    const client = createApiClient({ url, token: await room.token("admin") });
    const isProblem = (code: string, message: RegExp) => (thrown: unknown) => {
      assert.ok(thrown instanceof QuorateError);
      assert.equal(thrown.code, code);
      assert.match(thrown.message, message);
      return true;
    };
    await assert.rejects(client.targets.get("a b/c"), isProblem("not_found", /"a b\/c"/));
    await assert.rejects(
      client.targets.create({ ...WEB, fall: 0 }),
      (thrown: unknown) => thrown instanceof QuorateError && thrown.issues[0]?.path === "fall",
    );
    await client.targets.create(WEB);
    const stale = client.targets.delete("web", { ifRevision: 9 });
    await assert.rejects(stale, isProblem("revision_mismatch", /"9"/));
    const anonymous = createApiClient({ url });
    await assert.rejects(anonymous.system.version(), isProblem("unauthenticated", /Bearer/));
    const nowhere = createApiClient({ url: "http://127.0.0.1:2" });
    await assert.rejects(nowhere.system.version(), isProblem("unavailable", /ECONNREFUSED/));
  }));

test("the client follows events over a socket, and the server ends them when it stops", () =>
  listening(async (room, listener) => {
    const client = createApiClient({ url: listener.url, token: await room.token("read") });
    await room.happen(eventWithId("a"), eventWithId("b"));
    const seen: number[] = [];
    for await (const { number } of client.events.stream({ after: 0 })) {
      seen.push(number);
      if (number === 2) await room.happen(eventWithId("c"));
      if (number === 3) void listener.close();
    }
    assert.deepEqual(seen, [1, 2, 3]);
  }));

test("a client goes on where it was when its connection is cut, with nothing left out", () =>
  listening(async (room, listener) => {
    const { port } = new URL(listener.url);
    const proxy = await startFaultProxy({ host: "127.0.0.1", port: Number(port) });
    try {
      const token = await room.token("read");
      const url = `http://127.0.0.1:${proxy.port}`;
      const client = createClient({ url, token, clock: fastClock(0, 20) });
      const stop = new AbortController();
      const broken: string[] = [];
      const onBreak = ({ detail }: ProblemError) => void broken.push(detail);
      const seen: string[] = [];
      await room.happen(eventWithId("a"));
      for await (const { id } of client.events.follow({ after: 0, signal: stop.signal, onBreak })) {
        seen.push(id);
        if (id === "a") {
          proxy.cut();
          await room.happen(eventWithId("b"), eventWithId("c"));
        }
        if (id === "c") stop.abort();
      }
      assert.deepEqual(seen, ["a", "b", "c"]);
      assert.equal(broken.length, 1);
      assert.ok(proxy.dialed() >= 2);
    } finally {
      await proxy.close();
    }
  }));

test("a client that leaves a stream frees its place", () =>
  listening(async (room, { url }) => {
    const client = createApiClient({ url, token: await room.token("read") });
    await room.happen(eventWithId("a"));
    for await (const event of client.events.stream({ after: 0 })) {
      assert.equal(event.id, "a");
      break;
    }
    await eventually("the stream's heartbeat is cancelled", () => room.clock.pending() === 0);
  }));

test("two megabytes are answered with 413, and the server goes on", () =>
  listening(async (room, { url }) => {
    const authorization = `Bearer ${await room.token("admin")}`;
    const headers = { authorization, "content-type": "application/json" };
    const body = JSON.stringify({ ...WEB, labels: { a: "x".repeat(2_000_000) } });
    const answer = await fetch(`${url}/api/v1/targets`, { method: "POST", headers, body });
    assert.equal(answer.status, 413);
    await answer.text();
    const chunks = new Blob([body]).stream();
    const init = { method: "POST", headers, body: chunks, duplex: "half" } as const;
    const chunked = await fetch(`${url}/api/v1/targets`, init);
    assert.equal(chunked.status, 413);
    await chunked.text();
    const client = createApiClient({ url, token: await room.token("admin") });
    assert.equal((await client.targets.list()).items.length, 0);
  }));

test("with a certificate the API speaks TLS", async () => {
  const room = openHttpRoom();
  const authority = makeAuthority();
  const tls = makeCertificate({ authority });
  const place = { app: room.app, host: "127.0.0.1", port: 0, tls };
  const listener = await listenHttp({ ...place, clock: systemClock(), log: silentLog() });
  assert.match(listener.url, /^https:/);
  const status = await new Promise((resolve, reject) => {
    const call = request(
      `${listener.url}/healthz`,
      { ca: authority.ca, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    call.on("error", reject);
    call.end();
  });
  assert.equal(status, 200);
  await listener.close();
  await room.close();
});

test("plaintext beyond this machine is warned of, and a taken port is told", async () => {
  const room = openHttpRoom();
  const warnings: string[] = [];
  const log = { ...silentLog(), warn: (_: object, text: string) => void warnings.push(text) };
  const parts = { app: room.app, clock: systemClock(), log };
  const open = await listenHttp({ ...parts, host: "0.0.0.0", port: 0 });
  assert.match(warnings[0] ?? "", /without TLS/);
  await assert.rejects(listenHttp({ ...parts, host: "0.0.0.0", port: open.port }), /in use/);
  await open.close();
  const local = await listenHttp({ ...parts, host: "127.0.0.1", port: 0 });
  await local.close();
  assert.equal(warnings.length, 1);
  await room.close();
});
